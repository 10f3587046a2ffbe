// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What the first bytes of a client say about its protocol.
package enum FirstBytes: Equatable, Sendable {
    /// A request line of HTTP/1: a method, a space, and the beginning of a target (RFC 9112, 3).
    case http
    case other
    /// Not enough to tell.
    case unclear

    /// Letters of a method; a longer word is none.
    private static let longestMethod = 20
    private static let connect = Array("CONNECT".utf8)

    package init(_ bytes: borrowing Span<UInt8>) {
        var start = 0
        // RFC 9112, 2.2: empty lines before a request are let pass.
        while start + 1 < bytes.count, bytes[start] == ASCII.carriageReturn,
            bytes[start + 1] == ASCII.lineFeed
        {
            start += 2
        }
        var end = start
        while end < bytes.count, end - start <= Self.longestMethod, Self.isLetter(bytes[end]) {
            end += 1
        }
        guard end < bytes.count else {
            self = end - start > Self.longestMethod ? .other : .unclear
            return
        }
        guard end > start, bytes[end] == ASCII.space else {
            let isEmptyLine = end == start && bytes[end] == ASCII.carriageReturn
            self = isEmptyLine && end + 1 == bytes.count ? .unclear : .other
            return
        }
        guard end + 1 < bytes.count else {
            self = .unclear
            return
        }
        // Inline commands of other protocols look alike up to here: `SET name value`.
        switch bytes[end + 1] {
        case ASCII.slash: self = .http
        case ASCII.asterisk: self = bytes.equals(start..<end, Self.priority) ? .other : .http
        default:
            let isTunnel = bytes.equals(start..<end, Self.connect)
            self = isTunnel ? .http : Self.judge(bytes, targetAt: end + 1)
        }
    }

    /// The preface of HTTP/2 (RFC 9113, 3.4), which is no request of HTTP/1.
    private static let priority = Array("PRI".utf8)
    private static let scheme = Array("http".utf8)

    /// A target in absolute form begins with its scheme (RFC 9112, 3.2.2).
    private static func judge(
        _ bytes: borrowing Span<UInt8>,
        targetAt start: Int
    ) -> FirstBytes {
        let end = min(bytes.count, start + scheme.count)
        for position in start..<end
        where ASCII.lowercased(bytes[position]) != scheme[position - start] {
            return .other
        }
        return end == start + scheme.count ? .http : .unclear
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || byte == 45
    }
}
