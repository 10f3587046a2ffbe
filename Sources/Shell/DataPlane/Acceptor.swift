// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import SocketLoops
import Synchronization

/// What an ``Acceptor`` is made of, on the thread of its loop.
struct AcceptorPlan: Sendable {
    let proxy: String
    /// `limits.connections`.
    let limit: Int
    let ordinals: Ordinals
    let plane: PlaneState
    /// Of all listeners that there have been.
    let id: Int

    /// The place of its loop among the plane's: they take turns.
    var loop: Int { id % plane.loops.count }

    var thread: LoopThread<LoopContext> { plane.loops[loop] }

    var name: ListenerName {
        let (thread, id) = (thread, id)
        return ListenerName(id: id) { thread.execute { $0.resume(id) } }
    }
}

/// Gives each client of a listener its ordinal, in the order of accept, and hands it to the event
/// loop that will carry it: the loops take turns.
///
/// At `limits.connections`, and where the process's descriptors end, nobody is accepted until
/// somebody leaves: clients wait in the kernel's backlog, and the event log says so once for each
/// time it comes to that.
final class Acceptor: ListenerObserver {
    private let plan: AcceptorPlan
    private unowned let context: LoopContext
    /// Failures that follow each other within so many nanoseconds are said once.
    static let quietTime: Int64 = 10_000_000_000

    private let name: ListenerName
    private let occupancy: Occupancy
    private var turn: Int
    /// The bound that the event log was told of, until it is left behind.
    private var toldBound: String?
    private var lastFailure: Int64?

    init(_ plan: AcceptorPlan, on context: LoopContext) {
        self.plan = plan
        self.context = context
        turn = plan.loop
        name = plan.name
        occupancy = Occupancy(
            limit: plan.limit,
            ordinals: plan.ordinals,
            room: plan.plane.room,
            memory: plan.plane.memory
        )
        occupancy.serve(name)
    }

    var hasRoom: Bool {
        let room = plan.plane.room
        guard occupancy.hasRoom else {
            tellBound("limit.connections", "limits.connections (\(plan.limit)) is reached")
            return false
        }
        guard room.admits(name) else {
            tellBound(
                "limit.descriptors",
                "the limit of open files (\(room.limit)) suffices for no more than "
                    + "\(room.maximum) connections at once; raise it (ulimit -n)"
            )
            return false
        }
        if toldBound != nil, occupancy.isEased, room.isEased { toldBound = nil }
        return true
    }

    private func tellBound(_ code: String, _ reason: String) {
        guard toldBound != code else { return }
        toldBound = code
        notice(code, "\(reason); further clients wait to be accepted")
    }

    func accepted(_ descriptor: CInt, from address: SocketAddress) {
        if !context.exhaustedListeners.isEmpty { context.exhaustedListeners.remove(plan.id) }
        let client = AcceptedClient(
            descriptor: descriptor,
            address: address,
            proxy: plan.proxy,
            ordinal: occupancy.admit(),
            occupancy: occupancy
        )
        let carrier = turn
        turn = (turn + 1) % plan.plane.loops.count
        guard carrier != plan.loop else { return context.take(client) }
        if !plan.plane.loops[carrier].execute({ $0.take(client) }) { client.refuse() }
    }

    func exhausted(_ error: SocketError) {
        context.exhaustedListeners.insert(plan.id)
        let now = SocketLoop.now
        if lastFailure.map({ now - $0 > Self.quietTime }) ?? true {
            notice("accept.failed", "a client could not be accepted: \(error)")
        }
        lastFailure = now
    }

    func closed() {
        context.exhaustedListeners.remove(plan.id)
        plan.plane.room.forget(name)
    }

    private func notice(_ code: String, _ message: String) {
        plan.plane.log.append(
            .notice(
                NoticeRecord(
                    code: code,
                    message: "\(plan.proxy): \(message)",
                    proxy: plan.proxy,
                    connection: nil
                )
            )
        )
    }
}

/// A client on its way to the event loop that will carry it.
struct AcceptedClient: Sendable {
    /// Open, and not blocking.
    let descriptor: CInt
    let address: SocketAddress
    let proxy: String
    let ordinal: UInt64
    let occupancy: Occupancy

    /// Sends the client away: its proxy, or the whole plane, is no more.
    func refuse() {
        Descriptor.close(descriptor)
        occupancy.leave()
    }
}

/// How many connections of one listener live, for the accept to stop and go on.
final class Occupancy: Sendable {
    let limit: Int
    private let ordinals: Ordinals
    private let room: DescriptorRoom
    private let memory: MemoryReturn

    init(limit: Int, ordinals: Ordinals, room: DescriptorRoom, memory: MemoryReturn) {
        self.limit = limit
        self.ordinals = ordinals
        self.room = room
        self.memory = memory
    }

    var hasRoom: Bool { ordinals.live.load(ordering: .relaxed) < limit }

    /// Whether so many have left that reaching the limit again is news.
    var isEased: Bool { ordinals.live.load(ordering: .relaxed) <= Easing.mark(below: limit) }

    func admit() -> UInt64 {
        room.enter()
        memory.enter()
        ordinals.live.add(1, ordering: .relaxed)
        return ordinals.next()
    }

    /// From now on it is this listener that is woken when a connection leaves.
    func serve(_ listener: ListenerName) {
        ordinals.gate.withLock { $0 = Ordinals.Gate(limit: limit, listener: listener) }
    }

    /// Makes room, and wakes the listener of now if it may be waiting for that.
    func leave() {
        room.leave()
        memory.leave()
        let before = ordinals.live.subtract(1, ordering: .relaxed).oldValue
        guard let gate = ordinals.gate.withLock({ $0 }), before >= gate.limit else { return }
        gate.listener.resume()
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
        let listener: ListenerName
    }

    private let last = Atomic<UInt64>(0)

    func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
