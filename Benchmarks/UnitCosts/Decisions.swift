// SPDX-License-Identifier: Apache-2.0
import FaultModel

// What the rules say of one request whose head has been read.
extension Benchmark {
    static var decisions: [Benchmark] {
        [0, 10, 1_000, 10_000].map { count in
            decision("decision, \(count) rules, none matches", idle: count, [], firings: 0)
        }
            + [10, 1_000, 10_000].map { count in
                let last =
                    #"{"id": "last", "when": {"request": "GET \#(Messages.path)"}, "#
                    + #""then": [{"delay": "1ms"}]}"#
                return decision(
                    "decision, \(count) rules, the last fires",
                    idle: count - 1,
                    [last],
                    firings: 1
                )
            } + [unindexed]
    }

    /// Rules that no index can hold are asked one by one.
    private static var unindexed: Benchmark {
        let rules = (0..<100).map { number in
            #"{"id": "tenant-\#(number)", "when": {"headers": {"x-request-id": "\#(number)-*"}}, "#
                + #""then": [{"delay": "1ms"}]}"#
        }
        return decision("decision, 100 rules by glob", idle: 0, rules, firings: 0)
    }

    private static func decision(
        _ name: String,
        idle count: Int,
        _ rules: [String],
        firings: Int
    ) -> Benchmark {
        Benchmark(name, unit: "decision") {
            let set = try RulesInForce.set(idle: count, then: rules)
            let facts = try Messages.requestFacts()
            let connection = ConnectionFacts(ordinal: 1, client: Messages.client)
            let request = Messages.request
            var tallies = ConnectionTallies()
            var scratch = MatchScratch()
            return { units in
                var fired = 0
                for unit in 0..<units {
                    let decision = set.decide(
                        facts,
                        in: request.span,
                        content: nil,
                        about: UnitFacts(UInt64(unit), on: connection),
                        in: Circumstances(now: Int64(unit)),
                        tallies: &tallies,
                        using: &scratch
                    )
                    fired += decision.plan.firings.count
                }
                try WrongWork.check("firings", fired, is: units * firings)
                return fired
            }
        }
    }
}
