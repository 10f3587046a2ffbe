// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import FaultModel

@Suite struct HoldbackTests {
    private static let client = TallyScope.client(IPAddress("192.0.2.1"))

    /// What the next match would be told after so many matches and firings.
    private func holdbacks(
        _ limit: Limit,
        matches: Int = 0,
        fired: Int = 0,
        scope: TallyScope = .rule,
        _ change: (inout Situation) -> Void = { _ in }
    ) -> [Holdback] {
        let tally = LocalTally()
        for _ in 0..<matches { _ = tally.countMatch(in: scope) }
        for _ in 0..<fired { _ = tally.claimFiring(FiringClaim(scope: scope, times: nil)) }
        var situation = Situation(SampleHead(path: "/"))
        change(&situation)
        let rule = Rule.sample("r", limit: limit)
        let standing = RuleStanding(rule: rule, isInForce: true, tally: tally)
        let before = (tally.matches, tally.fired)
        let limits = standing.explanation(in: situation, seed: 1).limits
        #expect((tally.matches, tally.fired) == before, "who asks changes nothing")
        return limits
    }

    @Test(
        arguments: [
            (.of(skip: 2), 0, 0, "skip"), (.of(skip: 2), 1, 0, "skip"), (.of(skip: 2), 2, 0, nil),
            (.of(every: 3), 0, 0, "every"), (.of(every: 3), 2, 0, nil),
            (.of(every: 3), 3, 1, "every"),
            (.of(times: 2), 5, 1, nil), (.of(times: 2), 5, 2, "times"),
            (.of(times: 0), 0, 0, "times"),
            (.of(skip: 1, times: 1, every: 2), 2, 0, nil),
            (.of(skip: 1, times: 1, every: 2), 4, 1, "times"),
        ] as [(Limit, Int, Int, String?)]
    )
    func `a limit names what keeps the next match back`(
        limit: Limit,
        matches: Int,
        fired: Int,
        key: String?
    ) {
        let found = holdbacks(limit, matches: matches, fired: fired)
        #expect(found.map(\.key) == (key.map { [$0] } ?? []))
        #expect(found.allSatisfy { $0.isCertain })
    }

    @Test func `a share is drawn where the place is known, and else not`() throws {
        let tenth = try Probability(0.1)
        let drawn = (0..<200).map { unit in
            holdbacks(.of(probability: tenth)) { $0.unit = unit }
        }
        let passed = drawn.count { $0.isEmpty }
        #expect((5...40).contains(passed))
        #expect(drawn.allSatisfy { $0.allSatisfy { $0.key == "probability" && $0.isCertain } })
        let open = holdbacks(.of(probability: tenth)) { $0.connection = nil }
        #expect(open.map(\.key) == ["probability"] && open.allSatisfy { !$0.isCertain })
        let never = holdbacks(.of(probability: .never)) { $0.connection = nil }
        #expect(never.allSatisfy { $0.isCertain } && never.count == 1)
    }

    @Test func `a ramp is drawn against the share of now`() throws {
        var limit = Limit.of(probability: .never)
        limit.ramp = Limit.Ramp(to: .always, over: .seconds(10))
        let rule = Rule.sample("r", limit: limit)
        func verdict(after age: Duration) -> Explanation.Verdict {
            let standing = RuleStanding(rule: rule, isInForce: true, tally: LocalTally(), age: age)
            return standing.explanation(in: Situation(SampleHead(path: "/")), seed: 1).verdict
        }
        #expect(verdict(after: .zero) == .heldBack)
        #expect(verdict(after: .seconds(10)) == .fires)
    }

    @Test func `what each connection counts is not known, and what an unknown client counts`() {
        #expect(holdbacks(.of(times: 1, scope: .connection)).map(\.isCertain) == [false])
        let unknown = holdbacks(.of(times: 1, scope: .client), fired: 1, scope: Self.client) {
            $0.client = nil
        }
        #expect(unknown.map(\.isCertain) == [false])
    }

    @Test func `the counters of one client are its own`() {
        let limit = Limit.of(times: 1, scope: .client)
        #expect(holdbacks(limit, fired: 1, scope: Self.client).map(\.key) == ["times"])
        #expect(holdbacks(limit, fired: 1, scope: .client(nil)).isEmpty)
    }

    @Test func `what is active holds back what may not be more`() {
        var limit = Limit.none
        limit.concurrent = 2
        #expect(holdbacks(limit, fired: 1).isEmpty)
        #expect(holdbacks(limit, fired: 2).map(\.key) == ["concurrent"])
    }
}
