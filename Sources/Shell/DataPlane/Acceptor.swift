// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import NIOCore
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Stands in front of a listener's accept: gives each connection its ordinal, in the order of
/// accept, and hands it to the event loop that will carry it.
///
/// At `limits.connections`, and where the process's descriptors end, nothing more is accepted until
/// one leaves: clients wait in the kernel's backlog, and the event log says so once for each time it
/// comes to that. An accept that fails all the same is tried again when a connection leaves, and
/// after ``retryTime`` at the latest.
final class Acceptor: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    /// Until an accept that failed is tried again.
    static let retryTime = TimeAmount.milliseconds(250)
    /// Failures that follow each other within this time are said once.
    static let quietTime = TimeAmount.seconds(10)

    private let proxy: String
    private let plane: PlaneState
    private let occupancy: Occupancy
    /// The bound that the event log was told of, until it is left behind.
    private var toldBound: String?
    private var lastFailure: NIODeadline?
    /// Set while an accept that failed waits to be tried again.
    private var retry: Scheduled<Void>?

    init(proxy: String, plane: PlaneState, occupancy: Occupancy) {
        self.proxy = proxy
        self.plane = plane
        self.occupancy = occupancy
    }

    func handlerAdded(context: ChannelHandlerContext) { occupancy.serve(context.channel) }

    func read(context: ChannelHandlerContext) {
        // The read that failed is still pending: what is asked for now is its next try.
        guard retry == nil else { return tryAgain(context) }
        guard occupancy.hasRoom else {
            return tellBound(
                "limit.connections",
                "limits.connections (\(occupancy.limit)) is reached"
            )
        }
        guard plane.room.admits(context.channel) else {
            return tellBound(
                "limit.descriptors",
                "the limit of open files (\(plane.room.limit)) suffices for no more than "
                    + "\(plane.room.maximum) connections at once; raise it (ulimit -n)"
            )
        }
        if occupancy.isEased, plane.room.isEased { toldBound = nil }
        context.read()
    }

    private func tellBound(_ code: String, _ reason: String) {
        guard toldBound != code else { return }
        toldBound = code
        tell(code, "\(reason); further clients wait to be accepted")
    }

    private func tell(_ code: String, _ message: String) {
        let message = "\(proxy): \(message)"
        let notice = NoticeRecord(code: code, message: message, proxy: proxy, connection: nil)
        plane.log.append(.notice(notice))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        let ordinal = occupancy.admit()
        plane.room.enter()
        let (proxy, plane, occupancy) = (proxy, plane, occupancy)
        // Queued before the channel registers itself, and so in place before its first event.
        channel.eventLoop.execute {
            let context = plane.context(of: channel.eventLoop)
            let leave: @Sendable () -> Void = {
                plane.room.leave()
                occupancy.leave()
            }
            guard let owner = context?.proxy(named: proxy), let context else {
                leave()
                return channel.close(promise: nil)
            }
            let address = channel.remoteAddress
            let connection = ProxiedConnection(
                channel: channel,
                name: ConnectionName(id: plane.nextConnection(), proxy: proxy, ordinal: ordinal),
                facts: ConnectionFacts(
                    ordinal: ordinal,
                    client: address.flatMap(SocketText.address)
                ),
                proxy: owner,
                context: context,
                onClose: leave
            )
            let handler = EndHandler(.client, of: connection)
            do {
                try channel.pipeline.syncOperations.addHandler(handler)
            } catch {
                leave()
                channel.close(promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    /// Lets no accept follow at once when the system has no descriptor or no memory left.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let now = NIODeadline.now()
        if lastFailure.map({ now - $0 > Self.quietTime }) ?? true {
            tell("accept.failed", "a client could not be accepted: \(SocketText.describe(error))")
        }
        lastFailure = now
        guard let code = (error as? IOError)?.errnoCode, Self.isShortage(code) else {
            return context.fireErrorCaught(error)
        }
        // The failed read stays pending, and the socket readable: only this ends the attempts.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        let channel = context.channel
        retry = context.eventLoop.scheduleTask(in: Self.retryTime) { channel.read() }
    }

    private static func isShortage(_ code: CInt) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }

    private func tryAgain(_ context: ChannelHandlerContext) {
        retry?.cancel()
        retry = nil
        // This reads, too.
        try? context.channel.syncOptions?.setOption(.autoRead, value: true)
    }

    func channelInactive(context: ChannelHandlerContext) {
        retry?.cancel()
        plane.room.forget(context.channel)
        context.fireChannelInactive()
    }
}

/// How many connections of one listener live, for the accept to stop and go on.
final class Occupancy: Sendable {
    let limit: Int
    private let ordinals: Ordinals

    init(limit: Int, ordinals: Ordinals) {
        self.limit = limit
        self.ordinals = ordinals
    }

    var hasRoom: Bool { ordinals.live.load(ordering: .relaxed) < limit }

    /// Whether so many have left that reaching the limit again is news.
    var isEased: Bool { ordinals.live.load(ordering: .relaxed) <= Easing.mark(below: limit) }

    func admit() -> UInt64 {
        ordinals.live.add(1, ordering: .relaxed)
        return ordinals.next()
    }

    /// From now on it is this listener that is woken when a connection leaves.
    func serve(_ listener: any Channel) {
        ordinals.gate.withLock { $0 = Ordinals.Gate(limit: limit, listener: listener) }
    }

    /// Makes room, and wakes the listener of now if it may be waiting for that.
    func leave() {
        let before = ordinals.live.subtract(1, ordering: .relaxed).oldValue
        guard let gate = ordinals.gate.withLock({ $0 }), before >= gate.limit else { return }
        gate.listener.eventLoop.execute { gate.listener.read() }
    }
}

/// Counts from 1; a proxy keeps its counts when it is disabled and enabled again.
final class Ordinals: Sendable {
    /// How many of the connections counted still live.
    let live = Atomic<Int>(0)
    /// Asked only when a connection is accepted or leaves.
    let gate = Mutex<Gate?>(nil)

    struct Gate {
        let limit: Int
        let listener: any Channel
    }

    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
