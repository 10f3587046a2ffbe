// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import NIOCore

/// One event loop's way into the event log: records are handed over in batches.
///
/// Appending costs a place in an array; the log's lock is taken once for each batch.
final class EventSink {
    /// A batch this large is handed over at once.
    static let batchSize = 512
    /// A smaller one waits at most so long.
    static let batchInterval = TimeAmount.milliseconds(2)

    private let log: EventLog
    private let loop: any EventLoop
    private var batch: [EventRecord] = []

    init(log: EventLog, loop: any EventLoop) {
        self.log = log
        self.loop = loop
        batch.reserveCapacity(Self.batchSize)
    }

    func append(_ body: EventRecord.Body, elapsed: Int64) {
        batch.append(EventRecord(elapsed: elapsed, body: body))
        if batch.count == 1 {
            loop.assumeIsolated().scheduleTask(in: Self.batchInterval) { self.flush() }
        } else if batch.count >= Self.batchSize {
            flush()
        }
    }

    func flush() {
        guard !batch.isEmpty else { return }
        log.append(contentsOf: batch)
        batch.removeAll(keepingCapacity: true)
    }
}
