// SPDX-License-Identifier: Apache-2.0
import EventJournal
import FlowEngine
import NIOCore
import Synchronization

/// What the listeners need of the data path: its event loops' contexts and the event log.
final class PlaneState: Sendable {
    let log: EventLog
    let contexts: [NIOLoopBound<LoopContext>]
    let room: DescriptorRoom
    private let connections = Ordinals()

    init(
        log: EventLog,
        group: any EventLoopGroup,
        services: FlowServices,
        room: DescriptorRoom
    ) async throws {
        self.log = log
        self.room = room
        let clock = RunClock(log)
        var contexts: [NIOLoopBound<LoopContext>] = []
        for loop in group.makeIterator() {
            contexts.append(
                try await loop.submit {
                    NIOLoopBound(
                        LoopContext(loop: loop, clock: clock, log: log, services: services),
                        eventLoop: loop
                    )
                }.get()
            )
        }
        self.contexts = contexts
    }

    func nextConnection() -> UInt64 { connections.next() }

    /// - Precondition: called on `loop`.
    func context(of loop: any EventLoop) -> LoopContext? {
        for context in contexts where context.eventLoop === loop { return context.value }
        return nil
    }

    /// Runs `body` on every event loop and gathers what each returns.
    func onEveryLoop<Value: Sendable>(
        _ body: @escaping @Sendable (LoopContext) -> Value
    ) async -> [Value] {
        var values: [Value] = []
        for context in contexts {
            if let value = try? await context.eventLoop.submit({ body(context.value) }).get() {
                values.append(value)
            }
        }
        return values
    }
}
