// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Reads the requests of one connection, one after the other.
struct RequestReader {
    private var parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    /// Whether the present request was read to its end, so that another can follow.
    private(set) var isAtEnd = true

    init(_ requests: NIOAsyncChannelInboundStream<HTTPServerRequestPart>) {
        parts = requests.makeAsyncIterator()
    }

    /// The head of the next request; nil at the end of the connection.
    mutating func head() async throws -> HTTPRequestHead? {
        guard case .head(let head) = try await parts.next() else { return nil }
        isAtEnd = false
        return head
    }

    /// Reads a body to its end, or until `check` refuses the number of bytes so far.
    mutating func body(
        hashing isHashed: Bool,
        check: (_ byteCount: Int) throws(Refusal) -> Void
    ) async throws -> ReceivedBody {
        var body = ReceivedBody()
        var hash = SHA256()
        while let part = try await parts.next() {
            switch part {
            case .head: throw ChannelError.inputClosed
            case .body(var bytes):
                try check(body.bytes.readableBytes + bytes.readableBytes)
                if isHashed { bytes.withUnsafeReadableBytes { hash.update($0) } }
                body.bytes.writeBuffer(&bytes)
            case .end:
                isAtEnd = true
                if isHashed { body.sha256 = hash.finish() }
                return body
            }
        }
        throw ChannelError.inputClosed
    }

    /// Reads and drops everything until the client closes its side.
    mutating func drain() async throws {
        while try await parts.next() != nil {}
    }
}

extension HTTPRequestHead {
    /// Whether body bytes may follow this head (RFC 9112, section 6).
    var hasBody: Bool {
        headers.contains(name: "transfer-encoding")
            || headers.first(name: "content-length").map { $0 != "0" } ?? false
    }
}
