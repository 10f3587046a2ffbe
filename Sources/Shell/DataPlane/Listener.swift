// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore
import NIOPosix
import SocketFiles

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One proxy's listening socket.
struct Listener: Sendable {
    let proxy: ProxyDefinition
    /// Where it really listens: port 0 has become a number.
    let address: Endpoint
    let ordinals: Ordinals
    private let channel: any Channel

    /// Clients that the kernel keeps waiting; it may allow fewer (net.core.somaxconn).
    static let backlog: CInt = 4_096

    /// Binds, and accepts nobody before ``open()``.
    ///
    /// - Parameter port: the port that an earlier listener of the same proxy got for port 0.
    static func bind(
        _ proxy: ProxyDefinition,
        port: UInt16?,
        ordinals: Ordinals,
        plane: PlaneState,
        group: any EventLoopGroup
    ) async throws(ListenFailure) -> Listener {
        do {
            let occupancy = Occupancy(limit: proxy.limits.connections, ordinals: ordinals)
            let name = proxy.name
            let bootstrap = ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.maxMessagesPerRead, value: 1)
                .serverChannelOption(.autoRead, value: false)
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            Acceptor(proxy: name, plane: plane, occupancy: occupancy)
                        )
                    }
                }
                .relayingChildren()
            let channel: any Channel
            switch proxy.listen {
            case .unix(let path):
                try SocketFile(path: path).makeWay()
                channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
            case .tcp(let host, let wanted):
                let port = wanted == 0 ? port ?? 0 : wanted
                channel = try await bootstrap.bind(host: host, port: Int(port)).get()
            }
            return Listener(
                proxy: proxy,
                address: real(proxy.listen, channel),
                ordinals: ordinals,
                channel: channel
            )
        } catch let error as SocketFile.Failure {
            throw ListenFailure(proxy: proxy.name, isInUse: true, message: error.description)
        } catch {
            throw ListenFailure(proxy, error)
        }
    }

    private static func real(_ wanted: Endpoint, _ channel: any Channel) -> Endpoint {
        guard case .tcp(let host, _) = wanted, let port = channel.localAddress?.port else {
            return wanted
        }
        return .tcp(host: host, port: UInt16(clamping: port))
    }

    var endpoint: Endpoint { proxy.listen }

    var socketAddress: SocketAddress? { channel.localAddress }

    /// Whether the listener is as this definition asks; the rest of it concerns connections.
    func serves(_ proxy: ProxyDefinition) -> Bool {
        proxy.listen == endpoint && proxy.limits.connections == self.proxy.limits.connections
    }

    /// Starts to accept.
    func open() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    /// - Parameter keepsFile: of a Unix socket, so that a connect is refused and not sent away.
    func close(keepsFile: Bool = false) async {
        try? await channel.close()
        if keepsFile { return }
        if case .unix(let path) = address { SocketFile(path: path).remove() }
    }
}

/// Why a proxy cannot listen.
package struct ListenFailure: Error, Sendable {
    package let proxy: String
    /// Whether something else has the address.
    package let isInUse: Bool
    package let message: String

    init(proxy: String, isInUse: Bool, message: String) {
        self.proxy = proxy
        self.isInUse = isInUse
        self.message = "\(proxy): \(message)"
    }

    /// The listeners would leave no descriptor to connections, or fewer than they have.
    init(descriptors limit: Int, for proxies: [ProxyDefinition]) {
        self.init(
            proxy: proxies.last?.name ?? "",
            isInUse: false,
            message: "the limit of open files (\(limit)) does not suffice for \(proxies.count) "
                + "proxies and their connections; raise it (ulimit -n) and start anew"
        )
    }

    init(_ proxy: ProxyDefinition, _ error: any Error) {
        let code = (error as? IOError)?.errnoCode
        let isInUse = code == EADDRINUSE
        let reason =
            isInUse
            ? "the address is in use; choose another, or port 0 for any that is free"
            : SocketText.describe(error)
        self.init(
            proxy: proxy.name,
            isInUse: isInUse,
            message: "cannot listen at \(proxy.listen): \(reason)"
        )
    }
}
