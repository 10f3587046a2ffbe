// SPDX-License-Identifier: Apache-2.0
import EventRecords
import Testing

@testable import EventJournal

/// Records that move into other memory, and stay what they are.
@Suite(.timeLimit(.minutes(15))) struct EventLogCompactionTests {
    @Test func `every kind of record is the same after it moved`() {
        let name = ConnectionName(id: 1, proxy: "p", ordinal: 1)
        let bodies: [EventRecord.Body] = [
            .connectionOpened(ConnectionOpened(connection: name, client: Self.long)),
            .connectionClosed(
                ConnectionClosed(
                    connection: name,
                    closedBy: .client,
                    how: .rst,
                    bytesToServer: 1,
                    bytesToClient: 2,
                    exchanges: 3
                )
            ),
            .exchange(Self.exchange(target: Self.long)),
            .fault(
                FaultRecord(
                    rule: "r",
                    fault: "drop",
                    connection: name,
                    unit: 1,
                    toss: 0.5,
                    delay: 2
                )
            ),
            .state(StateRecord(change: "reset", subject: nil, generation: 4, detail: Self.long)),
            .notice(NoticeRecord(code: "c", message: Self.long, proxy: "p", connection: 1)),
            .mark(MarkRecord(name: Self.long, data: nil)),
        ]
        let log = EventLog(wallOrigin: 0, capacity: 100)
        log.append(contentsOf: bodies.map { EventRecord(elapsed: 7, body: $0) })
        let before = log.read(after: 0, limit: .max).records
        log.compact()
        let after = log.read(after: 0, limit: .max).records
        #expect(after == before && after.map(\.body) == bodies)
        #expect(after.map(\.kind) == before.map(\.kind))
    }

    @Test func `what a record holds is in new memory once, and then stays there`() throws {
        let log = EventLog(wallOrigin: 0, capacity: 4)
        log.append(.exchange(Self.exchange(target: Self.long)))
        let places = [try Self.places(log), try Self.places(log, compacted: true)]
        #expect(places[0].target != places[1].target && places[0].head != places[1].head)
        #expect(try Self.places(log, compacted: true) == places[1])
    }

    @Test(arguments: [100, 8_000, 20_000])
    func `a ring that is full keeps its newest, and their heads`(capacity: Int) {
        let logs = [
            EventLog(wallOrigin: 0, capacity: capacity),
            EventLog(wallOrigin: 0, capacity: capacity),
        ]
        for round in 0..<3 {
            for number in 0..<9_000 {
                let exchange = Self.exchange(target: "/\(round)/\(number)")
                for log in logs {
                    log.append(contentsOf: [EventRecord(elapsed: 0, body: .exchange(exchange))])
                }
            }
            logs[1].compact()
            let records = logs.map { $0.read(after: 0, limit: .max).records }
            #expect(records[0] == records[1])
        }
    }

    @Test func `nothing is lost or kept too long while others write`() async {
        let log = EventLog(wallOrigin: 0, capacity: 12_000)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    for number in 0..<20_000 {
                        log.append(.exchange(Self.exchange(target: "/\(writer)/\(number)")))
                    }
                }
            }
            group.addTask {
                while log.newest < 40_000 {
                    log.compact()
                    await Task.yield()
                }
            }
        }
        let records = log.read(after: 0, limit: .max).records
        #expect(records.map(\.sequence) == Array(28_001...40_000))
        let exchanges = records.compactMap { record in
            if case .exchange(let exchange) = record.body { exchange } else { nil }
        }
        #expect(Set(exchanges.map(\.target)).count == 12_000)
        let kept = Int(EventLog.keptHeads)
        #expect(exchanges.suffix(kept).allSatisfy { $0.head == Self.head })
        #expect(exchanges.dropLast(kept).allSatisfy { $0.head.isEmpty })
    }

    /// Longer than what a text holds in place.
    private static let long = "a text of more than fifteen bytes"
    private static let head = Array("GET / HTTP/1.1\r\n\r\n".utf8)

    private static func exchange(target: String) -> ExchangeRecord {
        ExchangeRecord(
            connection: ConnectionName(id: 1, proxy: "p", ordinal: 1),
            unit: 0,
            method: "GET",
            target: target,
            status: 200,
            outcome: .complete,
            requestBytes: 1,
            responseBytes: 2,
            duration: 3,
            rules: ["r"],
            head: head
        )
    }

    private struct Places: Equatable {
        let target: UnsafePointer<UInt8>?
        let head: UnsafePointer<UInt8>?
    }

    /// Where the log's first record has its parts; the page keeps them there meanwhile.
    private static func places(_ log: EventLog, compacted: Bool = false) throws -> Places {
        let before = log.read(after: 0, limit: 1)
        if compacted { log.compact() }
        let page = log.read(after: 0, limit: 1)
        return try withExtendedLifetime((before, page)) {
            guard case .exchange(let exchange) = try #require(page.records.first).body else {
                throw NoExchange()
            }
            return Places(
                target: exchange.target.utf8.withContiguousStorageIfAvailable(\.baseAddress) ?? nil,
                head: exchange.head.withUnsafeBufferPointer(\.baseAddress)
            )
        }
    }

    private struct NoExchange: Error {}
}
