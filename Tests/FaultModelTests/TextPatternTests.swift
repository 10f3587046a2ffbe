// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@Suite struct TextPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "a", false), ("a", "", false), ("a", "a", true), ("a", "A", false),
        ("*", "", true), ("*", "abc", true), ("**", "abc", true), ("?", "", false),
        ("?", "a", true), ("?", "ab", false), ("a*", "a", true), ("a*", "ab", true),
        ("a*", "b", false), ("*a", "a", true), ("*a", "ba", true), ("*a", "ab", false),
        ("a*b*c", "aXbYc", true), ("a*b*c", "abc", true), ("a*b*c", "acb", false),
        ("*ab", "aab", true), ("*aab", "aaab", true), ("a?c", "abc", true), ("a?c", "ac", false),
        ("*.*", "a.b", true), ("*.*", "ab", false), ("???*", "ab", false), ("*???", "abc", true),
        ("a*a", "a", false), ("a*a", "aa", true), ("security.*", "security.alert", true),
    ])
    func `an asterisk is any bytes and a question mark one`(
        pattern: String,
        text: String,
        matches: Bool
    ) {
        #expect(TextPattern(pattern).matches(text) == matches)
    }

    @Test func `case is ignored only where asked`() {
        #expect(TextPattern("ExAmPle.*", ignoresCase: true).matches("eXample.COM"))
        #expect(!TextPattern("ExAmPle.*").matches("eXample.COM"))
        #expect(!TextPattern("é", ignoresCase: true).matches("É"), "only ASCII letters fold")
    }

    @Test func `a range is compared and nothing beside it`() {
        #expect(matches("abc", in: 2..<5))
        #expect(matches("a*", in: 2..<5))
        #expect(!matches("*y", in: 2..<5))
    }

    private func matches(_ pattern: String, in range: Range<Int>) -> Bool {
        let bytes = Array("xxabcyy".utf8)
        return TextPattern(pattern).matches(bytes.span, in: range)
    }

    /// A matcher that goes back to every asterisk would need about 10^40 steps here.
    @Test func `no pattern explodes`() {
        let pattern = TextPattern(String(repeating: "*a", count: 40) + "*b")
        #expect(!pattern.matches(String(repeating: "a", count: 4_000)))
        #expect(pattern.matches(String(repeating: "a", count: 4_000) + "b"))
    }

    @Test(arguments: SeededNumbers.seeds(3_000))
    func `the matcher agrees with the definition of a glob`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let pattern = (0..<numbers.below(7)).map { _ in numbers.pick(Array("ab*?")) }
        let text = (0..<numbers.below(8)).map { _ in numbers.pick(Array("ab")) }
        #expect(
            TextPattern(String(pattern)).matches(String(text))
                == Self.agrees(pattern[...], text[...]),
            "pattern \(String(pattern)) text \(String(text)) CHAOS_SEED=\(seed)"
        )
    }

    /// What a glob is, said by recursion.
    private static func agrees(
        _ pattern: ArraySlice<Character>,
        _ text: ArraySlice<Character>
    ) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        if first == "*" {
            return (text.startIndex...text.endIndex).contains { agrees(rest, text[$0...]) }
        }
        guard let byte = text.first, first == "?" || first == byte else { return false }
        return agrees(rest, text.dropFirst())
    }
}
