// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOPosix
import SocketFiles
import SocketLoops

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One proxy's listening socket, which one of the event loops has.
struct Listener: Sendable {
    let proxy: ProxyDefinition
    let socketAddress: SocketAddress
    let ordinals: Ordinals
    private let acceptor: AcceptorPlan

    /// Clients that the kernel keeps waiting; it may allow fewer (net.core.somaxconn).
    static let backlog: CInt = 4_096

    /// Binds, and accepts nobody before ``open()``.
    ///
    /// - Parameter port: the port that an earlier listener of the same proxy got for port 0.
    static func bind(
        _ proxy: ProxyDefinition,
        port: UInt16?,
        ordinals: Ordinals,
        plane: PlaneState
    ) async throws(ListenFailure) -> Listener {
        let acceptor = AcceptorPlan(
            proxy: proxy.name,
            limit: proxy.limits.connections,
            ordinals: ordinals,
            plane: plane,
            id: plane.nextListener()
        )
        do {
            let address = try await place(of: proxy.listen, port: port)
            let bound = await acceptor.thread.run { $0.bind(address, for: acceptor) }
            guard let bound else { throw SocketError(errno: ECANCELED) }
            return Listener(
                proxy: proxy,
                socketAddress: try bound.get(),
                ordinals: ordinals,
                acceptor: acceptor
            )
        } catch let error as SocketFile.Failure {
            throw ListenFailure(proxy: proxy.name, isInUse: true, message: error.description)
        } catch let error as SocketError {
            throw ListenFailure(proxy, error)
        } catch {
            throw ListenFailure(proxy: proxy.name, isInUse: false, message: "\(error)")
        }
    }

    private static func place(
        of endpoint: Endpoint,
        port: UInt16?
    ) async throws -> SocketAddress {
        switch endpoint {
        case .unix(let path):
            try SocketFile(path: path).makeWay()
            return try SocketAddress(unixPath: path)
        case .tcp(let host, let wanted):
            let port = wanted == 0 ? port ?? 0 : wanted
            let found = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.resolve(host: host, port: port, numericOnly: false)
            }
            guard let first = found.first else { throw SocketError(errno: EADDRNOTAVAIL) }
            return first
        }
    }

    var endpoint: Endpoint { proxy.listen }

    /// Where it really listens: port 0 has become a number.
    var address: Endpoint {
        guard case .tcp(let host, _) = proxy.listen, let port = socketAddress.port else {
            return proxy.listen
        }
        return .tcp(host: host, port: port)
    }

    /// Whether the listener is as this definition asks; the rest of it concerns connections.
    func serves(_ proxy: ProxyDefinition) -> Bool {
        proxy.listen == endpoint && proxy.limits.connections == self.proxy.limits.connections
    }

    /// Starts to accept.
    func open() async {
        let id = acceptor.id
        await acceptor.thread.run { $0.open(id) }
    }

    /// - Parameter keepsFile: of a Unix socket, so that a connect is refused and not sent away.
    func close(keepsFile: Bool = false) async {
        let id = acceptor.id
        await acceptor.thread.run { $0.closeListener(id) }
        if keepsFile { return }
        if case .unix(let path) = address { SocketFile(path: path).remove() }
    }
}

/// A listening socket, for those who are not on its thread.
struct ListenerName: Sendable, Equatable {
    let id: Int
    /// There may be room for clients again.
    let resume: @Sendable () -> Void

    static func == (left: ListenerName, right: ListenerName) -> Bool { left.id == right.id }
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

    init(_ proxy: ProxyDefinition, _ error: SocketError) {
        let isInUse = error == SocketError(errno: EADDRINUSE)
        let reason =
            isInUse
            ? "the address is in use; choose another, or port 0 for any that is free"
            : error.description
        self.init(
            proxy: proxy.name,
            isInUse: isInUse,
            message: "cannot listen at \(proxy.listen): \(reason)"
        )
    }
}
