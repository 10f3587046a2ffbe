// SPDX-License-Identifier: Apache-2.0

/// A regular expression that is found, or not, in time proportional to the text.
///
/// It answers one question, whether it is found anywhere in a text, and so has no captures, and
/// takes lazy repeats for greedy ones. What would need going back (back references, look-around,
/// atomic groups) is refused when the expression is read. Whatever the expression and the text,
/// a search takes at most `maximumStates` steps for each byte.
///
/// A text is a row of **units**: well-formed UTF-8 sequences (Unicode 16, table 3-7), and single
/// bytes wherever the bytes are not well-formed. Literals, and `\xHH`, compare with the bytes.
/// A class and `.` take one whole unit, and never begin inside of one; `.` is every unit but a
/// line feed; `\b` and `\B` are asked between units. In a class, `\xHH` from 80 on is a byte that is not UTF-8; `\uHHHH` is a scalar.
/// `\d`, `\w`, `\s`, `\b` and the ignoring of case are about ASCII. `^` and `$` are the start and
/// the end of the text, also where it has several lines.
package struct RegularExpression: Sendable {
    /// The longest expression, in bytes of UTF-8.
    package static let maximumLength = 1_024
    /// The most states, once counted repeats are written out; also the most steps for a byte.
    package static let maximumStates = 4_096
    /// How deep groups may stand in groups.
    package static let maximumNesting = 64
    /// The largest count in `{m,n}`.
    package static let maximumRepeat = 1_000

    /// The text that the expression was read from.
    package let source: String
    /// Whether ASCII letters compare without case, whatever `(?i)` says besides.
    package let ignoresCase: Bool
    let program: Program

    /// - Parameter ignoresCase: compare ASCII letters without case, as `(?i)` at the start does.
    package init(_ pattern: String, ignoresCase: Bool = false) throws(Failure) {
        var parser = try Parser(pattern, ignoresCase: ignoresCase)
        program = try parser.parse()
        source = pattern
        self.ignoresCase = ignoresCase
    }

    /// Whether the expression is found in a part of a text, which is all the text it sees.
    package func matches(_ text: borrowing Span<UInt8>, in range: Range<Int>) -> Bool {
        guard let start = program.firstCandidate(in: text, range) else { return false }
        var search = Search(self)
        if start > range.lowerBound { search.skip(through: text[start - 1]) }
        return search.feed(text, in: start..<range.upperBound) || search.finish()
    }

    /// Begins a search in a text that comes in pieces.
    package func search() -> Search { Search(self) }
}

extension RegularExpression: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        left.source == right.source && left.ignoresCase == right.ignoresCase
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(ignoresCase)
    }
}
