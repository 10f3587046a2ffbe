// SPDX-License-Identifier: Apache-2.0
package import EventRecords
import Synchronization

/// The run's append-only stream of records: a bounded ring that any number of readers follow.
///
/// Writers never wait for readers. When the ring is full the oldest record makes room; a reader
/// that was too slow is told how many it missed. An event loop appends whole batches, so that the
/// lock is taken once for many records.
package final class EventLog: Sendable {
    /// How many records are kept.
    package static let defaultCapacity = 65_536
    /// How many of the newest records may hold the head of a request; older ones let it go.
    ///
    /// Heads are 16 MiB at most then, and take up to twice that while their rows grow.
    package static let keptHeads: UInt64 = 8_192

    /// A reader that has seen all that it wants of what there is.
    private struct Waiter {
        let cursor: UInt64
        let isWanted: @Sendable (EventRecord.Kind) -> Bool
        let continuation: CheckedContinuation<UInt64?, Never>
    }

    private struct State {
        var ring: RecordRing
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
        var isFinished = false

        /// Takes out those who want something that came after `cursor`, with its place.
        mutating func takeWaiters(after cursor: UInt64) -> [(waiter: Waiter, place: UInt64)] {
            var taken: [(waiter: Waiter, place: UInt64)] = []
            for (ticket, waiter) in waiters {
                guard
                    let place = ring.place(
                        after: max(cursor, waiter.cursor),
                        where: waiter.isWanted
                    )
                else { continue }
                waiters[ticket] = nil
                taken.append((waiter, place))
            }
            return taken
        }
    }

    private let state: Mutex<State>
    private let origin = ContinuousClock.now
    private let missedByFollowers = Atomic<UInt64>(0)
    private let missedByFile = Atomic<UInt64>(0)
    /// Wall time at the start of the run, in nanoseconds since 1970; the run's anchor pair.
    package let wallOrigin: Int64

    package init(wallOrigin: Int64, capacity: Int = EventLog.defaultCapacity) {
        self.wallOrigin = wallOrigin
        state = Mutex(State(ring: RecordRing(capacity: capacity)))
    }

    /// Nanoseconds since the run began.
    package var elapsed: Int64 {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    package func append(_ body: EventRecord.Body) {
        append(contentsOf: [EventRecord(elapsed: elapsed, body: body)])
    }

    package func append(contentsOf records: [EventRecord]) {
        var row = RecordRow()
        for record in records { row.append(record.body, elapsed: record.elapsed) }
        append(row)
    }

    package func append(_ records: RecordRow) {
        let woken = state.withLock { state in
            let last = state.ring.newest
            state.ring.append(records)
            return state.takeWaiters(after: last)
        }
        for (waiter, place) in woken { waiter.continuation.resume(returning: place) }
    }

    /// The sequence of the newest record; 0 before the first.
    package var newest: UInt64 { state.withLock { $0.ring.newest } }

    package struct Page: Sendable {
        package let records: [EventRecord]
        /// How many records after the asked-for place are no longer kept.
        package let missed: UInt64
        /// Where to read on: the sequence of the last record seen.
        package let cursor: UInt64
    }

    /// Up to `limit` records that follow the one with the sequence `cursor`.
    ///
    /// The lock is held while their bytes are copied, and not while values are made of them.
    ///
    /// - Parameter isWanted: the others of those are passed over; `nil`: none is.
    package func read(
        after cursor: UInt64,
        limit: Int,
        where isWanted: ((EventRecord.Kind) -> Bool)? = nil
    ) -> Page {
        let (copied, missed, last) = state.withLock {
            state -> (RecordRing.Copied?, UInt64, UInt64) in
            // A cursor is what a caller says: it may be anything.
            guard cursor < state.ring.newest else { return (nil, 0, cursor) }
            let first = max(cursor + 1, state.ring.oldest)
            let count = min(UInt64(limit), state.ring.next - first)
            let copied = state.ring.copied(first..<first + count, where: isWanted)
            return (copied, first - (cursor + 1), first + count - 1)
        }
        return Page(records: copied?.values ?? [], missed: missed, cursor: last)
    }

    /// Returns when there is a record after `cursor`, or the run ends, or the task is cancelled.
    ///
    /// - Returns: whether there is something to read.
    package func waitForRecords(after cursor: UInt64) async -> Bool {
        await place(after: cursor) { _ in true } != nil
    }

    /// Waits for a record after `cursor` that is wanted; nothing else wakes who waits.
    ///
    /// - Parameter isWanted: Called with the log's lock held, for each record that comes meanwhile.
    /// - Returns: where to read on, which is just before that record; `nil` when the run ends or the
    ///   task is cancelled before one comes.
    package func place(
        after cursor: UInt64,
        where isWanted: @escaping @Sendable (EventRecord.Kind) -> Bool
    ) async -> UInt64? {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, place) = state.withLock { state -> (Bool, UInt64?) in
                    if let place = state.ring.place(after: cursor, where: isWanted) {
                        return (true, place)
                    }
                    if state.isFinished || Task.isCancelled { return (true, nil) }
                    state.waiters[ticket] = Waiter(
                        cursor: cursor,
                        isWanted: isWanted,
                        continuation: continuation
                    )
                    return (false, nil)
                }
                if isOver { continuation.resume(returning: place) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: ticket) }
            waiter?.continuation.resume(returning: nil)
        }
    }

    /// Ends the run: nobody waits any longer.
    package func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            return exchange(&state.waiters, with: [:])
        }
        for waiter in waiters.values { waiter.continuation.resume(returning: nil) }
    }

    /// Who reads the log as it grows.
    package enum Reader: Sendable {
        /// One that follows `/v1/events`.
        case follower
        /// What writes `--event-log`.
        case file
    }

    /// Remembers that a reader was too slow for so many records.
    package func countMissed(_ count: UInt64, by reader: Reader) {
        switch reader {
        case .follower: missedByFollowers.add(count, ordering: .relaxed)
        case .file: missedByFile.add(count, ordering: .relaxed)
        }
    }

    /// How many records readers of this kind were too slow for.
    package func missed(by reader: Reader) -> UInt64 {
        switch reader {
        case .follower: missedByFollowers.load(ordering: .relaxed)
        case .file: missedByFile.load(ordering: .relaxed)
        }
    }

    package var isFinished: Bool { state.withLock { $0.isFinished } }
}
