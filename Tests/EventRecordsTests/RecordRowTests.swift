// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import TestSupport
import Testing

/// What is written into a row is read out of it again.
@Suite struct RecordRowTests {
    @Test(arguments: SeededNumbers.seeds(200))
    func `records are the same when they are read`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let records = numbers.records(numbers.below(40))
        let row = RecordRow(records)
        #expect(row.count == records.count && row.isEmpty == records.isEmpty)
        #expect(row.records == records)
        #expect(row.indices.map { row.kind(at: $0) } == records.map(\.kind))
    }

    @Test(arguments: SeededNumbers.seeds(200))
    func `parts of rows make rows, wherever they are cut`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var (gathered, expected) = (RecordRow(), [EventRecord]())
        for _ in 0..<6 {
            let records = numbers.records(numbers.below(12))
            let start = numbers.below(records.count + 1)
            let end = start + numbers.below(records.count - start + 1)
            gathered.append(RecordRow(records), start..<end)
            expected += records[start..<end]
        }
        #expect(gathered.records == expected.renumbered)
    }

    @Test(arguments: SeededNumbers.seeds(50))
    func `a row that was emptied is as a new one`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var row = RecordRow(numbers.records(30))
        row.removeAll()
        #expect(row.isEmpty && row.records == [])
        let records = numbers.records(30)
        for record in records { row.append(record.body, elapsed: record.elapsed) }
        #expect(row.records == records)
    }

    @Test(arguments: SeededNumbers.seeds(50))
    func `without heads all but the heads is there, and what comes next keeps its own`(
        seed: UInt64
    ) {
        var numbers = SeededNumbers(seed: seed)
        let records = numbers.records(20)
        var row = RecordRow(records)
        row.dropHeads()
        #expect(row.records == records.map(\.headless))
        let next = RecordRow(records)
        #expect(
            row.indices.map { next.record(at: $0, sequence: 0, hasHead: false).body }
                == records.map(\.headless.body)
        )
        var emptied = row
        emptied.removeAll()
        emptied.append(next, 0..<next.count)
        #expect(emptied.records == records)
    }
}

extension RecordRow {
    fileprivate init(_ records: [EventRecord]) {
        self.init()
        for record in records { append(record.body, elapsed: record.elapsed) }
    }

    fileprivate var indices: Range<Int> { 0..<count }

    fileprivate var records: [EventRecord] {
        indices.map { record(at: $0, sequence: UInt64($0), hasHead: true) }
    }
}

extension [EventRecord] {
    /// With sequences from 0.
    fileprivate var renumbered: [EventRecord] {
        enumerated().map { EventRecord(sequence: UInt64($0), elapsed: $1.elapsed, body: $1.body) }
    }
}

extension EventRecord {
    fileprivate var headless: EventRecord {
        guard case .exchange(var exchange) = body else { return self }
        exchange.head = []
        return EventRecord(sequence: sequence, elapsed: elapsed, body: .exchange(exchange))
    }
}

extension SeededNumbers {
    fileprivate mutating func records(_ count: Int) -> [EventRecord] {
        (0..<count).map {
            EventRecord(sequence: UInt64($0), elapsed: number(), body: body())
        }
    }

    private mutating func body() -> EventRecord.Body {
        switch below(7) {
        case 0: .connectionOpened(ConnectionOpened(connection: name(), client: text()))
        case 1:
            .connectionClosed(
                ConnectionClosed(
                    connection: name(),
                    closedBy: pick([.client, .server, .proxy]),
                    how: pick([.fin, .rst, .timeout]),
                    bytesToServer: next(),
                    bytesToClient: next(),
                    exchanges: next()
                )
            )
        case 2:
            .fault(
                FaultRecord(
                    rule: text(),
                    fault: text(),
                    connection: name(),
                    unit: next(),
                    toss: once(in: 2) ? nil : Double.random(in: 0..<1, using: &self),
                    delay: once(in: 2) ? nil : number()
                )
            )
        case 3:
            .state(StateRecord(change: text(), subject: text(), generation: next(), detail: nil))
        case 4:
            .notice(
                NoticeRecord(
                    code: text(),
                    message: text(),
                    proxy: once(in: 2) ? nil : text(),
                    connection: once(in: 2) ? nil : next()
                )
            )
        case 5: .mark(MarkRecord(name: text(), data: .object([])))
        default: .exchange(exchange())
        }
    }

    private mutating func exchange() -> ExchangeRecord {
        ExchangeRecord(
            connection: name(),
            unit: next(),
            method: text(),
            target: text(),
            status: once(in: 3) ? nil : UInt16(truncatingIfNeeded: next()),
            outcome: pick(ExchangeRecord.Outcome.allCases),
            requestBytes: next(),
            responseBytes: next(),
            duration: number(),
            rules: (0..<below(4)).map { _ in text() },
            head: (0..<below(60)).map { _ in UInt8(truncatingIfNeeded: next()) }
        )
    }

    private mutating func name() -> ConnectionName {
        ConnectionName(id: next(), proxy: text(), ordinal: next())
    }

    private mutating func number() -> Int64 { Int64(bitPattern: next()) }

    private mutating func text() -> String {
        let letters = Array("ab/\u{0}é😀\u{fffd}\r\n")
        return String((0..<below(once(in: 5) ? 300 : 20)).map { _ in pick(letters) })
    }
}
