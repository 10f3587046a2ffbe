// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import NIOCore
import Synchronization

/// Stands in front of a listener's accept: gives each connection its ordinal, in the order of
/// accept, and hands it to the event loop that will carry it.
///
/// At `limits.connections` nothing more is accepted until one leaves: clients wait in the kernel's
/// backlog, and the event log says so once for each time it comes to that.
final class Acceptor: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let proxy: String
    private let plane: PlaneState
    private let occupancy: Occupancy
    private var isPaused = false

    init(proxy: String, plane: PlaneState, occupancy: Occupancy) {
        self.proxy = proxy
        self.plane = plane
        self.occupancy = occupancy
    }

    func handlerAdded(context: ChannelHandlerContext) { occupancy.serve(context.channel) }

    func read(context: ChannelHandlerContext) {
        guard occupancy.hasRoom else {
            if !isPaused {
                isPaused = true
                plane.log.append(
                    .notice(
                        NoticeRecord(
                            code: "limit.connections",
                            message: "\(proxy): limits.connections (\(occupancy.limit)) is "
                                + "reached; further clients wait to be accepted",
                            proxy: proxy,
                            connection: nil
                        )
                    )
                )
            }
            return
        }
        isPaused = false
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = unwrapInboundIn(data)
        let ordinal = occupancy.admit()
        let (proxy, plane, occupancy) = (proxy, plane, occupancy)
        // Queued before the channel registers itself, and so in place before its first event.
        channel.eventLoop.execute {
            let context = plane.context(of: channel.eventLoop)
            let leave: @Sendable () -> Void = { occupancy.leave() }
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

    /// Descriptors may have run out; `AcceptBackoffHandler` behind this one pauses the accept.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        plane.log.append(
            .notice(
                NoticeRecord(
                    code: "accept.failed",
                    message: "\(proxy): a client could not be accepted: "
                        + SocketText.describe(error),
                    proxy: proxy,
                    connection: nil
                )
            )
        )
        context.fireErrorCaught(error)
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
