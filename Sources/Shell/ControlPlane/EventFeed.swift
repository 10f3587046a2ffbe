// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import ServiceLifecycle
import Synchronization

/// Reads the event log for one follower, at the follower's own pace.
///
/// A slow one holds nobody up: the log goes on without it, and it is told how many records it
/// missed. While nothing happens a blank is sent now and then, so that a follower that went away
/// is noticed.
struct EventFeed: Sendable {
    enum Format: Sendable {
        /// One JSON object a line; a blank is an empty line.
        case lines
        /// Server-sent events (WHATWG HTML, 9.2); a blank is a comment.
        case serverSent

        var contentType: String {
            switch self {
            case .lines: "application/x-ndjson"
            case .serverSent: "text/event-stream"
            }
        }
    }

    /// Records that are read, and written, at once.
    static let pageSize = 256
    /// Between blanks: 15 s.
    static let blankInterval = Duration.seconds(15)

    let log: EventLog
    let format: Format
    /// Records up to this one are not wanted.
    var cursor: UInt64
    /// Whether records that are no longer kept are told of from the beginning.
    let tellsMissed: Bool
    let kinds: Set<EventRecord.Kind>
    let follows: Bool
    let seat: FollowerGate.Seat

    /// Calls `write` with one batch after another until the log ends or the newest is reached.
    func run(_ write: (String) async throws -> Void) async throws {
        defer { seat.leave() }
        var cursor = cursor
        let newest = log.newest
        if !tellsMissed { cursor = max(cursor, log.read(after: 0, limit: 0).cursor) }
        let start = cursor
        while !Task.isCancelled {
            let page = log.read(after: cursor, limit: Self.pageSize)
            // What was gone before the first look was not missed by slowness.
            if cursor > start { log.countMissed(page.missed, by: .follower) }
            let text = try text(of: page, until: follows ? .max : newest)
            cursor = page.cursor
            if !text.isEmpty { try await write(text) }
            if !follows, cursor >= newest { return }
            guard page.records.isEmpty else { continue }
            if log.isFinished { return }
            switch await next(after: cursor) {
            case .more: continue
            case .quiet: try await write(format == .lines ? "\n" : ":\n\n")
            case .shutdown: return
            }
        }
    }

    private func text(of page: EventLog.Page, until newest: UInt64) throws -> String {
        var text = ""
        if page.missed > 0 {
            let last = page.cursor - UInt64(page.records.count)
            let line = EventLine(
                missed: page.missed,
                upTo: last,
                elapsed: page.records.first?.elapsed ?? 0,
                wallOrigin: log.wallOrigin
            )
            text += try written(line)
        }
        for record in page.records where record.sequence <= newest {
            guard kinds.isEmpty || kinds.contains(record.kind) else { continue }
            text += try written(EventLine(record, wallOrigin: log.wallOrigin))
        }
        return text
    }

    private func written(_ line: EventLine) throws -> String {
        let json = String(decoding: try AdminJSON.encode(line), as: UTF8.self)
        switch format {
        case .lines: return json + "\n"
        case .serverSent:
            return "id: \(line.sequence)\nevent: \(line.kind)\ndata: \(json)\n\n"
        }
    }

    private enum Next {
        case more
        case quiet
        case shutdown
    }

    /// Waits for a record, but not for ever.
    private func next(after cursor: UInt64) async -> Next {
        await withTaskGroup(of: Next.self) { group in
            group.addTask { [log] in
                _ = await log.waitForRecords(after: cursor)
                return .more
            }
            group.addTask {
                do {
                    try await Task.sleep(for: Self.blankInterval)
                    return .quiet
                } catch {
                    return .more
                }
            }
            group.addTask {
                do {
                    try await gracefulShutdown()
                    return .shutdown
                } catch {
                    return .more
                }
            }
            let first = await group.next() ?? .shutdown
            group.cancelAll()
            return first
        }
    }
}

/// Counts those who wait for something to happen: of the event log at most ``maximum`` at a time.
final class FollowerGate: Sendable {
    static let maximum = 64

    private let maximum: Int
    private let taken = Mutex(0)

    init(maximum: Int = FollowerGate.maximum) { self.maximum = maximum }

    var count: Int { taken.withLock { $0 } }

    /// A place, or `nil` when all are taken.
    func enter() -> Seat? {
        taken.withLock { taken in
            guard taken < maximum else { return nil }
            taken += 1
            return Seat(self)
        }
    }

    /// One follower's place; given back once, at the latest when nobody holds it any longer.
    final class Seat: Sendable {
        private let gate: FollowerGate
        private let isTaken = Mutex(true)

        fileprivate init(_ gate: FollowerGate) { self.gate = gate }

        deinit { leave() }

        func leave() {
            let wasTaken = isTaken.withLock { exchange(&$0, with: false) }
            if wasTaken { gate.taken.withLock { $0 -= 1 } }
        }
    }
}
