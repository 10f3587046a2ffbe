// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

// Reading rules, and making them ready for the data path.
extension Benchmark {
    static var documents: [Benchmark] {
        [
            reading("rule of a YAML file of 100", yaml) {
                try Configuration.parse(text: $0, file: "rules.yaml").rules.count
            },
            reading("rule of a JSON document of 100", json) {
                try Configuration.parse(json: Array($0.utf8)).rules.count
            },
            compiling,
        ]
    }

    private static func reading(
        _ name: String,
        _ text: String,
        _ read: @escaping (String) throws -> Int
    ) -> Benchmark {
        Benchmark(name, unit: "rule", units: 200) {
            { units in
                var count = 0
                for _ in 0..<units / 100 { count += try read(text) }
                try WrongWork.check("rules", count, is: units)
                return count
            }
        }
    }

    /// What a change of the rules costs each proxy.
    private static var compiling: Benchmark {
        Benchmark("rule of a set of 1000, compiled", unit: "rule", units: 2_000) {
            let set = try (0..<1_000).map(RulesInForce.idle)
            return { units in
                var filled = 0
                for _ in 0..<units / 1_000 {
                    filled += RulesInForce.set(set).isEmpty ? 0 : 1_000
                }
                try WrongWork.check("rules", filled, is: units)
                return filled
            }
        }
    }

    private static let yaml =
        "version: 1\nseed: 1\nproxies:\n  bench: { listen: 127.0.0.1:0, upstream: 127.0.0.1:80 }\nrules:\n"
        + (0..<100).map { number in
            """
              - id: rule-\(number)
                when: { request: GET /api/v1/service-\(number)/items, headers: { x-tenant: acme-* } }
                limit: { probability: 0.1 }
                then:
                  - delay: 200ms ± 50ms
                  - respond: { status: 503, headers: { retry-after: "1" }, body: busy }

            """
        }.joined()

    private static let json =
        #"{"version": 1, "seed": 1, "proxies": {"bench": {"listen": "127.0.0.1:0", "#
        + #""upstream": "127.0.0.1:80"}}, "rules": ["#
        + (0..<100).map { number in
            #"{"id": "rule-\#(number)", "when": {"request": "GET /api/v1/service-\#(number)/items", "#
                + #""headers": {"x-tenant": "acme-*"}}, "limit": {"probability": 0.1}, "#
                + #""then": [{"delay": "200ms ± 50ms"}, {"respond": {"status": 503, "#
                + #""headers": {"retry-after": "1"}, "body": "busy"}}]}"#
        }.joined(separator: ",") + "]}"
}
