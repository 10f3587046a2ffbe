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
    /// heads take 16 MiB at the very most.
    package static let keptHeads: UInt64 = 8_192

    private struct State {
        var ring: [EventRecord] = []
        /// The sequence of the record that comes next.
        var next: UInt64 = 1
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var isFinished = false

        /// Takes its head from the record that is now too old to keep one.
        mutating func dropHead(capacity: Int) {
            let kept = min(EventLog.keptHeads, UInt64(capacity) - 1)
            guard next > kept + 1 else { return }
            let slot = Int((next - kept - 2) % UInt64(capacity))
            guard case .exchange(var exchange) = ring[slot].body, !exchange.head.isEmpty else {
                return
            }
            exchange.head = []
            ring[slot].body = .exchange(exchange)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let origin = ContinuousClock.now
    private let missedByFollowers = Atomic<UInt64>(0)
    private let missedByFile = Atomic<UInt64>(0)
    /// Wall time at the start of the run, in nanoseconds since 1970; the run's anchor pair.
    package let wallOrigin: Int64

    package init(wallOrigin: Int64, capacity: Int = EventLog.defaultCapacity) {
        self.wallOrigin = wallOrigin
        self.capacity = capacity
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
        let waiters = state.withLock { state in
            for record in records {
                var record = record
                record.sequence = state.next
                let slot = Int((state.next - 1) % UInt64(capacity))
                if slot < state.ring.count {
                    state.ring[slot] = record
                } else {
                    state.ring.append(record)
                }
                state.next += 1
                state.dropHead(capacity: capacity)
            }
            return Self.takeWaiters(&state)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The sequence of the newest record; 0 before the first.
    package var newest: UInt64 { state.withLock { $0.next - 1 } }

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
        where isWanted: (EventRecord.Body) -> Bool = { _ in true }
    ) -> Page {
        state.withLock { state in
            // A cursor is what a caller says: it may be anything.
            guard cursor < state.next - 1 else {
                return Page(records: [], missed: 0, cursor: cursor)
            }
            let first = max(cursor + 1, state.next - UInt64(state.ring.count))
            let count = min(UInt64(limit), state.next - first)
            var records: [EventRecord] = []
            for sequence in first..<first + count {
                let place = Int((sequence - 1) % UInt64(capacity))
                if isWanted(state.ring[place].body) { records.append(state.ring[place]) }
            }
            return Page(records: records, missed: first - (cursor + 1), cursor: first + count - 1)
        }
    }

    /// Returns when there is a record after `cursor`, or the run ends, or the task is cancelled.
    ///
    /// - Returns: whether there is something to read.
    package func waitForRecords(after cursor: UInt64) async -> Bool {
        let ticket = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.next - 1 > cursor || state.isFinished || Task.isCancelled {
                        return true
                    }
                    state.waiters[ticket] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
        }
        return newest > cursor
    }

    /// Ends the run: nobody waits any longer.
    package func finish() {
        let waiters = state.withLock { state in
            state.isFinished = true
            return Self.takeWaiters(&state)
        }
        for waiter in waiters { waiter.resume() }
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

    private static func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard !state.waiters.isEmpty else { return [] }
        let waiters = Array(state.waiters.values)
        state.waiters.removeAll()
        return waiters
    }
}
