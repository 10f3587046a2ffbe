// SPDX-License-Identifier: Apache-2.0
import FaultModel

// A request and its answer on one connection that is kept, each in one piece.
extension Benchmark {
    static var exchanges: [Benchmark] {
        [0, 10, 100, 10_000].map { count in
            exchange("exchange, \(count) rules", idle: count)
        } + [
            exchange(
                "exchange, delayed",
                idle: 100,
                then: #"{"id": "late", "then": [{"delay": "10ms"}]}"#,
                rings: true
            ),
            answered,
            connection,
        ]
    }

    private static func exchange(
        _ name: String,
        idle count: Int,
        then rule: String? = nil,
        rings: Bool = false
    ) -> Benchmark {
        Benchmark(name, unit: "exchange") {
            let rules = try RulesInForce.set(idle: count, then: rule.map { [$0] } ?? [])
            let connection = PlayedConnection(rules, for: RulesInForce.proxy())
            let (request, answer) = (Messages.request, Messages.answer)
            return { units in
                let (before, exchanges) = (connection.forwarded, connection.exchanges)
                for _ in 0..<units {
                    connection.send(.clientToServer, request)
                    connection.send(.serverToClient, answer)
                    if rings { connection.ring() }
                }
                let bytes = units * (request.count + answer.count)
                try WrongWork.check("bytes", connection.forwarded - before, is: bytes)
                try WrongWork.check("exchanges", connection.exchanges - exchanges, is: units)
                return connection.records
            }
        }
    }

    /// The upstream is never asked.
    private static var answered: Benchmark {
        Benchmark("exchange, answered by respond", unit: "exchange") {
            let rule = #"{"id": "down", "then": [{"respond": 503}]}"#
            let rules = try RulesInForce.set(idle: 100, then: [rule])
            let connection = PlayedConnection(rules, for: RulesInForce.proxy())
            let request = Messages.request
            return { units in
                let (before, exchanges) = (connection.forwardedToClient, connection.exchanges)
                for _ in 0..<units { connection.send(.clientToServer, request) }
                try WrongWork.check("exchanges", connection.exchanges - exchanges, is: units)
                try WrongWork.check("bytes to the server", connection.forwardedToServer, is: 0)
                let bytes = connection.forwardedToClient - before
                guard bytes >= units * 20 else {
                    throw WrongWork("bytes to the client", is: bytes, not: units * 20)
                }
                return connection.records
            }
        }
    }

    /// A connection with one exchange, from its first moment to its last.
    private static var connection: Benchmark {
        Benchmark("connection with one exchange", unit: "connection") {
            let rules = try RulesInForce.set(idle: 100)
            let proxy = RulesInForce.proxy()
            let (request, answer) = (Messages.request, Messages.answer)
            return { units in
                var bytes = 0
                for unit in 0..<units {
                    let connection = PlayedConnection(rules, for: proxy, ordinal: UInt64(unit) + 1)
                    connection.send(.clientToServer, request)
                    connection.send(.serverToClient, answer)
                    connection.end(.client)
                    connection.end(.server)
                    bytes += connection.forwarded
                }
                let expected = units * (request.count + answer.count)
                try WrongWork.check("bytes", bytes, is: expected)
                return bytes
            }
        }
    }
}
