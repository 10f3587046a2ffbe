// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import SocketLoops

/// One event loop's way into the event log: records are handed over in batches.
///
/// Appending costs a place in an array; the log's lock is taken once for each batch.
final class EventSink {
    /// A batch this large is handed over at once.
    static let batchSize = 512
    /// A smaller one waits at most so many nanoseconds.
    static let batchInterval: Int64 = 2_000_000

    private let log: EventLog
    private let loop: SocketLoop
    private var batch: [EventRecord] = []
    private lazy var alarm = Alarm(on: loop) { [unowned self] in flush() }

    init(log: EventLog, loop: SocketLoop) {
        self.log = log
        self.loop = loop
        batch.reserveCapacity(Self.batchSize)
    }

    func append(_ body: EventRecord.Body, elapsed: Int64) {
        batch.append(EventRecord(elapsed: elapsed, body: body))
        if batch.count == 1 {
            alarm.set(for: SocketLoop.now + Self.batchInterval)
        } else if batch.count >= Self.batchSize {
            flush()
        }
    }

    func flush() {
        guard !batch.isEmpty else { return }
        alarm.cancel()
        log.append(contentsOf: batch)
        batch.removeAll(keepingCapacity: true)
    }
}
