// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@Suite struct ByteSearchTests {
    @Test(arguments: ["aab", "abab", "aaaa", "b", "abcabcabd"])
    func `a literal is found exactly where it ends, however the stream is cut`(
        sought: String
    )
        throws
    {
        var numbers = SeededNumbers(seed: 11)
        for _ in 0..<300 {
            let text = (0..<60).map { _ in UInt8(97 + numbers.below(numbers.below(4) + 1)) }
            let end = text.indices.first {
                text[...$0].suffix(sought.utf8.count).elementsEqual(sought.utf8)
            }
            let pieces = cut(text, &numbers)
            let found = try search(.literal(Array(sought.utf8)), scan: 4_096, in: pieces)
            #expect(found == end.map { pieceOf($0, pieces) })
        }
    }

    @Test func `an expression is found however the stream is cut`() throws {
        var numbers = SeededNumbers(seed: 12)
        let expression = try RegularExpression("SELECT +[a-z]+;")
        for _ in 0..<100 {
            let text = Array("xx SELECT  name; yy".utf8)
            let pieces = cut(text, &numbers)
            let found = try search(.expression(expression), scan: 4_096, in: pieces)
            #expect(found == pieceOf(15, pieces))
        }
    }

    @Test func `what ends past the scan is not found, and what ends at it is`() throws {
        let text = [Array("1234567".utf8), Array("end".utf8)]
        #expect(try search(.literal(Array("end".utf8)), scan: 10, in: text) == 1)
        #expect(try search(.literal(Array("end".utf8)), scan: 9, in: text) == nil)
        let expression = try RegularExpression("nd$")
        #expect(try search(.expression(expression), scan: 10, in: text) == 1)
        #expect(try search(.expression(expression), scan: 9, in: text) == nil)
    }

    @Test func `the bytes of a rule are put through its limit, and only where it is meant`() throws
    {
        var matcher = Matcher.everything
        matcher.bytes = BytesPattern(
            .literal([1]),
            direction: .clientToServer,
            scan: BytesPattern.defaultScan
        )
        let never = Limit.of(probability: .never)
        var elsewhere = matcher
        elsewhere.connections = [.range(9...9)]
        let rules = RuleSet([
            .sample("never", when: matcher, limit: never), .sample("always", when: matcher),
            .sample("elsewhere", when: elsewhere),
        ])
        var scratch = MatchScratch()
        let unit = UnitFacts(0, on: ConnectionFacts(ordinal: 1, client: nil))
        let searches = rules.byteSearches(
            request: nil,
            in: [UInt8]().span,
            about: unit,
            after: 0,
            using: &scratch
        )
        #expect(searches.map(\.serial) == [1, 2])
        var tallies = ConnectionTallies()
        let plan = rules.decideBytes(
            searches,
            request: nil,
            in: [UInt8]().span,
            about: unit,
            in: Circumstances(now: 0),
            tallies: &tallies
        )
        #expect(plan.ruleNames == ["always"])
        #expect(
            rules.byteSearches(
                request: nil,
                in: [UInt8]().span,
                about: unit,
                after: 2,
                using: &scratch
            ).isEmpty
        )
    }

    /// The piece with which the search finds something.
    private func search(
        _ sought: BytesPattern.Sought,
        scan: Int,
        in pieces: [[UInt8]]
    ) throws -> Int? {
        var matcher = Matcher.everything
        matcher.bytes = BytesPattern(sought, direction: .clientToServer, scan: try ByteCount(scan))
        var scratch = MatchScratch()
        var searches = RuleSet([.sample("r", when: matcher)]).byteSearches(
            request: nil,
            in: [UInt8]().span,
            about: UnitFacts(0, on: ConnectionFacts(ordinal: 1, client: nil)),
            after: 0,
            using: &scratch
        )
        var place: UInt64 = 0
        for (position, piece) in pieces.enumerated() {
            switch searches[0].look(at: piece.span, from: place) {
            case .found: return position
            case .over: return nil
            case .goesOn: place += UInt64(piece.count)
            }
        }
        return nil
    }

    private func cut(_ text: [UInt8], _ numbers: inout SeededNumbers) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = text[...]
        while !rest.isEmpty {
            let count = numbers.below(rest.count) + 1
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    private func pieceOf(_ place: Int, _ pieces: [[UInt8]]) -> Int {
        var end = 0
        for (position, piece) in pieces.enumerated() {
            end += piece.count
            if place < end { return position }
        }
        return pieces.count
    }
}
