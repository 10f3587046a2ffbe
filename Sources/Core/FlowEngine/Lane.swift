// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel

/// One direction of a proxied connection: decides when the bytes that arrived may leave.
///
///     open ──ended──▶ draining ──nothing held──▶ finished
///       └──────── the shape's cut is reached ───▶ cut (until the shape changes)
///
/// A lane never sees bytes. It is told how many arrived and says how many may leave; the shell
/// keeps them, in order, and obeys. Chunks never overtake each other. With the open shape and
/// nothing held, a chunk costs one comparison and one effect.
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
    /// When to call ``woke(at:emitting:)``; `nil`: not needed.
    package private(set) var wakeAt: Moment?
    /// How late delayed chunks left, since somebody last took account of it.
    package var delayErrors = Histogram(.lateness)

    private var queue = ChunkQueue()
    private var chunkOrdinal: UInt64 = 0
    /// When the token bucket holds something again.
    private var nextFree = Moment(nanoseconds: .min)
    private var ending: Close.How?

    /// Bytes that leave at once under a rate: what passes in this time, at least one byte.
    static let pacingInterval = Duration.milliseconds(5)

    package init(_ direction: Direction) { self.direction = direction }

    /// How many chunks a lane holds before its source is no longer read, however small they are.
    package static let maximumHeldChunks = 4_096

    /// Whether so much is held that the source must wait.
    package func isFull(limit: Int) -> Bool {
        heldBytes >= limit || queue.count >= Self.maximumHeldChunks
    }

    /// Whether the source has ended; what is held may still have to leave.
    package var hasEnded: Bool { ending != nil }

    package mutating func arrived(
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard count > 0 else { return }
        if queue.isEmpty, shape == .open {
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
        release(at: now, emitting: &effects)
    }

    package mutating func woke(at now: Moment, emitting effects: inout [Effect]) {
        release(at: now, emitting: &effects)
    }

    /// Takes on another shape; what the old one held and the new one would not is released.
    package mutating func reshape(
        _ shape: Shape,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard shape != self.shape else { return }
        if shape.rate != self.shape.rate { nextFree = Moment(nanoseconds: .min) }
        self.shape = shape
        isCut = false
        queue.reschedule(in: shape)
        // What leaves now was due at another time before: it is not late.
        release(at: now, measuring: false, emitting: &effects)
    }

    /// Ends the lane's flow where it stands: what is held leaves, nothing after it does.
    package mutating func cutHere(at now: Moment, emitting effects: inout [Effect]) {
        shape.cutAt = min(shape.cutAt ?? .max, passed + UInt64(heldBytes))
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
        while let next = queue.first, !shape.isHeld, !isCut {
            if next.due > now {
                wakeAt = next.due
                break
            }
            var count = next.count
            if let cutAt = shape.cutAt {
                count = Int(min(UInt64(count), cutAt - min(cutAt, passed)))
            }
            if count > 0, let rate = shape.rate { count = take(count, at: rate, now) }
            guard count > 0 else {
                isCut = shape.cutAt == passed
                break
            }
            if measuring, next.isDelayed, shape.rate == nil {
                delayErrors.record(now.nanoseconds - next.due.nanoseconds)
            }
            queue.removeFirst(count)
            heldBytes -= count
            passed += UInt64(count)
            leaving += count
        }
        if leaving > 0 { effects.append(.forward(direction, leaving)) }
        if shape.cutAt == passed, !isFinished { isCut = true }
        if let ending, queue.isEmpty, !isFinished, !isCut, !shape.isHeld {
            isFinished = true
            effects.append(ending == .rst ? .end(.rst) : .finish(direction.destination))
        }
    }

    /// Takes from the token bucket; 0 means "later", with the alarm set.
    private mutating func take(_ count: Int, at rate: ByteRate, _ now: Moment) -> Int {
        guard !rate.isStalled else { return 0 }
        guard nextFree <= now else {
            wakeAt = nextFree
            return 0
        }
        let share = rate.bytesPerSecond * Self.pacingInterval.inSeconds
        let taken = min(count, Int(min(max(share, 1), 1e9)))
        let credit = Double(shape.burst.bytes) / rate.bytesPerSecond * 1e9
        let earliest = now.advanced(by: -Int64(min(credit, 9e18)))
        let cost = Double(taken) / rate.bytesPerSecond * 1e9
        nextFree = max(nextFree, earliest).advanced(by: Int64(min(cost, 9e18)))
        return taken
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
