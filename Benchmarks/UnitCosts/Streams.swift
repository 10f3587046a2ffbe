// SPDX-License-Identifier: Apache-2.0
import FaultModel

// A chunk of 16 KiB of a TCP connection, from what one read gave to what may be written.
extension Benchmark {
    static var streams: [Benchmark] {
        [
            stream("chunk of a stream, 0 rules", []),
            stream("chunk of a stream, 100 rules", idle: 100, []),
            stream(
                "chunk of a stream, delayed",
                [#"{"id": "late", "then": [{"delay": "10ms"}]}"#],
                rings: true
            ),
        ]
    }

    private static func stream(
        _ name: String,
        idle count: Int = 0,
        _ rules: [String],
        rings: Bool = false
    ) -> Benchmark {
        Benchmark(name, unit: "chunk") {
            let proxy = RulesInForce.proxy(.tcp)
            let rules = try RulesInForce.set(idle: count, then: rules, for: proxy)
            let connection = PlayedConnection(rules, for: proxy)
            let content = Messages.content
            return { units in
                let before = connection.forwarded
                for _ in 0..<units {
                    connection.send(.serverToClient, content)
                    if rings { connection.ring() }
                }
                let bytes = units * content.count
                try WrongWork.check("bytes", connection.forwarded - before, is: bytes)
                return connection.forwarded
            }
        }
    }
}
