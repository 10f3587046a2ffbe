// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import FaultModel

/// Whether the expression is found in the text, told all at once.
func isFound(_ expression: RegularExpression, in text: [UInt8]) -> Bool {
    expression.matches(text.span, in: 0..<text.count)
}

@Suite struct RegularExpressionTests {
    @Test(arguments: [
        // Pattern, text, whether it is found.
        ("", "", true), ("", "a", true), ("a", "", false), ("a", "xay", true), ("ab", "aab", true),
        ("aab", "aaab", true), ("a.c", "abc", true), ("a.c", "a\nc", false), ("a.c", "aéc", true),
        ("a..c", "aéc", false), ("^a", "ba", false), ("^a", "ab", true), ("a$", "ab", false),
        ("a$", "ba", true), ("^$", "", true), ("^$", "\n", false), ("^a$", "b\na\nb", false),
        ("a|b", "xb", true), ("a|b", "xc", false), ("^(a|bc)$", "bc", true), ("^a|b$", "xb", true),
        ("^(a|bc)$", "ac", false), ("(|a)b", "b", true), ("a||b", "", true), ("()", "", true),
        ("^a*$", "aaaa", true), ("^a*$", "ab", false), ("^a+$", "", false), ("^a+$", "aa", true),
        ("^a?b$", "b", true), ("^a?b$", "aab", false), ("^a*?b$", "aab", true),
        ("^a+?$", "aa", true), ("^a??$", "a", true), ("^a{2}?$", "aa", true),
        ("^a{2}$", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "a", false),
        ("^a{2,}$", "aaaaa", true), ("^a{0,2}$", "", true), ("^a{1,3}$", "aaa", true),
        ("^a{1,3}$", "aaaa", false), ("^a{0}$", "", true), ("^a{0}$", "a", false),
        ("^a{0,}b$", "aab", true), ("^(ab){2}$", "abab", true), ("^(a{2}){2,3}$", "aaaaaa", true),
        ("^(a{2}){2,3}$", "aaaaa", false), ("a{,2}", "a{,2}", true), ("a{", "a{", true),
        ("a{x}", "a{x}", true), (#"{"a":1}"#, #"{"a":1}"#, true), ("a}", "a}", true),
        ("]", "]", true), ("^[abc]+$", "cab", true), ("[^abc]", "cab", false),
        ("^[^a]$", "é", true), ("^[a-c]$", "b", true), ("[a-c]", "d", false), ("[-a]", "-", true),
        ("[a-]", "-", true), ("[a^]", "^", true), (#"[\]\\]"#, #"\"#, true), ("[.]", "a", false),
        ("[[]", "[", true), ("[α-ω]", "λ", true), ("[^α-ω]", "λ", false), ("[é]", "è", false),
        (#"^\d+$"#, "0189", true), (#"\D"#, "0189", false), (#"^\w+$"#, "aZ_9", true),
        (#"\w"#, "é-", false), (#"^\W$"#, "é", true), (#"^\s+$"#, " \t\n\u{b}\u{c}\r", true),
        (#"\S"#, " \t", false), (#"^[\d.]+$"#, "1.2", true), (#"[^\d\s]"#, "1 2", false),
        (#"^[\D]$"#, "1", false), (#"\bcat\b"#, "a cat.", true), (#"\bcat\b"#, "concat", false),
        (#"\Bcat"#, "concat", true), (#"\Bcat"#, "cat", false), (#"\b"#, "", false),
        (#"\B"#, "", true), (#"\b^a"#, "a", true), (#"a$\b"#, "a", true), (#"^\b\ba$"#, "a", true),
        (#"[\b]"#, "\u{8}", true), (#"\t\n\r\f\v\0"#, "\t\n\r\u{c}\u{b}\0", true),
        (#"\x41\u00e9"#, "Aé", true), (#"\xc3\xa9"#, "é", true), (#"^[\u00e0-\u00ef]$"#, "é", true),
        (#"[\xe9]"#, "é", false), (#"\/\.\*\-\ "#, "/.*- ", true), (#"\é"#, "é", true),
        (#"\Aa\z"#, "a", true), (#"\Aa\z"#, "ab", false), ("é+$", "éé", true),
        ("^é{2}$", "é", false),
        ("(?i)AbC", "xaBcx", true), ("(?i)é", "É", false), ("(?i)[^a]", "A", false),
        ("(?i)^[A-C]+$", "abc", true), ("abc", "ABC", false), ("€", "€", true),
        ("😀.😀", "😀é😀", true),
        ("^(?:a|b)*c", "ababc", true), ("((((a))))", "a", true), ("^(a*)*$", "aaa", true),
        ("^(a|b|ab)*c$", "ababc", true), ("a.*b.*c", "xaxbxcx", true), ("a.*b.*c", "acb", false),
    ])
    func `an expression is found where it says`(pattern: String, text: String, isThere: Bool) throws
    {
        #expect(isFound(try RegularExpression(pattern), in: Array(text.utf8)) == isThere)
    }

    @Test func `case is ignored only where asked, and only of ASCII letters`() throws {
        let pattern = "^[x-z]É\\x41[^Q]$"
        let expression = try RegularExpression(pattern, ignoresCase: true)
        #expect(isFound(expression, in: Array("YÉaZ".utf8)))
        #expect(!isFound(expression, in: Array("YéaZ".utf8)))
        #expect(!isFound(expression, in: Array("YÉaq".utf8)))
        #expect(!isFound(try RegularExpression(pattern), in: Array("YÉaZ".utf8)))
    }

    @Test(
        arguments: [
            // Pattern, bytes, whether it is found.
            ("^.$", [0xff], true), ("^..$", [0xe2, 0x82], true), ("^.$", [0xe2, 0x82], false),
            ("^.$", [0xe2, 0x82, 0xac], true), ("^...$", [0xed, 0xa0, 0x80], true),
            ("^..$", [0xc0, 0x80], true), ("^....$", [0xf4, 0x90, 0x80, 0x80], true),
            ("^.a$", [0xc3, 0x61], true), (#"^[\x80-\xff]+$"#, [0x80, 0xff, 0xc3], true),
            (#"[\x80-\xff]"#, [0xc3, 0xa9], false), (#"\xa9"#, [0xc3, 0xa9], true),
            (#"\xc3."#, [0xc3, 0xa9], false), (#"\xc3."#, [0xc3, 0x61], true),
            ("[^é]", [0xc3, 0xa9], false), (#"a\B"#, [0x61, 0xc3, 0xa9], false),
            (#"\B"#, [0x61, 0xe2, 0x82, 0xac, 0x61], false),
            ("a.b", [0x61, 0xe2, 0x82, 0x62], false),
            ("a..b", [0x61, 0xe2, 0x82, 0x62], true), (#"^[\x00-\xff]{2}$"#, [0xff, 0x00], true),
            ("^[^a]$", [0xf0], true), (#"\xff$"#, [0x61, 0xff], true),
        ] as [(String, [UInt8], Bool)]
    )
    func `bytes that are no UTF-8 are units of one byte`(
        pattern: String,
        text: [UInt8],
        isThere: Bool
    ) throws {
        #expect(isFound(try RegularExpression(pattern), in: text) == isThere)
    }

    @Test func `a range is all the text there is`() throws {
        let text = Array("xxabcyy".utf8)
        for (pattern, isThere) in [
            ("^abc$", true), ("x", false), ("y", false), (#"\babc\b"#, true), ("^b", false),
            ("c$", true), (#"\Bbc"#, true), (#"bc\b"#, true),
        ] {
            let expression = try RegularExpression(pattern)
            let isFound = expression.matches(text.span, in: 2..<5)
            #expect(isFound == isThere, "\(pattern)")
        }
    }

    @Test func `expressions are equal by their text and their case`() throws {
        let expression = try RegularExpression("a+")
        #expect(expression == (try RegularExpression("a+")))
        #expect(expression != (try RegularExpression("aa*")))
        #expect(expression != (try RegularExpression("a+", ignoresCase: true)))
        #expect(Set([expression, try RegularExpression("a+")]).count == 1)
    }

    @Test func `a value with an expression holds where it is found, and not where none is`() throws
    {
        let pattern = ValuePattern.expression(try RegularExpression("^b"))
        func holds(for range: Range<Int>?) -> Bool {
            pattern.holds(for: range, in: Array("abc".utf8).span)
        }
        #expect(holds(for: 1..<3))
        #expect(!holds(for: 0..<3))
        #expect(!holds(for: nil))
    }
}
