// SPDX-License-Identifier: Apache-2.0
import FaultModel

// One value of the pseudo-random function, and what is made of it.
extension Benchmark {
    static var draws: [Benchmark] {
        [toss]
            + [
                ("uniform", .uniform(lower: .milliseconds(150), upper: .milliseconds(250))),
                ("normal", .normal(mean: .milliseconds(200), deviation: .milliseconds(20))),
                ("lognormal", .lognormal(median: .milliseconds(50), p99: .milliseconds(900))),
                ("exponential", .exponential(mean: .milliseconds(100))),
                ("pareto", .pareto(minimum: .milliseconds(10), shape: 1.5)),
            ].map(delay)
    }

    private static func draw(_ unit: Int) -> Draw {
        Draw(stream: stream, connection: 1, unit: UInt64(unit))
    }

    private static let stream = Draw.Stream(seed: 1, proxy: "bench", rule: "rule")

    private static var toss: Benchmark {
        Benchmark("draw", unit: "draw") {
            { units in
                var heads = 0
                for unit in 0..<units where draw(unit).fraction(.toss) < 0.5 { heads += 1 }
                guard units / 3..<units - units / 3 ~= heads else {
                    throw WrongWork("draws below a half", is: heads, not: units / 2)
                }
                return heads
            }
        }
    }

    private static func delay(_ name: String, _ spread: Delay.Distribution) -> Benchmark {
        Benchmark("draw of a delay, \(name)", unit: "draw") {
            let delay = Delay(spread, max: nil, toward: .client, atConnect: false)
            return { units in
                var total = Duration.zero
                for unit in 0..<units {
                    total += delay.value(at: draw(unit).fraction(.fault(position: 0, chunk: 0)))
                }
                return Int(total / .milliseconds(1))
            }
        }
    }
}
