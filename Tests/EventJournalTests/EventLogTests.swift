// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(15))) struct EventLogTests {
    @Test func `sequences run from one without gaps`() {
        let log = EventLog(wallOrigin: 5, capacity: 10)
        #expect(log.newest == 0 && log.wallOrigin == 5)
        log.append(.sample("a"))
        log.append(contentsOf: [.sample("b"), .sample("c")])
        let page = log.read(after: 0, limit: 10)
        #expect(page.records.map(\.sequence) == [1, 2, 3])
        #expect(page.records.map(\.subject) == ["a", "b", "c"])
        #expect(page.missed == 0 && page.cursor == 3 && log.newest == 3)
    }

    @Test func `an empty log has nothing to read and keeps the cursor`() {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        let page = log.read(after: 0, limit: 10)
        #expect(page.records.isEmpty && page.missed == 0 && page.cursor == 0)
    }

    @Test(arguments: 1...25)
    func `the ring keeps the newest and says how many were missed`(count: Int) {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        for number in 1...count { log.append(contentsOf: [.sample("\(number)")]) }
        let page = log.read(after: 0, limit: 100)
        let kept = max(1, count - 3)...count
        #expect(page.records.map(\.subject) == kept.map(String.init))
        #expect(page.records.map(\.sequence) == kept.map(UInt64.init))
        #expect(page.missed == UInt64(max(0, count - 4)))
    }

    @Test func `only the newest records keep the heads of their requests`() {
        let kept = Int(EventLog.keptHeads)
        for capacity in [kept / 2, kept * 2] {
            let log = EventLog(wallOrigin: 0, capacity: capacity)
            for _ in 0..<24 {
                let record = EventRecord(elapsed: 0, body: .exchange(.sample))
                log.append(contentsOf: Array(repeating: record, count: kept / 8))
            }
            let records = log.read(after: 0, limit: .max).records
            #expect(records.count == capacity)
            let heads = records.map { record in
                if case .exchange(let exchange) = record.body { exchange.head.count } else { 0 }
            }
            let count = min(kept, capacity - 1)
            #expect(heads.suffix(count).allSatisfy { $0 == 3 })
            #expect(heads.dropLast(count).allSatisfy { $0 == 0 })
        }
    }

    @Test func `a batch larger than the ring leaves its end`() {
        let log = EventLog(wallOrigin: 0, capacity: 3)
        log.append(contentsOf: (1...8).map { .sample("\($0)") })
        #expect(log.read(after: 2, limit: 10).records.map(\.subject) == ["6", "7", "8"])
        #expect(log.read(after: 2, limit: 10).missed == 3)
    }

    @Test func `reading on from each cursor gives every record once`() {
        let log = EventLog(wallOrigin: 0, capacity: 100)
        log.append(contentsOf: (1...50).map { .sample("\($0)") })
        var cursor: UInt64 = 0
        var seen: [String?] = []
        while case let page = log.read(after: cursor, limit: 7), !page.records.isEmpty {
            #expect(page.missed == 0 && page.records.count <= 7)
            seen += page.records.map(\.subject)
            cursor = page.cursor
        }
        #expect(seen == (1...50).map(String.init))
    }

    @Test(arguments: [50, 1_000, .max] as [UInt64])
    func `a cursor at or past the end reads nothing`(cursor: UInt64) {
        let log = EventLog(wallOrigin: 0, capacity: 100)
        log.append(contentsOf: (1...50).map { .sample("\($0)") })
        let page = log.read(after: cursor, limit: 10)
        #expect(page.records.isEmpty && page.missed == 0 && page.cursor == cursor)
    }

    @Test(arguments: [0, 49, 50] as [UInt64])
    func `a follower of what is there already does not wait`(cursor: UInt64) async {
        let log = EventLog(wallOrigin: 0, capacity: 100)
        log.append(contentsOf: (1...51).map { .sample("\($0)") })
        #expect(await log.waitForRecords(after: cursor))
    }

    @Test func `every follower is woken by a record`() async {
        let log = EventLog(wallOrigin: 0, capacity: 100)
        let seen = await withTaskGroup(of: [String?].self) { group in
            for _ in 0..<8 { group.addTask { await Self.follow(log, until: 200) } }
            for number in 1...200 {
                log.append(contentsOf: [.sample("\(number)")])
                if number.isMultiple(of: 20) { await Task.yield() }
            }
            return await group.reduce(into: [[String?]]()) { $0.append($1) }
        }
        #expect(seen.count == 8)
        for subjects in seen { #expect(subjects.last == "200") }
    }

    @Test func `who waits for some records is woken by those, and told where they are`() async {
        let log = EventLog(wallOrigin: 0, capacity: 8)
        let asked = Mutex(0)
        let mark = Task {
            await log.place(after: 0) { kind in
                asked.withLock { $0 += 1 }
                return kind == .mark
            }
        }
        // The ring turns twice before it comes: who waits reads nothing of that.
        for number in 1...20 {
            log.append(.sample("\(number)"))
            await Task.yield()
        }
        while asked.withLock({ $0 }) == 0 {
            log.append(.sample("more"))
            await Task.yield()
        }
        let last = log.newest
        log.append(contentsOf: [
            .sample("a"), EventRecord(elapsed: 0, body: .mark(MarkRecord(name: "m", data: nil))),
            .sample("b"),
        ])
        let place = await mark.value
        #expect(place == last + 1)
        #expect(log.read(after: last + 1, limit: 1).records.map(\.kind) == [.mark])
        let found = await log.place(after: 0) { $0 == .mark }
        #expect(found == last + 1)
        log.finish()
        let none = await log.place(after: 0) { _ in false }
        #expect(none == nil)
    }

    @Test func `a follower that is cancelled stops waiting`() async {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        let follower = Task { await log.waitForRecords(after: 0) }
        await Task.yield()
        follower.cancel()
        #expect(await !follower.value)
        let cancelledBefore = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await log.waitForRecords(after: 0)
        }
        #expect(await !cancelledBefore.value)
    }

    @Test func `nobody waits for a run that has ended`() async {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        let follower = Task { await log.waitForRecords(after: 0) }
        await Task.yield()
        log.finish()
        #expect(await !follower.value)
        #expect(await !log.waitForRecords(after: 0))
        #expect(log.isFinished)
    }

    @Test(arguments: [UInt64.max, UInt64.max - 1])
    func `no cursor that a caller names traps`(cursor: UInt64) async {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        log.append(.sample("a"))
        log.finish()
        #expect(await !log.waitForRecords(after: cursor))
    }

    @Test func `time in a run never goes back`() {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        let first = log.elapsed
        log.append(.sample("a"))
        #expect(
            first >= 0 && log.read(after: 0, limit: 1).records.allSatisfy { $0.elapsed >= first }
        )
    }

    /// Follows the log from its start, whatever it misses, until it has seen record `last`.
    private static func follow(_ log: EventLog, until last: UInt64) async -> [String?] {
        var cursor: UInt64 = 0
        var subjects: [String?] = []
        while cursor < last, await log.waitForRecords(after: cursor) {
            let page = log.read(after: cursor, limit: 16)
            subjects += page.records.map(\.subject)
            cursor = page.cursor
        }
        return subjects
    }
}

extension EventRecord {
    static func sample(_ subject: String) -> EventRecord {
        EventRecord(elapsed: 0, body: .sample(subject))
    }

    var subject: String? {
        guard case .state(let record) = body else { return nil }
        return record.subject
    }
}

extension EventRecord.Body {
    static func sample(_ subject: String) -> EventRecord.Body {
        .state(StateRecord(change: "rule.enabled", subject: subject, generation: 1))
    }
}

extension ExchangeRecord {
    fileprivate static let sample = ExchangeRecord(
        connection: ConnectionName(id: 1, proxy: "p", ordinal: 1),
        unit: 0,
        method: "GET",
        target: "/",
        status: 200,
        outcome: .complete,
        requestBytes: 0,
        responseBytes: 0,
        duration: 0,
        rules: [],
        head: [1, 2, 3]
    )
}
