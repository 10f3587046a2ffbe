// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import NIOCore

// What the two ends tell, what others ask, and how it ends.
extension ProxiedConnection {
    // MARK: What the ends tell

    func accepted() {
        wasAccepted = true
        proxy.totals.live += 1
        proxy.totals.connections += 1
        context.add(self)
        log(.connectionOpened(ConnectionOpened(connection: name, client: clientText)))
        // The rules, or the proxy itself, may have changed since the accept.
        guard context.proxy(named: proxy.name)?.definition.isEnabled == true else {
            return cancel(.fin)
        }
        watchIdleness()
        handle(.accepted)
    }

    func read(_ buffer: ByteBuffer, from end: End) {
        let direction: Direction = end == .client ? .clientToServer : .serverToClient
        peer(end)?.isReading = false
        bytes.append(buffer, direction)
        handle(.arrived(direction))
    }

    func writabilityChanged(_ end: End) {
        guard !isBusy else { return }
        if waitsForClient, client.channel.isWritable {
            waitsForClient = false
            handle(.arrived(.clientToServer))
            guard hasEndedWaiting, !waitsForClient else { return }
            hasEndedWaiting = false
            handle(.ended(.client, .fin))
        } else {
            keepReading()
        }
    }

    /// The channel went away before it ever was active.
    func removed() {
        guard !wasAccepted, !isClosed else { return }
        isClosed = true
        onClose?()
        onClose = nil
    }

    func inputClosed(_ end: End) {
        peer(end)?.inputIsClosed = true
        noteEnding(end == .client ? .client : .server, .fin)
        handle(.ended(end, .fin))
    }

    func failed(_ end: End) { peer(end)?.hasFailed = true }

    func inactive(_ end: End) {
        guard let peer = peer(end) else { return }
        peer.isGone = true
        // Once our side is shut, the peer's FIN closes the channel without another event.
        let wasOrderly = peer.outputIsClosed && !peer.hasFailed
        if !flow.isOver, !(wasOrderly && peer.inputIsClosed) {
            noteEnding(end == .client ? .client : .server, wasOrderly ? .fin : .rst)
            handle(.ended(end, wasOrderly ? .fin : .rst))
        }
        closeIfDone()
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
            client: clientText,
            upstream: upstreamText,
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
        patience.cancel()
        linger(stalledFor: 0, pending: .max)
    }

    /// Waits while bytes still leave, and then for the peers to close theirs; both are bounded.
    private func linger(stalledFor stalls: Int, pending: Int) {
        patience.set(for: context.clock.now + Self.lingerTime) { [self] in
            let left = client.pendingBytes + (server?.pendingBytes ?? 0)
            let stalls = left < pending ? 0 : stalls + 1
            guard left > 0, stalls < Self.maximumStalls else { return abandon(.fin) }
            linger(stalledFor: stalls, pending: left)
        }
    }

    private func cancelDial() {
        dial?.cancel()
        dial = nil
    }

    /// Closes both channels without waiting for anybody.
    func abandon(_ how: Close.How) {
        if how == .rst {
            client.resetOnClose()
            server?.resetOnClose()
        }
        client.close()
        server?.close()
    }

    func closeIfDone() {
        guard client.isGone, server?.isGone ?? true, !isClosed else { return }
        isClosed = true
        alarm.cancel()
        patience.cancel()
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
        onClose?()
        onClose = nil
    }

    func noteEnding(_ party: ConnectionClosed.Party, _ how: ConnectionClosed.How) {
        if ending == nil { ending = (party, how) }
    }
}
