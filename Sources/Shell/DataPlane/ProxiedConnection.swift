// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import NIOCore
import SocketLoops

/// A client, its server, and the bytes between them: one event goes in, its effects are obeyed.
///
/// Everything happens on one event loop. The flow decides; this keeps the bytes in their order,
/// reads only when there is room for more, and sets the one alarm the flow asks for.
final class ProxiedConnection {
    /// Pipelined requests that are answered before other connections have their turn.
    static let requestsAtOnce = 64

    let name: ConnectionName
    let proxy: LoopProxy
    let context: LoopContext
    let limits: ProxyLimits
    let clientAddress: SocketLoops.SocketAddress
    let opened: Moment
    var flow: ConnectionFlow
    let client: StreamSocket
    var server: StreamSocket?
    var upstream: Endpoint?
    var dial: UpstreamDial?

    var bytes = ConnectionBytes()
    /// Bytes that the flow let go while the server was not connected yet.
    var clearedForServer = 0

    /// What has happened while something else was being handled.
    var waiting: [Input] = []
    private(set) var isBusy = false
    private var alarmIsSet = false
    var isDeferred = false
    /// When the flow wants to be called.
    lazy var alarm = Alarm(on: context.loop) { [unowned self] in handle(.woke) }
    /// For the idle time while the connection lives, and for the linger when it is over.
    lazy var patience = Alarm(on: context.loop) { [unowned self] in outOfPatience() }
    /// How far the linger is; `nil` before.
    var linger: Linger?
    var lastActivity: Moment
    /// The moment of the flow's last decision, which the records that come of it have.
    private(set) var decided: Moment
    var isDraining = false
    var isClosed = false
    /// A request is not begun while the client does not take the answers it has.
    var waitsForClient = false
    /// The client has ended behind a request that waits so.
    var hasEndedWaiting = false
    private let occupancy: Occupancy
    /// Who ended the connection first, and how.
    var ending: (by: ConnectionClosed.Party, how: ConnectionClosed.How)?

    /// What happened, waiting for its turn: obeying an effect can make the next thing happen.
    enum Input {
        case accepted
        case arrived(Direction)
        case ended(End, Close.How)
        case connected(StreamSocket)
        case unreachable(String)
        case woke
        case adopt
        case cancel(Close.How)
    }

    init(
        _ accepted: AcceptedClient,
        name: ConnectionName,
        proxy: LoopProxy,
        context: LoopContext
    ) {
        self.name = name
        self.proxy = proxy
        self.context = context
        occupancy = accepted.occupancy
        limits = proxy.definition.limits
        clientAddress = accepted.address
        opened = context.clock.now
        lastActivity = opened
        decided = opened
        client = StreamSocket(accepted.descriptor, on: context.loop)
        flow = ConnectionFlow(
            name: name,
            facts: ConnectionFacts(ordinal: accepted.ordinal, client: accepted.address.ip),
            proxy: proxy.definition,
            rules: proxy.rules,
            services: context.services
        )
    }

    func handle(_ input: Input) {
        guard !isBusy else { return waiting.append(input) }
        isBusy = true
        var next: Input? = input
        var rounds = 0
        while let input = next {
            decideAll(from: input)
            client.flush()
            server?.flush()
            rounds += 1
            takeWaitingRequest(mayGoOn: rounds < Self.requestsAtOnce)
            next = waiting.isEmpty ? nil : waiting.removeFirst()
        }
        flow.drainDelayErrors(into: &context.counts.delayErrors)
        bytes.compact()
        isBusy = false
        closeIfDone()
        guard !isClosed else { return }
        let moment = flow.alarm
        if moment != nil || alarmIsSet { setAlarm(moment) }
        keepReading()
        if isDraining, flow.isIdle, !flow.isOver { cancel(.fin) }
    }

    /// Decides about an input, and about what obeying has as its consequence.
    private func decideAll(from first: Input) {
        // Taken, not borrowed: the storage outlives the events.
        var effects = exchange(&context.effects, with: [])
        var next: Input? = first
        while let input = next {
            decide(input, emitting: &effects)
            obey(effects)
            effects.removeAll(keepingCapacity: true)
            next = waiting.isEmpty ? nil : waiting.removeFirst()
        }
        context.effects = effects
    }

    /// Goes on with the request that waited until the client had taken the answers before it.
    private func takeWaitingRequest(mayGoOn: Bool) {
        guard waitsForClient, client.isWritable else { return }
        guard mayGoOn else { return deferWaitingRequest() }
        waitsForClient = false
        waiting.append(.arrived(.clientToServer))
        guard hasEndedWaiting else { return }
        hasEndedWaiting = false
        waiting.append(.ended(.client, .fin))
    }

    private func deferWaitingRequest() {
        guard !isDeferred else { return }
        isDeferred = true
        context.loop.defer(self)
    }

    /// Everything written to an end has left, or it is this connection's turn again.
    func drained() {
        takeWaitingRequest(mayGoOn: true)
        if !waiting.isEmpty { return handle(waiting.removeFirst()) }
        closeIfDone()
        keepReading()
    }

    private func setAlarm(_ moment: Moment?) {
        alarmIsSet = moment != nil
        alarm.set(for: moment.map(context.clock.time))
    }

    private func decide(_ input: Input, emitting effects: inout [Effect]) {
        let now = context.clock.now
        decided = now
        switch input {
        case .accepted:
            flow.adopt(proxy.rules, at: now, emitting: &effects)
            flow.opened(at: now, emitting: &effects)
        case .arrived(let direction):
            lastActivity = now
            if direction == .clientToServer, flow.awaitsRequest, !client.isWritable {
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
        case .connected(let socket):
            server = socket
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

    /// Has what is still to be read come up again, where there is room for it now.
    func keepReading() {
        guard !isClosed else { return }
        if let server, server.isReadable, mayRead(.serverToClient, to: client) {
            server.readLater()
        }
        guard client.isReadable else { return }
        if mayRead(.clientToServer, to: server) { client.readLater() } else { endIfReset() }
    }

    /// Behind what waits a client's reset would not be found; a server's comes behind its bytes.
    private func endIfReset() {
        guard client.hasFailed, !client.isClosed else { return }
        client.close()
        failed(.client)
    }

    /// Whether there is room for what an end sends: it is not read before.
    func mayRead(_ direction: Direction, to destination: StreamSocket?) -> Bool {
        if flow.isOver { return true }
        // A head has to fit, whatever the bound for the rest, and what rules wait to see whole.
        let bound = max(limits.buffer.bytes, limits.head.bytes + 1)
        return bytes.count(direction) < bound && !flow.isFull(direction)
            && destination?.isWritable ?? true
    }

    func watchIdleness() {
        guard limits.idleTimeout > .zero else { return }
        patience.set(for: context.clock.time(of: lastActivity + limits.idleTimeout))
    }

    private func outOfPatience() {
        if linger != nil { return lingerOn() }
        guard context.clock.now >= lastActivity + limits.idleTimeout else {
            return watchIdleness()
        }
        noteEnding(.proxy, .timeout)
        handle(.cancel(.fin))
    }

    func leave() { occupancy.leave() }

    /// - Parameter moment: when it happened; `nil`: now.
    func log(_ body: EventRecord.Body, at moment: Moment? = nil) {
        context.count(body, for: proxy)
        context.sink.append(body, elapsed: (moment ?? context.clock.now).nanoseconds)
    }

    func socket(_ end: End) -> StreamSocket? { end == .client ? client : server }
}
