// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel

/// One direction of a proxied connection: decides when the bytes that arrived may leave.
///
///     open ──ended──▶ draining ──nothing held──▶ finished
///       └──────── the shape's cut is reached ───▶ cut (until the shape changes)
///
/// A lane never sees bytes. It is told how many arrived and says how many may leave; the shell
/// keeps them, in order, and obeys. Chunks never overtake each other. A byte that is due passes the
/// shape's cut, then the gates of its counted faults, then its rate. With the open shape and nothing
/// held, a chunk costs one comparison and one effect.
package struct Lane: Equatable, Sendable {
    package let direction: Direction
    package private(set) var shape = Shape.open
    /// Bytes that may not leave yet.
    package private(set) var heldBytes = 0
    /// Bytes that were let go since the connection began.
    package private(set) var passed: UInt64 = 0
    /// Whether the shape's cut has been reached.
    package private(set) var isCut = false
    package private(set) var isFinished = false
    /// Cut off by a partition that says nothing: nothing leaves, whatever the shape.
    package private(set) var isSevered = false
    /// When to call ``woke(at:emitting:)``; `nil`: not needed.
    package private(set) var wakeAt: Moment?
    /// How late delayed chunks left, since somebody last took account of it.
    package var delayErrors = Histogram(.lateness)

    private var queue = ChunkQueue()
    private var chunkOrdinal: UInt64 = 0
    /// When the token bucket holds something again.
    private var nextFree = Moment(nanoseconds: .min)
    private var ending: Close.How?
    private var gates: [Gate] = []
    /// Whether a chunk leaves as it comes when none is held.
    private var isOpen = true
    /// When the last held byte left, or the end of the source came.
    private var lastMoved = Moment(nanoseconds: .min)

    /// Bytes that leave at once under a rate: what passes in this time, at least one byte.
    static let pacingInterval = Duration.milliseconds(5)

    package init(_ direction: Direction) { self.direction = direction }

    /// How many chunks a lane holds before its source is no longer read, however small they are.
    package static let maximumHeldChunks = 4_096

    /// Whether so much is held that the source must wait.
    package func isFull(limit: Int) -> Bool {
        heldBytes >= limit || queue.count >= Self.maximumHeldChunks
    }

    /// Bytes that have come since the connection began.
    var arrivedBytes: UInt64 { passed + UInt64(heldBytes) }

    /// Whether the source has ended; what is held may still have to leave.
    package var hasEnded: Bool { ending != nil }

    package mutating func arrived(
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard count > 0 else { return }
        if isOpen, queue.isEmpty {
            passed += UInt64(count)
            effects.append(.forward(direction, count))
            return
        }
        let arrival = Chunk(count: count, arrived: now, ordinal: chunkOrdinal)
        queue.append(arrival, due: arrival.due(in: shape))
        chunkOrdinal += 1
        heldBytes += count
        release(at: now, emitting: &effects)
    }

    /// The source has ended, in order or by an abort; held bytes go first.
    package mutating func ended(
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        ending = how
        lastMoved = now
        release(at: now, emitting: &effects)
    }

    package mutating func woke(at now: Moment, emitting effects: inout [Effect]) {
        release(at: now, emitting: &effects)
    }

    /// Takes on another shape; what the old one held and the new one would not is released.
    ///
    /// A counted fault that both shapes have goes on where it was.
    package mutating func reshape(
        _ shape: Shape,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard !(shape.isOpen && self.shape.isOpen), shape != self.shape else { return }
        if shape.rate != self.shape.rate { nextFree = Moment(nanoseconds: .min) }
        // What is drawn for a chunk must not depend on what other rules held before.
        if self.shape.chunkDelays.isEmpty, queue.isEmpty { chunkOrdinal = 0 }
        if shape.counted != self.shape.counted {
            gates = shape.counted.compactMap { fault in
                gates.first { $0.fault == fault } ?? Gate(fault, passed: passed)
            }
        }
        self.shape = shape
        isOpen = shape.passesBytes && !isSevered
        isCut = false
        queue.reschedule(in: shape)
        // What leaves now was due at another time before: it is not late.
        release(at: now, measuring: false, emitting: &effects)
    }

    /// Cuts the lane off from its destination, or joins them again: then everything due leaves.
    package mutating func sever(
        _ isSevered: Bool,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard isSevered != self.isSevered else { return }
        self.isSevered = isSevered
        isOpen = shape.passesBytes && !isSevered
        release(at: now, measuring: false, emitting: &effects)
    }

    /// Ends the lane's flow where it stands: what is held leaves, nothing after it does.
    package mutating func cutHere(at now: Moment, emitting effects: inout [Effect]) {
        shape.cutAt = min(shape.cutAt ?? .max, passed + UInt64(heldBytes))
        isOpen = false
        release(at: now, emitting: &effects)
    }

    /// Forgets what is held; the shell is told by the caller.
    package mutating func discardHeld() {
        queue = ChunkQueue()
        heldBytes = 0
        wakeAt = nil
    }

    private mutating func release(
        at now: Moment,
        measuring: Bool = true,
        emitting effects: inout [Effect]
    ) {
        wakeAt = nil
        var leaving = 0
        while let next = queue.first, !shape.isHeld, !isSevered, !isCut {
            if next.due > now {
                wakeAt = next.due
                break
            }
            let count = permitted(next.count, at: now)
            guard count > 0 else {
                isCut = shape.cutAt == passed
                break
            }
            if measuring, next.isDelayed, shape.rate == nil, gates.isEmpty {
                delayErrors.record(now.nanoseconds - next.due.nanoseconds)
            }
            account(for: count, behind: leaving, at: now, emitting: &effects)
            queue.removeFirst(count)
            heldBytes -= count
            passed += UInt64(count)
            leaving += count
        }
        for position in gates.indices { gates[position].ended(at: now) }
        if leaving > 0 {
            lastMoved = now
            effects.append(.forward(direction, leaving))
        }
        if shape.cutAt == passed, !isFinished, !isSevered { isCut = true }
        finish(at: now, emitting: &effects)
    }

    /// How many of the bytes that are due may leave now; 0 means "later", with the alarm set if it
    /// is known when.
    private mutating func permitted(_ count: Int, at now: Moment) -> Int {
        var count = count
        if let cutAt = shape.cutAt {
            count = Int(min(UInt64(count), cutAt - min(cutAt, passed)))
        }
        for position in gates.indices where count > 0 {
            count = gates[position].permits(count, behind: passed, at: now, orAt: &wakeAt)
        }
        guard count > 0, let rate = shape.rate else { return count }
        guard !rate.isStalled else { return 0 }
        guard nextFree <= now else {
            wakeAt = nextFree
            return 0
        }
        return min(count, Self.pace(of: rate))
    }

    /// Bytes that pass in one ``pacingInterval``, at least one.
    static func pace(of rate: ByteRate) -> Int {
        Int(min(max(rate.bytesPerSecond * pacingInterval.inSeconds, 1), 1e9))
    }

    /// Charges the faults for bytes that leave, and names those among them that are changed.
    private mutating func account(
        for count: Int,
        behind leaving: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        if let rate = shape.rate { charge(count, at: rate, now) }
        for position in gates.indices {
            gates[position].left(count, behind: passed, at: now)
            guard case .corrupt(var gate) = gates[position] else { continue }
            gate.alter(count, behind: passed) { offset, alteration in
                effects.append(.alter(direction, leaving + offset, alteration))
            }
            gates[position] = .corrupt(gate)
        }
    }

    /// Takes from the token bucket.
    private mutating func charge(_ count: Int, at rate: ByteRate, _ now: Moment) {
        let credit = Double(shape.burst.bytes) / rate.bytesPerSecond * 1e9
        let earliest = now.advanced(by: -Int64(min(credit, 9e18)))
        let cost = Double(count) / rate.bytesPerSecond * 1e9
        nextFree = max(nextFree, earliest).advanced(by: Int64(min(cost, 9e18)))
    }

    /// Passes the end of the source on, when nothing is left to go before it.
    private mutating func finish(at now: Moment, emitting effects: inout [Effect]) {
        guard let ending, queue.isEmpty, !isFinished, !isCut, !isSevered, !shape.isHeld else {
            return
        }
        for gate in gates where gate.holdsEnd(at: now, until: &wakeAt) { return }
        let due = ending == .fin ? lastMoved.advanced(by: shape.endDelay) : now
        guard due <= now else { return wakeAt = due }
        isFinished = true
        effects.append(ending == .rst ? .end(.rst) : .finish(direction.destination))
    }
}

/// What arrived at once.
struct Chunk: Equatable, Sendable {
    var count: Int
    let arrived: Moment
    let ordinal: UInt64

    func due(in shape: Shape) -> Moment { arrived.advanced(by: shape.delay(ofChunk: ordinal)) }
}

/// Chunks in their order, each with the time before which it may not leave.
struct ChunkQueue: Equatable, Sendable {
    private var chunks: [(chunk: Chunk, due: Moment)] = []
    /// The chunks before this one have left; they are dropped in batches.
    private var start = 0

    static let compactionThreshold = 64

    var isEmpty: Bool { start == chunks.count }

    var count: Int { chunks.count - start }

    var first: (count: Int, due: Moment, isDelayed: Bool)? {
        guard !isEmpty else { return nil }
        let (chunk, due) = chunks[start]
        return (chunk.count, due, due > chunk.arrived)
    }

    /// - Parameter due: moved back behind its predecessor's, so that order is kept.
    mutating func append(_ chunk: Chunk, due: Moment) {
        let previous = isEmpty ? due : chunks[chunks.count - 1].due
        chunks.append((chunk, max(due, previous)))
    }

    mutating func removeFirst(_ count: Int) {
        chunks[start].chunk.count -= count
        guard chunks[start].chunk.count == 0 else { return }
        start += 1
        if start == chunks.count {
            chunks.removeAll(keepingCapacity: start <= Self.compactionThreshold)
            start = 0
        } else if start >= Self.compactionThreshold, start * 2 >= chunks.count {
            chunks.removeSubrange(..<start)
            start = 0
        }
    }

    mutating func reschedule(in shape: Shape) {
        var previous = Moment(nanoseconds: .min)
        for position in start..<chunks.count {
            previous = max(previous, chunks[position].chunk.due(in: shape))
            chunks[position].due = previous
        }
    }

    static func == (left: ChunkQueue, right: ChunkQueue) -> Bool {
        left.chunks[left.start...].elementsEqual(right.chunks[right.start...], by: ==)
    }
}
