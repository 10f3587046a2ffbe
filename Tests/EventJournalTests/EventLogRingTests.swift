// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import TestSupport
import Testing

/// The log against a plain array of all that was ever written.
@Suite(.timeLimit(.minutes(15))) struct EventLogRingTests {
    @Test(arguments: SeededNumbers.seeds(40))
    func `whatever batches come, the newest are kept in order, with the heads of the newest`(
        seed: UInt64
    ) {
        var numbers = SeededNumbers(seed: seed)
        // Only a large one lets go of heads while it keeps their records.
        let isLarge = seed.isMultiple(of: 10)
        let capacity = isLarge ? 8_000 + numbers.below(1_000) : 1 + numbers.below(700)
        let log = EventLog(wallOrigin: 0, capacity: capacity)
        var count = 0
        for _ in 0..<(isLarge ? 3 : 12) {
            var batch = RecordRow()
            for _ in 0..<numbers.below(numbers.once(in: 4) ? 2 * capacity : 300) {
                count += 1
                batch.append(.exchange(Self.exchange(count)), elapsed: Int64(count))
            }
            log.append(batch)
            let kept = max(1, count - capacity + 1)..<count + 1
            let cursor = UInt64(numbers.below(count + 1))
            let page = log.read(after: cursor, limit: .max)
            let expected = kept.clamped(to: Int(cursor) + 1..<max(count, Int(cursor)) + 1)
            #expect(page.records.map(\.sequence) == expected.map(UInt64.init))
            #expect(page.records.map(\.elapsed) == expected.map(Int64.init))
            #expect(log.newest == UInt64(count) && page.cursor == UInt64(count))
            #expect(page.missed == UInt64(max(0, kept.lowerBound - 1 - Int(cursor))))
            let heads = min(Int(EventLog.keptHeads), capacity - 1)
            for (number, record) in zip(expected, page.records) {
                let hasHead = number > count - heads
                #expect(record.body == .exchange(Self.exchange(number, hasHead: hasHead)))
            }
        }
    }

    @Test func `while some write and some read, every reader sees what was written, once`() async {
        let log = EventLog(wallOrigin: 0, capacity: 200_000)
        let seen = await withTaskGroup(of: [String].self) { group in
            for writer in 0..<3 {
                group.addTask {
                    for number in 0..<2_000 {
                        let exchange = Self.exchange(number, target: "/\(writer)/\(number)")
                        log.append(.exchange(exchange))
                        if number.isMultiple(of: 100) { await Task.yield() }
                    }
                    return []
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var (cursor, targets) = (UInt64(0), [String]())
                    while targets.count < 6_000, await log.waitForRecords(after: cursor) {
                        let page = log.read(after: cursor, limit: 64)
                        cursor = page.cursor
                        targets += page.records.compactMap(\.target)
                    }
                    return targets
                }
            }
            return await group.reduce(into: [[String]]()) { if !$1.isEmpty { $0.append($1) } }
        }
        #expect(seen.count == 3)
        for targets in seen {
            #expect(targets == seen[0] && Set(targets).count == 6_000)
        }
    }

    private static func exchange(
        _ number: Int,
        target: String? = nil,
        hasHead: Bool = true
    ) -> ExchangeRecord {
        ExchangeRecord(
            connection: ConnectionName(id: UInt64(number), proxy: "p", ordinal: 1),
            unit: 0,
            method: "GET",
            target: target ?? "/\(number)",
            status: 200,
            outcome: .complete,
            requestBytes: 1,
            responseBytes: 2,
            duration: 3,
            rules: number.isMultiple(of: 3) ? ["r"] : [],
            head: hasHead ? Array("GET /\(number) HTTP/1.1\r\n\r\n".utf8) : []
        )
    }
}

extension EventRecord {
    fileprivate var target: String? {
        guard case .exchange(let exchange) = body else { return nil }
        return exchange.target
    }
}
