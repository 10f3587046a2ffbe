// SPDX-License-Identifier: Apache-2.0
package import AdminContract
package import EventJournal
import EventRecords

/// Follows the event log and writes its lines to a disk, at the disk's own pace.
///
/// The log goes on without a slow disk: records that made room meanwhile are counted, and a line
/// of the kind `missed` stands in their place. A disk that fails is told of once, and tried again
/// until it works; nothing that was taken is lost or written twice.
package struct EventRecorder: Sendable {
    /// Records that are read, and written, at once.
    static let pageSize = 1_024
    /// Between attempts on a disk that fails: 1 s.
    package static let retryInterval = Duration.seconds(1)

    private let log: EventLog
    private let store: any LineStore
    private let retryInterval: Duration

    package init(
        _ log: EventLog,
        to store: any LineStore,
        retryInterval: Duration = EventRecorder.retryInterval
    ) {
        self.log = log
        self.store = store
        self.retryInterval = retryInterval
    }

    /// Returns when the log has ended and its last record is written, or cannot be.
    package func run() async {
        var cursor: UInt64 = 0
        while await log.waitForRecords(after: cursor) {
            let page = log.read(after: cursor, limit: Self.pageSize)
            cursor = page.cursor
            guard await write(lines(of: page)) else { return }
        }
    }

    private func lines(of page: EventLog.Page) -> [String] {
        var lines: [String] = []
        if page.missed > 0 {
            log.countMissed(page.missed, by: .file)
            let line = EventLine(
                missed: page.missed,
                upTo: page.cursor - UInt64(page.records.count),
                elapsed: page.records.first?.elapsed ?? 0,
                wallOrigin: log.wallOrigin
            )
            lines.append(Self.text(line))
        }
        return lines + page.records.map { Self.text(EventLine($0, wallOrigin: log.wallOrigin)) }
    }

    /// One line, without its end.
    package static func text(_ line: EventLine) -> String {
        guard let json = try? AdminJSON.encode(line) else {
            return #"{"kind":"unwritable","seq":\#(line.sequence)}"#
        }
        return String(decoding: json, as: UTF8.self)
    }

    /// - Returns: `false` when the disk fails and the log has ended.
    private func write(_ lines: [String]) async -> Bool {
        do {
            try await store.append(lines)
            return true
        } catch {
            tell("event-log.failing", "\(error); it is tried again, and what is lost is counted")
        }
        while true {
            let isLast = log.isFinished
            do throws(DiskFailure) {
                try await store.append([])
                tell("event-log.recovered", "the event log is written again")
                return true
            } catch {
                if isLast { return false }
            }
            try? await Task.sleep(for: retryInterval)
        }
    }

    private func tell(_ code: String, _ message: String) {
        log.append(
            .notice(NoticeRecord(code: code, message: message, proxy: nil, connection: nil))
        )
    }
}
