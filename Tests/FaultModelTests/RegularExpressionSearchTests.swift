// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import FaultModel

@Suite struct RegularExpressionSearchTests {
    private static func feed(_ text: [UInt8], to search: inout RegularExpression.Search) -> Bool {
        search.feed(text.span, in: 0..<text.count)
    }

    private static func end(_ search: inout RegularExpression.Search) -> Bool { search.finish() }

    @Test func `a match is told with the byte that completes it`() throws {
        var search = try RegularExpression("ab+c|é").search()
        for byte in "xabbab".utf8 { #expect(!Self.feed([byte], to: &search)) }
        #expect(Self.feed([UInt8(ascii: "c")], to: &search))
        #expect(Self.feed([], to: &search), "what is found stays found")
        #expect(Self.end(&search))
        search = try RegularExpression("é").search()
        #expect(!Self.feed([0xc3], to: &search))
        #expect(Self.feed([0xa9], to: &search))
    }

    @Test func `what is found in nothing is found at once`() throws {
        var search = try RegularExpression("a*").search()
        #expect(search.isFound)
        #expect(Self.feed([], to: &search))
    }

    @Test func `the end holds only at the end, and a word's edge with what follows`() throws {
        var search = try RegularExpression("a$").search()
        #expect(!Self.feed(Array("ba".utf8), to: &search))
        var longer = search
        #expect(Self.end(&search))
        #expect(!Self.feed(Array("b".utf8), to: &longer))
        #expect(!Self.end(&longer))
        search = try RegularExpression(#"cat\b"#).search()
        #expect(!Self.feed(Array("cat".utf8), to: &search))
        longer = search
        #expect(Self.end(&search))
        #expect(Self.feed(Array(" ".utf8), to: &longer))
    }

    @Test func `bytes after the end are no part of the text`() throws {
        var search = try RegularExpression("ab").search()
        #expect(!Self.feed(Array("a".utf8), to: &search))
        #expect(!Self.end(&search))
        #expect(!Self.feed(Array("b".utf8), to: &search))
        #expect(!Self.end(&search))
    }

    @Test(arguments: SeededNumbers.seeds(2_000))
    func `bytes in any pieces give the same answer as all at once`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let tree = Tree.random(&numbers, depth: 3)
        let text = SampleText(&numbers, count: numbers.below(14)).bytes
        let expression = try RegularExpression(tree.pattern)
        var whole = expression.search()
        _ = Self.feed(text, to: &whole)
        var pieces = expression.search()
        var position = 0
        while position < text.count {
            let end = position + numbers.below(min(4, text.count - position) + 1)
            _ = pieces.feed(text.span, in: position..<end)
            position = end
        }
        #expect(whole == pieces, "\(tree.pattern) \(text) CHAOS_SEED=\(seed)")
        let isThere = pieces.finish()
        #expect(Self.end(&whole) == isThere)
        #expect(whole.isFound == isFound(expression, in: text))
    }

    @Test(arguments: [
        "(a*)*b", "(a|a)*b", "(a|aa)+$b", "a{0,200}a{200}b", "(.*)*x", "(a?){500}a{500}b",
        "^(([a-z])+.)+[A-Z]([a-z])+$", #"(\ba|a\b|\Ba)*b"#, "(.|[^b]|a|.)*b",
        "((a*)*|(a+)+)*b", "a.{1000}b", "é*(a|é)*b",
    ])
    func `no expression takes more steps than its states for each byte`(pattern: String) throws {
        let expression = try RegularExpression(pattern)
        // 64 KiB, and less only where thousands of states would make the test slow.
        let count = min(64 << 10, 4_000_000 / expression.program.code.count)
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: count)
        var search = expression.search()
        #expect(!Self.feed(text, to: &search))
        #expect(!Self.end(&search))
        #expect(search.steps > text.count, "the steps are counted")
        #expect(search.steps <= 3 * expression.program.code.count * (text.count + 1))
    }

    @Test func `what no match begins with is stepped over`() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 64 << 10)
        var search = try RegularExpression("b.*c").search()
        #expect(!Self.feed(text, to: &search))
        #expect(search.steps < 10)
        search = try RegularExpression("^b").search()
        #expect(!Self.feed(text, to: &search))
        #expect(search.steps < 10)
    }
}
