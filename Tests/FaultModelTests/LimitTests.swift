// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@Suite struct LimitTests {
    @Test(
        arguments: [
            (0, 1, [1, 2, 3, 4, 5, 6]), (2, 1, [3, 4, 5, 6]), (0, 2, [2, 4, 6]), (0, 3, [3, 6]),
            (1, 2, [3, 5]), (2, 3, [5]), (6, 1, []), (0, 7, []), (.max, 1, []), (0, .max, []),
        ] as [(UInt64, UInt64, [UInt64])]
    )
    func `skip passes the first and every takes each so-manieth after`(
        skip: UInt64,
        every: UInt64,
        admitted: [UInt64]
    ) {
        var limit = Limit.none
        limit.skip = skip
        limit.every = every
        #expect((1...6).filter { limit.admits(match: $0) } == admitted)
    }

    @Test func `the tallies of a connection forget rules that are gone`() {
        let rule = Rule.sample("r", limit: .of(times: 1, scope: .connection))
        var asker = Asker([rule])
        #expect(asker.firings(among: 3) == [1])
        var tallies = ConnectionTallies()
        tallies.keep { _ in false }
        #expect(tallies == ConnectionTallies())
    }
}

extension Limit {
    static func of(
        probability: Probability = .always,
        skip: UInt64 = 0,
        times: UInt64? = nil,
        every: UInt64 = 1,
        scope: Scope = .rule
    ) -> Limit {
        var limit = Limit.none
        limit.probability = probability
        limit.skip = skip
        limit.times = times
        limit.every = every
        limit.scope = scope
        return limit
    }
}
