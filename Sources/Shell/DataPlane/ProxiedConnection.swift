// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import NIOCore

/// A client, its server, and the bytes between them: one event goes in, its effects are obeyed.
///
/// Everything happens on one event loop. The flow decides; this keeps the bytes in their order,
/// reads only when there is room for more, and sets the one alarm the flow asks for.
final class ProxiedConnection {
    /// How long an ended connection waits for its peers to close theirs.
    static let lingerTime = Duration.seconds(2)

    let name: ConnectionName
    let proxy: LoopProxy
    private let context: LoopContext
    private let limits: ProxyLimits
    private let clientText: String
    private let opened: Moment
    private var flow: ConnectionFlow
    private let client: Peer
    private var server: Peer?
    private var upstreamText: String?
    private var dial: UpstreamDial?

    private var bytes = ConnectionBytes()
    /// Bytes that the flow let go while the server was not connected yet.
    private var clearedForServer = 0

    private var inputs = CircularBuffer<Input>()
    private var isBusy = false
    private var spare: [Effect] = []
    private let alarm: Alarm
    /// For the idle time while the connection lives, and for the linger when it is over.
    private let patience: Alarm
    private var lastActivity: Moment
    private var isDraining = false
    private var isClosed = false
    private var onClose: (() -> Void)?
    /// Who ended the connection first, and how.
    private var ending: (by: ConnectionClosed.Party, how: ConnectionClosed.How)?

    /// What happened, waiting for its turn: obeying an effect can make the next thing happen.
    private enum Input {
        case accepted
        case arrived(Direction)
        case ended(End, Close.How)
        case connected(any Channel)
        case unreachable(String)
        case woke
        case adopt
        case cancel(Close.How)
    }

    init(
        channel: any Channel,
        name: ConnectionName,
        facts: ConnectionFacts,
        proxy: LoopProxy,
        context: LoopContext,
        onClose: @escaping () -> Void
    ) {
        self.name = name
        self.proxy = proxy
        self.context = context
        self.onClose = onClose
        limits = proxy.definition.limits
        clientText = channel.remoteAddress.map(SocketText.describe) ?? "unix"
        opened = context.clock.now
        lastActivity = opened
        client = Peer(channel)
        alarm = Alarm(context)
        patience = Alarm(context)
        flow = ConnectionFlow(
            name: name,
            facts: facts,
            proxy: proxy.definition,
            rules: proxy.rules
        )
    }

    // MARK: What the ends tell

    func accepted() {
        proxy.totals.live += 1
        proxy.totals.connections += 1
        context.add(self)
        log(.connectionOpened(ConnectionOpened(connection: name, client: clientText)))
        watchIdleness()
        handle(.accepted)
    }

    func read(_ buffer: ByteBuffer, from end: End) {
        let direction: Direction = end == .client ? .clientToServer : .serverToClient
        peer(end)?.isReading = false
        bytes.append(buffer, direction)
        handle(.arrived(direction))
    }

    func writabilityChanged(_ end: End) { if !isBusy { keepReading() } }

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
        if flow.isOver { return abandon(how) }
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

    // MARK: One event in, its effects obeyed

    private func handle(_ input: Input) {
        inputs.append(input)
        guard !isBusy else { return }
        isBusy = true
        // Taken, not borrowed: the storage outlives the events.
        var effects = exchange(&spare, with: [])
        while let input = inputs.popFirst() {
            decide(input, emitting: &effects)
            for effect in effects { obey(effect) }
            effects.removeAll(keepingCapacity: true)
        }
        spare = effects
        isBusy = false
        client.flush()
        server?.flush()
        guard !isClosed else { return }
        alarm.set(for: flow.alarm) { [self] in handle(.woke) }
        keepReading()
        if isDraining, flow.isIdle, !flow.isOver { cancel(.fin) }
    }

    private func decide(_ input: Input, emitting effects: inout [Effect]) {
        let now = context.clock.now
        switch input {
        case .accepted: flow.opened(at: now, emitting: &effects)
        case .arrived(let direction):
            lastActivity = now
            let unread = bytes.unread(direction)
            flow.received(
                direction,
                unread.readableBytesUInt8Span,
                at: now,
                emitting: &effects
            )
        case .ended(let end, let how): flow.ended(end, how, at: now, emitting: &effects)
        case .connected(let channel):
            server = Peer(channel)
            flow.connected(at: now, emitting: &effects)
            let cleared = clearedForServer
            clearedForServer = 0
            write(.clientToServer, cleared)
            if flow.toServer.isFinished { obey(.finish(.server)) }
        case .unreachable(let text):
            clearedForServer = 0
            noteEnding(.proxy, .fin)
            flow.upstreamFailed(text, at: now, emitting: &effects)
        case .woke: flow.woke(at: now, emitting: &effects)
        case .adopt: flow.adopt(proxy.rules, at: now, emitting: &effects)
        case .cancel(let how): flow.cancel(how, at: now, emitting: &effects)
        }
    }

    private func obey(_ effect: Effect) {
        switch effect {
        case .admit(let direction, let count): bytes.admit(count, direction)
        case .drop(let direction, let count): bytes.drop(count, direction)
        case .forward(let direction, let count): write(direction, count)
        case .insert(let payload): bytes.insertTowardClient(payload)
        case .discardHeld(let direction):
            bytes.discardHeld(direction)
            if direction == .clientToServer { clearedForServer = 0 }
        case .dial: startDial()
        case .disconnect: disconnect()
        case .reread(let direction):
            if bytes.hasUnread(direction) { inputs.append(.arrived(direction)) }
        case .finish(let end): peer(end)?.finish()
        case .end(let how):
            noteEnding(.proxy, how == .rst ? .rst : .fin)
            end(how)
        case .record(let body): log(body)
        }
    }

    private func write(_ direction: Direction, _ count: Int) {
        switch direction {
        case .serverToClient:
            proxy.totals.bytesToClient += UInt64(count)
            bytes.take(count, direction) { client.write($0) }
        case .clientToServer:
            guard let server else { return clearedForServer += count }
            proxy.totals.bytesToServer += UInt64(count)
            bytes.take(count, direction) { server.write($0) }
        }
    }

    private func startDial() {
        let definition = proxy.definition
        dial = UpstreamDial(
            definition,
            on: context.loop,
            handler: { [self] in EndHandler(.server, of: self) },
            then: { [self] result in
                dial = nil
                switch result {
                case .success(let reached):
                    guard !isClosed, !flow.isOver else {
                        return reached.channel.close(promise: nil)
                    }
                    upstreamText = reached.endpoint.description
                    handle(.connected(reached.channel))
                case .failure(let failure):
                    guard !isClosed, !flow.isOver else { return }
                    handle(.unreachable(failure.message))
                }
            }
        )
        dial?.start()
    }

    private func disconnect() {
        let leaving = server
        server = nil
        bytes.discardUnread(.serverToClient)
        leaving?.channel.close(promise: nil)
    }

    // MARK: The end

    private func end(_ how: Close.How) {
        alarm.cancel()
        dial?.cancel()
        guard how == .fin else { return abandon(.rst) }
        client.finish()
        server?.finish()
        patience.set(for: context.clock.now + Self.lingerTime) { [self] in abandon(.fin) }
    }

    /// Closes both channels without waiting for anybody.
    private func abandon(_ how: Close.How) {
        if how == .rst {
            client.resetOnClose()
            server?.resetOnClose()
        }
        client.close()
        server?.close()
    }

    private func closeIfDone() {
        guard client.isGone, server?.isGone ?? true, !isClosed else { return }
        isClosed = true
        alarm.cancel()
        patience.cancel()
        dial?.cancel()
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

    private func noteEnding(_ party: ConnectionClosed.Party, _ how: ConnectionClosed.How) {
        if ending == nil { ending = (party, how) }
    }

    // MARK: Reading and waking

    /// Reads from an end only while there is room for what it sends.
    private func keepReading() {
        guard !isClosed else { return }
        if mayRead(.clientToServer, to: server) { client.read() }
        if mayRead(.serverToClient, to: client) { server?.read() }
    }

    private func mayRead(_ direction: Direction, to destination: Peer?) -> Bool {
        if flow.isOver { return true }
        let lane = direction == .clientToServer ? flow.toServer : flow.toClient
        return bytes.count(direction) < limits.buffer.bytes
            && !lane.isFull(limit: limits.buffer.bytes) && destination?.channel.isWritable ?? true
    }

    private func watchIdleness() {
        guard limits.idleTimeout > .zero else { return }
        patience.set(for: lastActivity + limits.idleTimeout) { [self] in
            guard context.clock.now >= lastActivity + limits.idleTimeout else {
                return watchIdleness()
            }
            noteEnding(.proxy, .timeout)
            handle(.cancel(.fin))
        }
    }

    private func log(_ body: EventRecord.Body) {
        context.sink.append(body, elapsed: context.clock.now.nanoseconds)
    }

    private func peer(_ end: End) -> Peer? { end == .client ? client : server }
}
