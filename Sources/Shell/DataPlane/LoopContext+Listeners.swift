// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import SocketLoops

// The listeners that one event loop has, and the clients that it is given.
extension LoopContext {
    /// - Returns: where the listening socket really is.
    func bind(
        _ address: SocketAddress,
        for plan: AcceptorPlan
    ) -> Result<SocketAddress, SocketError> {
        do throws(SocketError) {
            let socket = try ListeningSocket(at: address, backlog: Listener.backlog, on: loop)
            listeners[plan.id] = BoundListener(socket: socket, plan: plan)
            return .success(socket.address)
        } catch {
            return .failure(error)
        }
    }

    func open(_ id: Int) {
        guard let listener = listeners[id] else { return }
        listener.socket.open(Acceptor(listener.plan, on: self))
    }

    func resume(_ id: Int) { listeners[id]?.socket.resume() }

    func closeListener(_ id: Int) { listeners.removeValue(forKey: id)?.socket.close() }

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
