// SPDX-License-Identifier: Apache-2.0

/// `METHOD /path` of a rule: which requests are meant.
///
/// Segments are compared one by one after percent-decoding; `*` and `{name}` stand for one segment,
/// `**` for the rest, which may be empty. A segment with a wildcard inside it is a glob.
package struct RequestPattern: Hashable, Sendable {
    /// `nil` for `ANY`.
    package let method: [UInt8]?
    package let segments: [Segment]
    /// Whether the pattern ends in `**`.
    package let matchesRest: Bool

    /// How many segments a path may have: the trie is as deep as the longest.
    package static let maximumSegments = 256

    package enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case glob(TextPattern)
        case any
    }

    package enum Failure: Error, Equatable {
        case notMethodAndPath
        case lowercaseMethod
        case pathWithoutSlash
        case restNotLast
        case queryInPath
        case badPercentEncoding
        case tooManySegments
    }

    /// Reads `GET /api/v1/agents/{id}`.
    package init(_ text: String) throws(Failure) {
        let words = text.split(separator: " ", omittingEmptySubsequences: true)
        guard words.count == 2 else { throw .notMethodAndPath }
        guard words[0].utf8.allSatisfy({ !(97...122).contains($0) }) else { throw .lowercaseMethod }
        guard words[1].utf8.first == ASCII.slash else { throw .pathWithoutSlash }
        guard !words[1].utf8.contains(ASCII.questionMark) || words[1].contains("*") else {
            throw .queryInPath
        }
        method = words[0] == "ANY" ? nil : Array(words[0].utf8)
        var texts = words[1].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        matchesRest = texts.last == "**"
        if matchesRest { texts.removeLast() }
        guard !texts.contains("**") else { throw .restNotLast }
        guard texts.count <= Self.maximumSegments else { throw .tooManySegments }
        var segments: [Segment] = []
        for text in texts { segments.append(try Self.segment(text)) }
        self.segments = segments
    }

    /// Whether the path says more than "any": only then is it worth a place in the trie.
    var hasLiteral: Bool { !segments.isEmpty || !matchesRest }

    private static func segment(_ text: Substring) throws(Failure) -> Segment {
        if text == "*" { return .any }
        if text.hasPrefix("{"), text.hasSuffix("}") { return .any }
        if text.contains("*") || text.contains("?") { return .glob(TextPattern(String(text))) }
        guard let decoded = PercentDecoding.decoded(Array(text.utf8)) else {
            throw .badPercentEncoding
        }
        return .literal(decoded)
    }
}

/// Percent-decoding as RFC 3986, section 2.1 defines it.
package enum PercentDecoding {
    /// The decoded bytes; `nil` when a `%` is not followed by two hexadecimal digits.
    package static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == ASCII.percent else {
                result.append(bytes[position])
                position += 1
                continue
            }
            guard position + 2 < bytes.count, let high = ASCII.hexValue(bytes[position + 1]),
                let low = ASCII.hexValue(bytes[position + 2])
            else { return nil }
            result.append(high << 4 | low)
            position += 3
        }
        return result
    }

    /// The decoded bytes of a part of a head; a malformed escape stays as it is.
    package static func decoded(
        _ text: borrowing Span<UInt8>,
        in range: Range<Int>,
        plusIsSpace: Bool = false
    ) -> [UInt8] {
        var raw: [UInt8] = []
        raw.reserveCapacity(range.count)
        for position in range {
            let byte = text[position]
            raw.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
        }
        return decodedLeniently(raw)
    }

    /// The text of a part of a form (application/x-www-form-urlencoded): `+` is a space.
    package static func formText(_ bytes: some Sequence<UInt8>) -> String {
        let spaced = bytes.map { $0 == ASCII.plus ? ASCII.space : $0 }
        return String(decoding: decodedLeniently(spaced), as: UTF8.self)
    }

    /// Decodes what can be decoded; a malformed escape stands for itself.
    private static func decodedLeniently(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(ASCII.percent) else { return bytes }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == ASCII.percent, position + 2 < bytes.count,
                let high = ASCII.hexValue(bytes[position + 1]),
                let low = ASCII.hexValue(bytes[position + 2])
            {
                result.append(high << 4 | low)
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }
}
