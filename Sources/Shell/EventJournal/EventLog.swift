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
    /// How many of the newest records may hold the head of a request; older ones let it go, so that
    /// heads hold little more than 16 MiB at the very most.
    package static let keptHeads: UInt64 = 8_192

    /// Records that share one piece of memory.
    static let rowLength = 256

    /// A reader that has seen all that it wants of what there is.
    private struct Waiter {
        let cursor: UInt64
        let isWanted: @Sendable (EventRecord.Kind) -> Bool
        let continuation: CheckedContinuation<UInt64?, Never>
    }

    private struct State {
        let capacity: Int
        /// How many rows there are at most: one is being filled beside those that hold the rest.
        let rowLimit: Int
        let rowLength: Int
        private var rows: [RecordRow] = []
        /// The sequence of the record that comes next.
        private(set) var next: UInt64 = 1
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
        var isFinished = false

        init(capacity: Int) {
            self.capacity = capacity
            rowLength = min(EventLog.rowLength, capacity)
            rowLimit = (capacity + rowLength - 1) / rowLength + 1
        }

        var newest: UInt64 { next - 1 }
        /// The first that is still kept.
        var oldest: UInt64 { max(next, UInt64(capacity) + 1) - UInt64(capacity) }

        /// The newest record that is too old to keep its head; 0 for none.
        private var headless: UInt64 {
            let kept = min(EventLog.keptHeads, UInt64(capacity) - 1)
            return next > kept + 1 ? next - kept - 1 : 0
        }

        /// Which row the record with this sequence is in.
        private func row(of sequence: UInt64) -> Int {
            Int((sequence - 1) / UInt64(rowLength) % UInt64(rowLimit))
        }

        private func place(of sequence: UInt64) -> Int { Int((sequence - 1) % UInt64(rowLength)) }

        func kind(of sequence: UInt64) -> EventRecord.Kind {
            rows[row(of: sequence)].kind(at: place(of: sequence))
        }

        func record(_ sequence: UInt64) -> EventRecord {
            rows[row(of: sequence)].record(
                at: place(of: sequence),
                sequence: sequence,
                hasHead: sequence > headless
            )
        }

        mutating func append(_ records: RecordRow) {
            var taken = 0
            while taken < records.count {
                if place(of: next) == 0 { beginRow() }
                let count = min(rowLength - place(of: next), records.count - taken)
                rows[row(of: next)].append(records, taken..<taken + count)
                taken += count
                next += UInt64(count)
            }
        }

        /// Makes room for the next row in the place of the oldest.
        private mutating func beginRow() {
            let row = row(of: next)
            if row < rows.count { rows[row].removeAll() } else { rows.append(RecordRow()) }
            // The last row of which nothing keeps its head any more.
            if headless >= UInt64(rowLength) {
                rows[self.row(of: headless + 1 - UInt64(rowLength))].dropHeads()
            }
        }

        /// The place just before the first wanted record that is kept and comes after `cursor`.
        func place(
            after cursor: UInt64,
            where isWanted: (EventRecord.Kind) -> Bool
        ) -> UInt64? {
            guard cursor < newest else { return nil }
            for sequence in max(cursor + 1, oldest)..<next where isWanted(kind(of: sequence)) {
                return sequence - 1
            }
            return nil
        }

        /// Takes out those who want something that came after `cursor`, with its place.
        mutating func takeWaiters(after cursor: UInt64) -> [(waiter: Waiter, place: UInt64)] {
            var taken: [(waiter: Waiter, place: UInt64)] = []
            for (ticket, waiter) in waiters {
                guard let place = place(after: max(cursor, waiter.cursor), where: waiter.isWanted)
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
        state = Mutex(State(capacity: capacity))
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
            let last = state.newest
            state.append(records)
            return state.takeWaiters(after: last)
        }
        for (waiter, place) in woken { waiter.continuation.resume(returning: place) }
    }

    /// The sequence of the newest record; 0 before the first.
    package var newest: UInt64 { state.withLock { $0.newest } }

    package struct Page: Sendable {
        package let records: [EventRecord]
        /// How many records after the asked-for place are no longer kept.
        package let missed: UInt64
        /// Where to read on: the sequence of the last record seen.
        package let cursor: UInt64
    }

    /// Up to `limit` records that follow the one with the sequence `cursor`.
    ///
    /// - Parameter isWanted: the others of those are passed over.
    package func read(
        after cursor: UInt64,
        limit: Int,
        where isWanted: (EventRecord.Kind) -> Bool = { _ in true }
    ) -> Page {
        state.withLock { state in
            // A cursor is what a caller says: it may be anything.
            guard cursor < state.newest else {
                return Page(records: [], missed: 0, cursor: cursor)
            }
            let first = max(cursor + 1, state.oldest)
            let count = min(UInt64(limit), state.next - first)
            var records: [EventRecord] = []
            for sequence in first..<first + count where isWanted(state.kind(of: sequence)) {
                records.append(state.record(sequence))
            }
            return Page(
                records: records,
                missed: first - (cursor + 1),
                cursor: first + count - 1
            )
        }
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
                    if let place = state.place(after: cursor, where: isWanted) {
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
