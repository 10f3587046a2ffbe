// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOPosix

/// Accepts connections and serves each in a task of its own.
struct Listener: Sendable {
    private typealias Accepted = EventLoopFuture<Connection>
    private static let backlog: Int32 = 1_024

    let address: ListenAddress
    private let connections: NIOAsyncChannel<Accepted, Never>
    private let state: PrismState
    private let table = RouteTable()
    private let logger: Logger
    private let finish = AsyncStream<Never>.makeStream()

    init(
        configuration: PrismService.Configuration,
        state: PrismState,
        open: OpenConnections
    ) async throws {
        self.state = state
        logger = configuration.logger
        let bounds = configuration.bounds
        let prepare: @Sendable (any Channel) -> EventLoopFuture<Accepted> = { channel in
            guard state.counters.opened(limit: bounds.maximumConnections) else {
                return channel.close().flatMapThrowing { throw ChannelError.eof }
            }
            channel.closeFuture.whenComplete { _ in state.counters.closed() }
            open.add(channel)
            return Connection.prepare(channel, bounds: bounds)
        }
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        switch configuration.address {
        case .tcp(let host, let port):
            connections = try await bootstrap.bind(
                host: host,
                port: port,
                childChannelInitializer: prepare
            )
            let local = connections.channel.localAddress
            address = .tcp(host: host, port: local?.port ?? port)
        case .unix(let path):
            connections = try await bootstrap.bind(
                unixDomainSocketPath: path,
                cleanupExistingSocketFile: true,
                childChannelInitializer: prepare
            )
            address = .unix(path: path)
        }
    }

    /// Serves until the listener is closed and the last connection is over.
    func run() async {
        defer { finish.continuation.finish() }
        await withDiscardingTaskGroup { group in
            do {
                try await connections.executeThenClose { accepted in
                    for try await connection in accepted {
                        group.addTask { await serve(connection) }
                    }
                }
            } catch {
                logger.error("accepting connections failed: \(error)")
            }
        }
    }

    func close() {
        connections.channel.close(promise: nil)
    }

    /// Waits until ``run()`` is over.
    func finished() async {
        for await _ in finish.stream {}
    }

    func removeSocketFile() {
        guard case .unix(let path) = address else { return }
        SocketFile.remove(path)
    }

    private func serve(_ accepted: Accepted) async {
        do {
            switch try await accepted.get() {
            case .http(let connection):
                try await HTTPConnection(
                    connection: connection,
                    state: state,
                    table: table,
                    logger: logger
                ).serve()
            case .events(let connection, let since):
                try await EventSession(
                    connection: connection,
                    since: since,
                    state: state,
                    logger: logger
                ).serve()
            }
        } catch {
            // The peer went away, or sent what is not HTTP and was told so; nothing is left to do.
            logger.debug("a connection ended early: \(error)")
        }
    }
}
