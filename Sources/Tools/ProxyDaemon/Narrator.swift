// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import Logging

/// Retells in the log what a person at the console wants to hear of the event log.
///
/// That is changes of state, and notices; a storm of notices is counted and not retold.
struct Narrator {
    /// Notices retold in one second; the rest of that second is counted.
    static let noticesPerSecond = 20
    /// Records read at once.
    static let pageSize = 256

    let log: EventLog
    let logger: Logger

    func run() async {
        var cursor: UInt64 = 0
        var second: Int64 = 0
        var told = 0
        var suppressed = 0
        while let place = await log.place(after: cursor, where: isTold) {
            let page = log.read(after: place, limit: Self.pageSize, where: isTold)
            cursor = page.cursor
            for record in page.records {
                if record.elapsed / 1_000_000_000 != second {
                    if suppressed > 0 { logger.warning("\(suppressed) more notices in a second") }
                    second = record.elapsed / 1_000_000_000
                    told = 0
                    suppressed = 0
                }
                if case .notice = record.body {
                    told += 1
                    guard told <= Self.noticesPerSecond else {
                        suppressed += 1
                        continue
                    }
                }
                tell(record.body)
            }
        }
    }

    /// Most records are of exchanges: no event loop wakes the narrator for those.
    @Sendable private func isTold(_ kind: EventRecord.Kind) -> Bool {
        switch kind {
        case .notice, .state: true
        case .fault: logger.logLevel <= .debug
        case .connection, .exchange, .mark: false
        }
    }

    private func tell(_ body: EventRecord.Body) {
        switch body {
        case .notice(let notice):
            logger.warning("\(notice.message)", metadata: ["code": "\(notice.code)"])
        case .state(let state):
            let subject = state.subject.map { " \($0)" } ?? ""
            logger.info(
                "\(state.change)\(subject)",
                metadata: ["generation": "\(state.generation)"]
            )
        case .fault(let fault):
            logger.debug("fault \(fault.fault) by \(fault.rule) on \(fault.connection.proxy)")
        case .connectionOpened, .connectionClosed, .exchange, .mark: return
        }
    }
}
