// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import SocketLoops

// The listeners that one event loop has, and the clients that it is given.
extension LoopContext {
    /// - Returns: a number for the listening socket, and where it is.
    func bind(
        _ address: SocketAddress,
        for plan: AcceptorPlan
    ) -> Result<(id: UInt64, address: SocketAddress), SocketError> {
        do throws(SocketError) {
            let socket = try ListeningSocket(at: address, backlog: Listener.backlog, on: loop)
            lastListener += 1
            listeners[lastListener] = BoundListener(socket: socket, plan: plan)
            return .success((lastListener, socket.address))
        } catch {
            return .failure(error)
        }
    }

    func open(_ id: UInt64) {
        guard let listener = listeners[id] else { return }
        // It was bound; to watch it too can only fail where descriptors have run out for epoll.
        try? listener.socket.open(Acceptor(listener.plan, on: self, id: id))
    }

    func resume(_ id: UInt64) { listeners[id]?.socket.resume() }

    func closeListener(_ id: UInt64) { listeners.removeValue(forKey: id)?.socket.close() }

    /// Carries a client from here on.
    func take(_ client: AcceptedClient) {
        guard let owner = proxy(named: client.proxy), owner.definition.isEnabled else {
            return client.refuse()
        }
        let connection = ProxiedConnection(
            client,
            name: ConnectionName(
                id: connectionNumbers.next(),
                proxy: client.proxy,
                ordinal: client.ordinal
            ),
            proxy: owner,
            context: self
        )
        connection.begin()
    }
}

/// A listening socket, and what will accept its clients.
struct BoundListener {
    let socket: ListeningSocket
    let plan: AcceptorPlan
}
