// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import SocketLoops

/// One event loop's way into the event log: records are handed over in batches.
///
/// Appending costs some bytes in a row; the log's lock is taken once for each batch.
final class EventSink {
    /// A batch this large is handed over at once.
    static let batchSize = 512
    /// A smaller one waits at most so many nanoseconds.
    static let batchInterval: Int64 = 2_000_000

    private let log: EventLog
    private let loop: SocketLoop
    private var batch = RecordRow()
    /// Of the batch, which is not looked at to learn it: that would be to copy it.
    private var count = 0
    private lazy var alarm = Alarm(on: loop) { [unowned self] in flush() }

    init(log: EventLog, loop: SocketLoop) {
        self.log = log
        self.loop = loop
    }

    func append(_ body: EventRecord.Body, elapsed: Int64) {
        batch.append(body, elapsed: elapsed)
        count += 1
        if count == 1 {
            alarm.set(for: SocketLoop.now + Self.batchInterval)
        } else if count >= Self.batchSize {
            flush()
        }
    }

    func flush() {
        guard count > 0 else { return }
        alarm.cancel()
        log.append(batch)
        batch.removeAll()
        count = 0
    }
}
