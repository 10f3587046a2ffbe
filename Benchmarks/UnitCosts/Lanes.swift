// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine

// A chunk through one direction of a connection, without the flow around it.
extension Benchmark {
    static var lanes: [Benchmark] {
        [
            lane("lane, open", .open, wakes: 0),
            lane("lane, delayed", delayed, wakes: 1),
            Benchmark("lane, delay drawn for each chunk", unit: "chunk") {
                try lane(spread(), wakes: 1)
            },
            Benchmark("lane, delayed behind 1000 chunks", unit: "chunk") { queue() },
            Benchmark("lane, below its rate", unit: "chunk") { try lane(rated(), wakes: 0) },
        ]
    }

    private static let size = 1_400
    /// Between two chunks, in nanoseconds.
    private static let pause: Int64 = 20_000_000

    private static var delayed: Shape {
        var shape = Shape.open
        shape.delay = 10_000_000
        return shape
    }

    private static func spread() throws -> Shape {
        let json = #"{"id": "late", "then": [{"delay": "normal(10ms, 1ms)"}]}"#
        let rule = try RulesInForce.rule(json)
        let stream = Draw.Stream(seed: 1, proxy: "bench", rule: rule.id)
        var shape = Shape.open
        shape.chunkDelays = rule.then.enumerated().map { position, fault in
            Firing(
                rule: rule.id,
                serial: 1,
                fault: fault,
                position: position,
                draw: Draw(stream: stream, connection: 1, unit: 0),
                toss: nil
            )
        }
        return shape
    }

    private static func rated() throws -> Shape {
        var shape = Shape.open
        shape.rate = try ByteRate(bytesPerSecond: 10_000_000)
        return shape
    }

    private static func lane(_ name: String, _ shape: Shape, wakes: Int) -> Benchmark {
        Benchmark(name, unit: "chunk") { lane(shape, wakes: wakes) }
    }

    /// Each chunk has left before the next comes.
    private static func lane(_ shape: Shape, wakes: Int) -> Workload {
        var lane = Lane(.serverToClient)
        var effects: [Effect] = []
        var now = Moment.start
        lane.reshape(shape, at: now, emitting: &effects)
        return { units in
            let before = lane.passed
            var rings = 0
            for _ in 0..<units {
                now = now.advanced(by: pause)
                lane.arrived(size, at: now, emitting: &effects)
                while let due = lane.wakeAt {
                    rings += 1
                    lane.woke(at: due, emitting: &effects)
                }
                effects.removeAll(keepingCapacity: true)
            }
            try WrongWork.check("bytes", Int(lane.passed - before), is: units * size)
            try WrongWork.check("alarms", rings, is: units * wakes)
            return rings
        }
    }

    /// One chunk comes and one leaves, and a thousand are always held.
    private static func queue() -> Workload {
        var lane = Lane(.serverToClient)
        var effects: [Effect] = []
        var now = Moment.start
        lane.reshape(delayed, at: now, emitting: &effects)
        for _ in 0..<1_000 {
            now = now.advanced(by: 10_000)
            lane.arrived(size, at: now, emitting: &effects)
        }
        return { units in
            let before = lane.passed
            for _ in 0..<units {
                now = now.advanced(by: 10_000)
                lane.arrived(size, at: now, emitting: &effects)
                effects.removeAll(keepingCapacity: true)
            }
            try WrongWork.check("bytes", Int(lane.passed - before), is: units * size)
            return lane.heldBytes
        }
    }
}
