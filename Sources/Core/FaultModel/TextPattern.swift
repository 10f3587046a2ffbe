// SPDX-License-Identifier: Apache-2.0

/// What a value has to look like: exact text, a glob, a regular expression, or its mere
/// presence or absence.
package enum ValuePattern: Hashable, Sendable {
    case text(TextPattern)
    /// Found anywhere in the value.
    case expression(RegularExpression)
    case present
    case absent
    /// Any of these.
    case any([ValuePattern])

    /// The one text that satisfies the pattern, when there is exactly one.
    var literal: [UInt8]? {
        if case .text(let pattern) = self { pattern.literal } else { nil }
    }
}

/// Text in which `*` stands for any bytes and `?` for any one.
package struct TextPattern: Hashable, Sendable {
    private let bytes: [UInt8]
    private let hasWildcards: Bool
    private let ignoresCase: Bool

    /// - Parameter ignoresCase: compare ASCII letters without case, as host names are.
    package init(_ text: String, ignoresCase: Bool = false) {
        bytes = text.utf8.map { ignoresCase ? ASCII.lowercased($0) : $0 }
        hasWildcards = bytes.contains(ASCII.asterisk) || bytes.contains(ASCII.questionMark)
        self.ignoresCase = ignoresCase
    }

    /// The text itself, when it holds no wildcard.
    var literal: [UInt8]? { hasWildcards ? nil : bytes }

    package func matches(_ text: String) -> Bool {
        let candidate = Array(text.utf8)
        return matches(candidate.span, in: 0..<candidate.count)
    }

    /// Compares in time proportional to the product of both lengths at the very most.
    ///
    /// The last `*` is the only place worth going back to, so there is no exponential case.
    package func matches(_ text: borrowing Span<UInt8>, in range: Range<Int>) -> Bool {
        // The first byte settles most comparisons.
        if let first = bytes.first, first != ASCII.asterisk, first != ASCII.questionMark {
            guard !range.isEmpty, fold(text[range.lowerBound]) == first else { return false }
        }
        guard hasWildcards || bytes.count == range.count else { return false }
        var position = range.lowerBound
        var pattern = 0
        var retry: (pattern: Int, position: Int)?
        while position < range.upperBound {
            if pattern < bytes.count, bytes[pattern] == ASCII.asterisk {
                retry = (pattern, position)
                pattern += 1
            } else if pattern < bytes.count,
                bytes[pattern] == ASCII.questionMark || bytes[pattern] == fold(text[position])
            {
                pattern += 1
                position += 1
            } else if let last = retry {
                retry = (last.pattern, last.position + 1)
                pattern = last.pattern + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        while pattern < bytes.count, bytes[pattern] == ASCII.asterisk { pattern += 1 }
        return pattern == bytes.count
    }

    private func fold(_ byte: UInt8) -> UInt8 { ignoresCase ? ASCII.lowercased(byte) : byte }
}

/// The bytes of ASCII that the readers and matchers name.
package enum ASCII {
    @inlinable @inline(__always) package static var tab: UInt8 { 9 }
    @inlinable @inline(__always) package static var lineFeed: UInt8 { 10 }
    @inlinable @inline(__always) package static var carriageReturn: UInt8 { 13 }
    @inlinable @inline(__always) package static var space: UInt8 { 32 }
    @inlinable @inline(__always) package static var quote: UInt8 { 34 }
    @inlinable @inline(__always) package static var percent: UInt8 { 37 }
    @inlinable @inline(__always) package static var ampersand: UInt8 { 38 }
    @inlinable @inline(__always) package static var asterisk: UInt8 { 42 }
    @inlinable @inline(__always) package static var plus: UInt8 { 43 }
    @inlinable @inline(__always) package static var comma: UInt8 { 44 }
    @inlinable @inline(__always) package static var slash: UInt8 { 47 }
    @inlinable @inline(__always) package static var zero: UInt8 { 48 }
    @inlinable @inline(__always) package static var colon: UInt8 { 58 }
    @inlinable @inline(__always) package static var semicolon: UInt8 { 59 }
    @inlinable @inline(__always) package static var equals: UInt8 { 61 }
    @inlinable @inline(__always) package static var questionMark: UInt8 { 63 }
    @inlinable @inline(__always) package static var hash: UInt8 { 35 }

    @inlinable @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        (65...90).contains(byte) ? byte | 32 : byte
    }

    @inlinable @inline(__always) package static func isDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte)
    }

    /// The value of a hexadecimal digit, or `nil`.
    @inlinable @inline(__always) package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
