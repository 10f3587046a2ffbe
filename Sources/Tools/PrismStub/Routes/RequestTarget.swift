// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// The path and query of a request target in origin or absolute form (RFC 9112, section 3.2).
package struct RequestTarget: Sendable, Hashable {
    /// The path between slashes, percent-decoded; an encoded slash does not separate.
    package let segments: [String]
    package let query: [String: String]

    /// - Throws: A refusal with status 400 for a target that is not valid.
    package init(parsing target: String) throws(Refusal) {
        var rest = Substring(target)
        if let scheme = rest.range(of: "://", before: "/") {
            let authority = rest[scheme.upperBound...]
            rest = authority.firstIndex(of: "/").map { authority[$0...] } ?? "/"
        }
        guard rest.first == "/" else { throw Self.invalid(target) }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments: [String] = []
        for segment in parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        {
            guard let text = Self.decode(segment) else { throw Self.invalid(target) }
            segments.append(text)
        }
        self.segments = segments
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(sides[0]),
                let value = Self.decode(sides.count > 1 ? sides[1] : "")
            else { throw Self.invalid(target) }
            query[name] = value
        }
        self.query = query
    }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let pair = String(digits),
                pair.allSatisfy(\.isHexDigit), let value = UInt8(pair, radix: 16)
            else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func invalid(_ target: String) -> Refusal {
        Refusal(
            .badRequest,
            "invalid_target",
            "The target '\(target.prefix(80))' is not a valid path."
        )
    }
}

extension Substring {
    /// Where `mark` is, when it comes before the first `stop`.
    fileprivate func range(of mark: String, before stop: Character) -> Range<Index>? {
        guard let colon = firstIndex(of: ":"), self[colon...].hasPrefix(mark),
            !self[..<colon].contains(stop), !self[..<colon].contains("?")
        else { return nil }
        return colon..<index(colon, offsetBy: mark.count)
    }
}
