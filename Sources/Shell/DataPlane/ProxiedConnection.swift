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
    /// How many times in a row a linger may find that no byte has left: half a minute.
    static let maximumStalls = 15

    let name: ConnectionName
    let proxy: LoopProxy
    let context: LoopContext
    let limits: ProxyLimits
    let clientText: String
    let opened: Moment
    var flow: ConnectionFlow
    let client: Peer
    var server: Peer?
    var upstreamText: String?
    var dial: UpstreamDial?

    var bytes = ConnectionBytes()
    /// Bytes that the flow let go while the server was not connected yet.
    var clearedForServer = 0

    var inputs = CircularBuffer<Input>()
    var isBusy = false
    var spare: [Effect] = []
    let alarm: Alarm
    /// For the idle time while the connection lives, and for the linger when it is over.
    let patience: Alarm
    var lastActivity: Moment
    var isDraining = false
    var isClosed = false
    var wasAccepted = false
    /// A request is not begun while the client does not take the answers it has.
    var waitsForClient = false
    /// The client has ended behind a request that waits so.
    var hasEndedWaiting = false
    var onClose: (() -> Void)?
    /// Who ended the connection first, and how.
    var ending: (by: ConnectionClosed.Party, how: ConnectionClosed.How)?

    /// What happened, waiting for its turn: obeying an effect can make the next thing happen.
    enum Input {
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
            rules: proxy.rules,
            services: context.services
        )
    }

    func handle(_ input: Input) {
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
        flow.drainDelayErrors(into: &context.counts.delayErrors)
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
        case .accepted:
            flow.adopt(proxy.rules, at: now, emitting: &effects)
            flow.opened(at: now, emitting: &effects)
        case .arrived(let direction):
            lastActivity = now
            if direction == .clientToServer, flow.awaitsRequest, !client.channel.isWritable {
                return waitsForClient = true
            }
            let unread = bytes.unread(direction)
            flow.received(
                direction,
                unread.readableBytesUInt8Span,
                at: now,
                emitting: &effects
            )
        case .ended(.client, .fin) where waitsForClient: hasEndedWaiting = true
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
        case .alter(let direction, let offset, let alteration):
            // What was cleared for a server that is not connected yet stands in front.
            let cleared = direction == .clientToServer ? clearedForServer : 0
            bytes.alter(alteration, at: cleared + offset, direction)
        case .insert(let direction, let payload): bytes.insert(payload, direction)
        case .copy(let direction, let count): bytes.copy(count, direction)
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

    /// Reads from an end only while there is room for what it sends.
    func keepReading() {
        guard !isClosed else { return }
        if mayRead(.clientToServer, to: server) { client.read() }
        if mayRead(.serverToClient, to: client) { server?.read() }
    }

    private func mayRead(_ direction: Direction, to destination: Peer?) -> Bool {
        if flow.isOver { return true }
        let lane = direction == .clientToServer ? flow.toServer : flow.toClient
        // A head has to fit, whatever the bound for the rest, and what rules wait to see whole.
        let bound = max(limits.buffer.bytes, limits.head.bytes + 1)
        return bytes.count(direction) < bound
            && !lane.isFull(limit: limits.buffer.bytes) && destination?.channel.isWritable ?? true
    }

    func watchIdleness() {
        guard limits.idleTimeout > .zero else { return }
        patience.set(for: lastActivity + limits.idleTimeout) { [self] in
            guard context.clock.now >= lastActivity + limits.idleTimeout else {
                return watchIdleness()
            }
            noteEnding(.proxy, .timeout)
            handle(.cancel(.fin))
        }
    }

    func log(_ body: EventRecord.Body) {
        context.count(body, for: proxy)
        context.sink.append(body, elapsed: context.clock.now.nanoseconds)
    }

    func peer(_ end: End) -> Peer? { end == .client ? client : server }
}
