// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// One request to the admin socket.
package struct AdminRequest: Sendable {
    package var method: Method
    /// The path and its query, percent-encoded, such as `/v1/rules/a%20b?wait=applied`.
    package var target: String
    /// A JSON document; `nil`: none.
    package var body: Data?
    /// `If-Match`: refuse the change unless this generation is still in force (RFC 9110, 13.1.1).
    package var generation: UInt64?
    /// A POST that asks and changes nothing; default false.
    package var isQuestion = false
    /// How long the proxy may think on top of the client's bound; default 0.
    package var extraTime = Duration.zero

    /// Whether asking again could do something twice.
    package var isChange: Bool { !method.isSafe && !isQuestion }

    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"

        /// Whether it changes nothing, so that asking again is harmless.
        package var isSafe: Bool { self == .get }
    }

    package init(_ method: Method, _ target: String, body: Data? = nil, generation: UInt64? = nil) {
        self.method = method
        self.target = target
        self.body = body
        self.generation = generation
    }

    /// Text as one segment of a path or one value of a query: all but the unreserved characters of
    /// RFC 3986, section 2.3, is percent-encoded.
    package static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}

/// What the admin socket answered, with a status below 400.
package struct AdminReply: Sendable {
    package let status: UInt
    package let body: Data
    /// The `ETag`, as it came.
    package let entityTag: String?
}
