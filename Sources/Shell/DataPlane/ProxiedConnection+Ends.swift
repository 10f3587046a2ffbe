// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import SocketLoops

// What the two ends tell, what others ask, and how it ends.
extension ProxiedConnection {
    // MARK: What the ends tell

    /// Takes the client on.
    func begin() {
        proxy.totals.live += 1
        proxy.totals.connections += 1
        context.add(self)
        log(
            .connectionOpened(
                ConnectionOpened(connection: name, client: clientAddress.description)
            )
        )
        watchIdleness()
        do throws(SocketError) {
            try client.begin(self)
        } catch {
            // For want of memory; a client that cannot be watched cannot be served.
            return closeIfDone()
        }
        handle(.accepted)
    }

    private func end(of socket: StreamSocket) -> End? {
        if socket === client { return .client }
        return socket === server ? .server : nil
    }

    private func inputEnded(_ end: End) {
        noteEnding(end == .client ? .client : .server, .fin)
        handle(.ended(end, .fin))
    }

    func failed(_ end: End) {
        guard !flow.isOver else { return closeIfDone() }
        noteEnding(end == .client ? .client : .server, .rst)
        handle(.ended(end, .rst))
    }

    // MARK: What others ask

    func adopt() { handle(.adopt) }

    func cancel(_ how: Close.How) {
        // What was let go before the end is still on its way, unless somebody insists.
        if flow.isOver { return how == .rst ? abandon(.rst) : () }
        noteEnding(.proxy, how == .rst ? .rst : .fin)
        handle(.cancel(how))
    }

    func drain() {
        isDraining = true
        if flow.isIdle { cancel(.fin) }
    }

    var view: ConnectionView {
        ConnectionView(
            connection: name,
            client: clientAddress.description,
            upstream: upstream?.description,
            opened: opened.nanoseconds,
            bytesToServer: flow.toServer.passed,
            bytesToClient: flow.toClient.passed,
            exchanges: flow.exchangeCount,
            bufferedBytes: bytes.count(.clientToServer) + bytes.count(.serverToClient),
            rules: flow.actingRules
        )
    }

    // MARK: The end

    func end(_ how: Close.How) {
        alarm.cancel()
        cancelDial()
        guard how == .fin else { return abandon(.rst) }
        client.finish()
        server?.finish()
        linger = Linger()
        lingerOn()
    }

    /// Waits while bytes still leave, and then for the peers to close theirs; both are bounded.
    func lingerOn() {
        guard var linger, !isClosed else { return }
        guard linger.mayGoOn(pending: client.pendingBytes + (server?.pendingBytes ?? 0)) else {
            return abandon(.fin)
        }
        self.linger = linger
        patience.set(for: context.clock.time(of: context.clock.now + Linger.interval))
    }

    private func cancelDial() {
        dial?.cancel()
        dial = nil
    }

    /// Closes both ends without waiting for anybody.
    func abandon(_ how: Close.How) {
        for socket in [client, server] {
            if how == .rst { socket?.reset() } else { socket?.close() }
        }
        closeIfDone()
    }

    func closeIfDone() {
        guard !isBusy, !isClosed, client.isClosed, server?.isClosed ?? true else { return }
        isClosed = true
        alarm.retire()
        patience.retire()
        cancelDial()
        proxy.totals.live -= 1
        let ending = ending ?? (.proxy, .fin)
        log(
            .connectionClosed(
                ConnectionClosed(
                    connection: name,
                    closedBy: ending.by,
                    how: ending.how,
                    bytesToServer: flow.toServer.passed,
                    bytesToClient: flow.toClient.passed,
                    exchanges: flow.exchangeCount
                )
            )
        )
        context.remove(self)
        leave()
    }

    func noteEnding(_ party: ConnectionClosed.Party, _ how: ConnectionClosed.How) {
        if ending == nil { ending = (party, how) }
    }
}

extension ProxiedConnection: SocketObserver {
    /// The dial is told of that.
    func connected(_ socket: StreamSocket) {}

    func readable(_ socket: StreamSocket) {
        guard let end = end(of: socket), !isClosed else { return }
        let direction: Direction = end == .client ? .clientToServer : .serverToClient
        guard mayRead(direction, to: end == .client ? server : client) else {
            return keepReading()
        }
        switch socket.read() {
        case .bytes(let buffer):
            bytes.append(buffer, direction)
            handle(.arrived(direction))
        case .ended: inputEnded(end)
        case .failed: failed(end)
        case .nothing: return
        }
    }

    func drained(_ socket: StreamSocket) { drained() }

    func failed(_ socket: StreamSocket, _ error: SocketError) {
        if let end = end(of: socket) { failed(end) }
    }
}

extension ProxiedConnection: Deferred {
    package func proceed() {
        isDeferred = false
        if !isClosed { drained() }
    }
}

/// The time that an ended connection gives its peers.
struct Linger {
    /// Between two looks at whether bytes still leave.
    static let interval = Duration.seconds(2)
    /// How many times in a row it may find that none has left: half a minute.
    static let maximumStalls = 15

    private var pending = Int.max
    private var stalls = 0
    private var hasWaited = false

    /// - Parameter pending: bytes that the system has not taken yet.
    mutating func mayGoOn(pending: Int) -> Bool {
        defer { hasWaited = true }
        guard hasWaited else { return true }
        stalls = pending < self.pending ? 0 : stalls + 1
        self.pending = pending
        return pending > 0 && stalls < Self.maximumStalls
    }
}
