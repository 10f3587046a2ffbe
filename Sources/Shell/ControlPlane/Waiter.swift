// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles

/// Waits until a condition holds: looks again after each news of the event log, and at the latest
/// after ``longestPause``, because not everything that can be waited for leaves a record.
struct Waiter: Sendable {
    /// How many may wait at a time.
    static let maximum = 256
    /// Between two looks, in nanoseconds: 2 ms, so that a busy log costs a waiter little.
    static let shortestPause: Int64 = 2_000_000
    /// 25 ms.
    static let longestPause: Int64 = 25_000_000

    let document: WaitDocument
    let state: DesiredState
    let log: EventLog
    let clock: any Timekeeper

    /// What one look showed.
    private struct Look {
        let holds: Bool
        /// How far it got, in a sentence without its full stop.
        let message: String
        /// When it may hold without any news.
        var due = Int64.max
    }

    /// Where the log was read up to, and the last sign of traffic in it.
    private struct Place {
        var cursor: UInt64
        var lastTraffic: Int64
    }

    /// - Throws: 504 when the time is over, 404 when there is no such rule or proxy, 503 when the
    ///   run ends, and `CancellationError` when nobody waits for the answer any longer.
    func run() async throws -> WaitReply {
        let start = clock.now
        let deadline = start + document.timeout.nanoseconds
        var place = Place(cursor: log.newest, lastTraffic: start)
        while true {
            let isFinished = log.isFinished
            follow(&place)
            let now = clock.now
            let look = try await look(place, at: now)
            if look.holds {
                return WaitReply(
                    message: look.message,
                    waited: now - start,
                    generation: await state.generation
                )
            }
            try Task.checkCancellation()
            if isFinished { throw Self.stopping(look.message) }
            if now >= deadline { throw timedOut(look.message) }
            await pause(after: place.cursor, from: now, until: min(deadline, look.due))
        }
    }

    /// Reads what has come; only idleness asks what it was.
    private func follow(_ place: inout Place) {
        guard case .idle = document.condition else {
            place.cursor = log.newest
            return
        }
        while true {
            let page = log.read(after: place.cursor, limit: RecentExchanges.pageSize)
            if page.missed > 0 { place.lastTraffic = max(place.lastTraffic, clock.now) }
            for record in page.records where record.isTraffic {
                place.lastTraffic = max(place.lastTraffic, record.elapsed)
            }
            place.cursor = page.cursor
            if page.records.isEmpty { return }
        }
    }

    private func look(_ place: Place, at now: Int64) async throws(AdminFailure) -> Look {
        switch document.condition {
        case .fired(let id, let count):
            let fired = try await state.rule(id).fired
            return Look(
                holds: fired >= count,
                message: "rule `\(id)` fired \(fired) of \(count) times"
            )
        case .matched(let id, let count):
            let matches = try await state.rule(id).matches
            return Look(
                holds: matches >= count,
                message: "rule `\(id)` matched \(matches) of \(count) times"
            )
        case .connections(let name, let count):
            let live = try await state.proxy(name).connections.live
            return Look(
                holds: live == Int(clamping: count),
                message: "proxy `\(name)` has \(live) connections, \(count) are waited for"
            )
        case .generation(let wanted):
            let generation = await state.generation
            return Look(
                holds: generation >= wanted,
                message: "generation \(generation) is in force, \(wanted) is waited for"
            )
        case .idle(let duration):
            let due = place.lastTraffic + duration.nanoseconds
            let milliseconds = max(0, now - place.lastTraffic) / 1_000_000
            return Look(
                holds: now >= due,
                message: "nothing has happened for \(milliseconds) ms",
                due: due
            )
        case .ready:
            let isReady = await state.isReady
            return Look(holds: isReady, message: isReady ? "it is ready" : "it is not ready yet")
        }
    }

    private func pause(after cursor: UInt64, from now: Int64, until end: Int64) async {
        let latest = min(end, now + Self.longestPause)
        let earliest = min(latest, now + Self.shortestPause)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [log, clock] in
                _ = await log.waitForRecords(after: cursor)
                await clock.wait(until: earliest)
            }
            group.addTask { [clock] in await clock.wait(until: latest) }
            await group.next()
            group.cancelAll()
        }
    }

    private func timedOut(_ message: String) -> AdminFailure {
        AdminFailure(
            504,
            "wait.timeout",
            "\(message), after \(document.timeout.nanoseconds / 1_000_000) ms",
            hint: "wait longer with `timeout`, or see what happened in the events"
        )
    }

    private static func stopping(_ message: String) -> AdminFailure {
        AdminFailure(503, "wait.stopping", "\(message), and the proxy is stopping")
    }

    static let tooMany = AdminFailure(
        503,
        "wait.too-many",
        "\(maximum) wait already",
        hint: "end one of them"
    )
}

extension EventRecord {
    /// Whether it tells of clients or servers, and not of an administrator.
    fileprivate var isTraffic: Bool {
        switch body {
        case .connectionOpened, .connectionClosed, .exchange, .fault: true
        default: false
        }
    }
}

extension AdminRoutes {
    /// POST `/v1/wait`: answers when the condition holds.
    func wait(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        try request.allowQuery()
        let json = try request.json()
        let document = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try WaitDocument(json: json)
        }
        guard let seat = waiters.enter() else { throw Waiter.tooMany }
        defer { seat.leave() }
        let waiter = Waiter(document: document, state: state, log: log, clock: state.clock)
        return try Self.ok(try await waiter.run())
    }
}
