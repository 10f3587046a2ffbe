// SPDX-License-Identifier: Apache-2.0
import DataPlane
import Dispatch
import EventJournal
import EventRecords
import FaultModel
import Synchronization

/// A data plane on one event loop, between a client and a server that this thread plays.
final class LoopbackPlane {
    private let upstream: BlockingSocket
    private let plane: TrafficPlane
    private let port: UInt16

    /// - Parameter rules: so many of which none matches.
    /// - Parameter others: rules in JSON, behind those that never match.
    init(
        _ transport: ProxyDefinition.Transport,
        idle rules: Int,
        then others: [String] = []
    ) throws {
        upstream = try BlockingSocket.listening()
        var proxy = RulesInForce.proxy(transport)
        proxy.listen = .tcp(host: "127.0.0.1", port: 0)
        proxy.upstreams = [.tcp(host: "127.0.0.1", port: try upstream.port())]
        let snapshot = Snapshot(
            generation: 1,
            seed: 1,
            proxies: [proxy],
            rules: RulesInForce.active(
                try (0..<rules).map(RulesInForce.idle) + others.map(RulesInForce.rule)
            )
        )
        (plane, port) = try Self.start(snapshot)
    }

    deinit {
        let (plane, isOver) = (plane, DispatchSemaphore(value: 0))
        Task.detached {
            await plane.stop()
            isOver.signal()
        }
        isOver.wait()
    }

    /// Waits, because the counted work is on this thread, and must not change it.
    private static func start(
        _ snapshot: Snapshot
    ) throws -> (TrafficPlane, UInt16) {
        let outcome = Outcome()
        Task.detached {
            let result: Result<(TrafficPlane, UInt16), any Error>
            do {
                let log = EventLog(wallOrigin: 0)
                let services = PlayedConnection.services
                let plane = try TrafficPlane(
                    eventLoops: 1,
                    log: log,
                    services: services,
                    keeping: 0
                )
                try await plane.apply(snapshot)
                let address = await plane.proxies().first?.address
                guard let address, case .tcp(_, let port) = try Endpoint(address) else {
                    throw WrongWork("listeners", is: 0, not: 1)
                }
                result = .success((plane, port))
            } catch {
                result = .failure(error)
            }
            outcome.result.withLock { $0 = result }
            outcome.isThere.signal()
        }
        outcome.isThere.wait()
        guard let result = outcome.result.withLock({ $0 }) else {
            throw WrongWork("results", is: 0, not: 1)
        }
        return try result.get()
    }

    private final class Outcome: Sendable {
        let result = Mutex<Result<(TrafficPlane, UInt16), any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
    }

    func client() throws -> BlockingSocket { try BlockingSocket.connected(to: port) }

    /// The connection that the proxy has made to its upstream.
    func server() throws -> BlockingSocket { try upstream.accepted() }
}
