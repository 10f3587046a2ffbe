// SPDX-License-Identifier: Apache-2.0

/// Changes a real message on its way.
package struct Edit: Hashable, Sendable {
    package var request: MessageEdit?
    package var response: MessageEdit?
    /// What becomes of Content-Length when the body changes; default `fix`.
    package var lengths: Lengths

    package init(request: MessageEdit?, response: MessageEdit?, lengths: Lengths) {
        self.request = request
        self.response = response
        self.lengths = lengths
    }
}

/// Whether the promised length of a changed body is made right.
package enum Lengths: String, Hashable, Sendable {
    /// The length is made that of the body.
    case fix
    /// What the sender said stays.
    case keep
}

/// What is changed in one message.
package struct MessageEdit: Hashable, Sendable {
    /// Of a response, 200 to 599.
    package var status: UInt16?
    /// Of a request.
    package var method: String?
    /// Of a request: the target's path, percent-encoded, from its slash.
    package var path: String?
    package var query: FieldEdits
    /// Names in lower case for comparison; written as given.
    package var headers: FieldEdits
    package var body: BodyEdit?

    package enum BodyEdit: Hashable, Sendable {
        case replace(Body)
        /// A JSON merge patch (RFC 7396).
        case merge(DocumentValue)
    }

    package init(
        status: UInt16? = nil,
        method: String? = nil,
        path: String? = nil,
        query: FieldEdits = .none,
        headers: FieldEdits = .none,
        body: BodyEdit? = nil
    ) {
        self.status = status
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// Changes to header fields, or to the parameters of a query: first removed, then set, then added.
package struct FieldEdits: Hashable, Sendable {
    package var remove: [String]
    /// Replaces every field of the name; at the end where there is none.
    package var set: [Pair]
    package var add: [Pair]

    package struct Pair: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package static let none = FieldEdits(remove: [], set: [], add: [])

    package init(remove: [String], set: [Pair], add: [Pair]) {
        self.remove = remove
        self.set = set
        self.add = add
    }

    package var isEmpty: Bool { remove.isEmpty && set.isEmpty && add.isEmpty }
}

/// Delivers a part of a body.
package struct Truncate: Hashable, Sendable {
    package var after: Point
    package var then: Ending
    /// `keep`: the promise of the whole stays, and less is delivered; the default.
    package var lengths: Lengths
    /// `client`: the response's body, the default; `server`: the request's.
    package var toward: Toward

    package init(
        after: Point,
        then: Ending,
        lengths: Lengths = .keep,
        toward: Toward = .client
    ) {
        self.after = after
        self.then = then
        self.lengths = lengths
        self.toward = toward
    }

    package enum Point: Hashable, Sendable {
        /// Bytes of content, chunk framing not counted.
        case bytes(ByteCount)
        /// A share in `0...1` of a Content-Length; a body of unknown length is left whole.
        case share(Double)
    }

    package enum Ending: Hashable, Sendable {
        case close
        case reset
        case hang
    }
}

/// One fault in the framing of a response, from a closed list.
package enum Malformation: String, Hashable, Sendable, CaseIterable {
    /// A chunk size that is no hexadecimal number (RFC 9112, 7.1).
    case badChunkSize = "bad-chunk-size"
    /// A chunked body without its end; the connection closes.
    case missingLastChunk = "missing-last-chunk"
    /// Content-Length promises more than comes; the connection closes.
    case longLength = "long-length"
    /// Content-Length promises less than comes.
    case shortLength = "short-length"
    /// Two fields of Content-Length that differ (RFC 9112, 6.3).
    case duplicateLength = "duplicate-length"
    /// Content-Length and Transfer-Encoding: chunked together (RFC 9112, 6.1).
    case lengthAndChunked = "length-and-chunked"
    /// A status line that is none.
    case garbageStatus = "garbage-status"
    /// A header line without a colon, and one with a control character.
    case badHeader = "bad-header"
    /// A header field of ``hugeHeaderLength`` bytes.
    case hugeHeader = "huge-header"
    /// Bytes after the end of the message.
    case extraBytes = "extra-bytes"
    /// `HTTP/9.9`.
    case wrongVersion = "wrong-version"
    /// A complete answer before the request's body was read.
    case earlyResponse = "early-response"

    package static let hugeHeaderLength = 131_072
}
