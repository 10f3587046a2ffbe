// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Writes the proxy's own HTTP/1.1 answers.
package enum ResponseWriter {
    /// The bytes of an answer.
    ///
    /// Content-Length is always computed; it is left out where RFC 9110, 8.6 forbids it (1xx, 204).
    ///
    /// - Parameters:
    ///   - body: rendered, where the answer's own is a template.
    ///   - toHead: whether the request was HEAD, which is told the length but not sent the body.
    ///   - closes: whether to say `Connection: close`.
    ///   - minorVersion: of the request; an HTTP/1.0 client that asked to stay connected is told so.
    package static func bytes(
        of respond: Respond,
        body: [UInt8]? = nil,
        toHead: Bool,
        closes: Bool,
        minorVersion: UInt8
    ) -> [UInt8] {
        let body = body ?? respond.body.bytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.roomForHead + body.count)
        appendStatusLine(respond, to: &bytes)
        for field in respond.headers {
            append(field.name, to: &bytes)
            append(": ", field.value, to: &bytes)
        }
        let mayHaveBody = respond.status != 204 && respond.status != 304
        if respond.status != 204, mayHaveBody || !body.isEmpty {
            append("Content-Length: ", to: &bytes)
            append(body.count, to: &bytes)
            append("\r\n", to: &bytes)
        }
        if closes {
            append("Connection", ": close", to: &bytes)
        } else if minorVersion == 0 {
            append("Connection", ": keep-alive", to: &bytes)
        }
        append("\r\n", to: &bytes)
        if mayHaveBody, !toHead { bytes += body }
        return bytes
    }

    /// Bytes that most heads fit into.
    private static let roomForHead = 256

    /// The last that there is (RFC 9110, 15).
    private static let highestStatus = 599

    /// The status line for each status that has a phrase; empty for the others.
    private static let statusLines: [[UInt8]] = (0...highestStatus).map { status in
        reasons[UInt16(status)].map { Array("HTTP/1.1 \(status) \($0)\r\n".utf8) } ?? []
    }

    private static func appendStatusLine(_ respond: Respond, to bytes: inout [UInt8]) {
        let status = Int(respond.status)
        if respond.reason == nil, statusLines.indices.contains(status) {
            bytes += statusLines[status]
        }
        guard bytes.isEmpty else { return }
        append("HTTP/1.1 ", to: &bytes)
        append(status, to: &bytes)
        append(" ", respond.reason ?? reason(for: respond.status), to: &bytes)
    }

    /// Appends the end of a line.
    private static func append(_ mark: String, _ text: String, to bytes: inout [UInt8]) {
        append(mark, to: &bytes)
        append(text, to: &bytes)
        append("\r\n", to: &bytes)
    }

    /// Appends a text as one piece.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends a number's decimal digits.
    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &bytes) }
        bytes.append(ASCII.zero + UInt8(number % 10))
    }

    /// The phrase that RFC 9110, section 15 and the IANA registry give a status.
    package static func reason(for status: UInt16) -> String { reasons[status] ?? "Unknown" }

    private static let reasons: [UInt16: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information",
        204: "No Content", 205: "Reset Content", 206: "Partial Content", 207: "Multi-Status",
        208: "Already Reported", 226: "IM Used", 300: "Multiple Choices",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden",
        404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
        407: "Proxy Authentication Required", 408: "Request Timeout", 409: "Conflict",
        410: "Gone", 411: "Length Required", 412: "Precondition Failed",
        413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
        416: "Range Not Satisfiable", 417: "Expectation Failed", 421: "Misdirected Request",
        422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
        426: "Upgrade Required", 428: "Precondition Required", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
        503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
        506: "Variant Also Negotiates", 507: "Insufficient Storage", 508: "Loop Detected",
        511: "Network Authentication Required",
    ]
}
