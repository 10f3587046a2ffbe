// SPDX-License-Identifier: Apache-2.0
package import Logging
import NIOCore
import NIOPosix

/// A small PRISM that really keeps what it is told: the upstream of demos, tests and examples.
package struct PrismService: Sendable {
    package struct Configuration: Sendable {
        package var address: ListenAddress
        package var bounds: PrismBounds
        package var clock: WallClock
        /// Time between beats, in which tasks advance; nil makes no beats of its own.
        package var heartbeat: Duration?
        package var logger: Logger

        package init(
            address: ListenAddress,
            bounds: PrismBounds,
            clock: WallClock,
            heartbeat: Duration?,
            logger: Logger
        ) {
            self.address = address
            self.bounds = bounds
            self.clock = clock
            self.heartbeat = heartbeat
            self.logger = logger
        }

        /// A free port of the loopback interface, no beats, and no log: what tests want.
        package static let loopback = Configuration(
            address: .tcp(host: "127.0.0.1", port: 0),
            bounds: .defaults,
            clock: .system,
            heartbeat: nil,
            logger: Logger(label: "prism-stub") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Where the service really listens: the port is the one the system chose.
    package let address: ListenAddress
    package let state: PrismState

    /// Serves while `body` runs, and then stops: requests in progress get `drainLimit`.
    ///
    /// Nothing is left when this returns: no connection, no task, and no socket file.
    package static func serve<Result: Sendable>(
        _ configuration: Configuration,
        while body: (PrismService) async throws -> Result
    ) async throws -> Result {
        let state = try PrismState(bounds: configuration.bounds, clock: configuration.clock)
        let open = OpenConnections()
        let listener = try await Listener(
            configuration: configuration,
            state: state,
            open: open
        )
        defer { listener.removeSocketFile() }
        let service = PrismService(address: listener.address, state: state)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await listener.run() }
            if let heartbeat = configuration.heartbeat {
                group.addTask {
                    while (try? await Task.sleep(for: heartbeat)) != nil { state.beat() }
                }
            }
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(service)) } catch { result = .failure(error) }
            listener.close()
            state.events.stop()
            open.quiesce()
            group.addTask {
                try? await Task.sleep(for: configuration.bounds.drainLimit)
                open.close()
            }
            await listener.finished()
            group.cancelAll()
            return try result.get()
        }
    }
}
