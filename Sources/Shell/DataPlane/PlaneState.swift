// SPDX-License-Identifier: Apache-2.0
import EventJournal
import FlowEngine
import SocketLoops
import Synchronization

/// What the listeners need of the data path: its event loops and the event log.
final class PlaneState: Sendable {
    let log: EventLog
    let loops: [LoopThread<LoopContext>]
    let room: DescriptorRoom
    let memory = MemoryReturn()
    private let connections: Ordinals
    private let listeners = Atomic<Int>(0)

    /// - Throws: where descriptors have run out.
    init(
        log: EventLog,
        eventLoops count: Int,
        services: FlowServices,
        room: DescriptorRoom
    ) throws(SocketError) {
        self.log = log
        self.room = room
        let connections = Ordinals()
        self.connections = connections
        let clock = RunClock(log)
        var loops: [LoopThread<LoopContext>] = []
        for number in 0..<count {
            loops.append(
                try LoopThread(name: "event-loop-\(number)") { loop, thread in
                    LoopContext(
                        loop,
                        of: thread,
                        clock: clock,
                        log: log,
                        services: services,
                        connections: connections
                    )
                }
            )
        }
        self.loops = loops
    }

    /// A number for one more listener.
    func nextListener() -> Int { listeners.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Runs `body` on every event loop, side by side, and gathers what each returns.
    func onEveryLoop<Value: Sendable>(
        _ body: @escaping @Sendable (LoopContext) -> Value
    ) async -> [Value] {
        await withTaskGroup(of: Value?.self) { tasks in
            for loop in loops { tasks.addTask { await loop.run(body) } }
            return await tasks.reduce(into: []) { values, value in
                if let value { values.append(value) }
            }
        }
    }
}
