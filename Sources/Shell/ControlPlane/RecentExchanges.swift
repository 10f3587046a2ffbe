// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords

/// The exchanges that the event log still tells of, each with its faults.
///
/// Nothing is kept for this: who asks reads the log once, from its oldest record to its newest.
struct RecentExchanges: Sendable {
    /// Records that are read at once.
    static let pageSize = 1_024

    let log: EventLog

    /// One exchange that ended, and what the log tells of it elsewhere.
    struct Recent: Sendable {
        let record: ExchangeRecord
        let faults: [FaultRecord]
        let client: String?
        let sequence: UInt64
        /// When it ended, in nanoseconds since the run began.
        let elapsed: Int64

        /// Those that fired.
        var rules: [String] { record.rules + faults.map(\.rule) }

        var name: ExchangeName { ExchangeName(record.connection.id, record.unit) }
    }

    /// What one reading found.
    struct Found: Sendable {
        /// In the order in which they ended.
        var exchanges: [Recent] = []
        /// The newest record that was read.
        var newest: UInt64 = 0
        fileprivate var changes: [(elapsed: Int64, generation: UInt64)] = []

        /// The generation in force at a time of the run; `nil` when the log tells nothing of it.
        func generation(at time: Int64) -> UInt64? {
            if let last = changes.last(where: { $0.elapsed <= time }) { return last.generation }
            // What the first change that is known was made from.
            return changes.first.map { max($0.generation, 1) - 1 }
        }
    }

    func reply(_ recent: Recent) -> ExchangeReply {
        ExchangeReply(
            recent.record,
            faults: recent.faults,
            client: recent.client,
            sequence: recent.sequence,
            elapsed: recent.elapsed,
            wallOrigin: log.wallOrigin
        )
    }

    /// The newest exchanges that pass, at most `limit`.
    func find(limit: Int, where passes: (Recent) -> Bool) -> Found {
        var reading = Reading()
        var cursor: UInt64 = 0
        let newest = log.newest
        while cursor < newest {
            let page = log.read(after: cursor, limit: Self.pageSize)
            if page.records.isEmpty { break }
            cursor = page.cursor
            for record in page.records {
                guard let recent = reading.take(record), passes(recent) else { continue }
                reading.found.exchanges.append(recent)
            }
            // Kept short while it grows, and cut to the limit in the end.
            let surplus = reading.found.exchanges.count - limit
            if surplus > Self.pageSize { reading.found.exchanges.removeFirst(surplus) }
        }
        reading.found.newest = cursor
        reading.found.exchanges = reading.found.exchanges.suffix(limit)
        return reading.found
    }

    /// What is gathered on the way from the oldest record to the newest.
    private struct Reading {
        var found = Found()
        private var clients: [UInt64: String] = [:]
        /// Of exchanges that have not ended yet, by connection.
        private var faults: [UInt64: [FaultRecord]] = [:]

        /// The exchange that ends with this record.
        mutating func take(_ record: EventRecord) -> Recent? {
            switch record.body {
            case .connectionOpened(let opened): clients[opened.connection.id] = opened.client
            case .connectionClosed(let closed):
                clients[closed.connection.id] = nil
                faults[closed.connection.id] = nil
            case .fault(let fault): faults[fault.connection.id, default: []].append(fault)
            case .state(let state): note(state, at: record.elapsed)
            case .exchange(let exchange): return ended(exchange, record)
            default: break
            }
            return nil
        }

        private mutating func ended(_ exchange: ExchangeRecord, _ record: EventRecord) -> Recent {
            let id = exchange.connection.id
            let known = faults[id] ?? []
            faults[id] = known.filter { $0.unit > exchange.unit }
            return Recent(
                record: exchange,
                faults: known.filter { $0.unit == exchange.unit },
                client: clients[id],
                sequence: record.sequence,
                elapsed: record.elapsed
            )
        }

        private mutating func note(_ state: StateRecord, at elapsed: Int64) {
            guard found.changes.last?.generation != state.generation else { return }
            found.changes.append((elapsed, state.generation))
        }
    }
}

/// An exchange's id: `<connection>.<unit>`.
struct ExchangeName: Hashable, Sendable, CustomStringConvertible {
    let connection: UInt64
    let unit: UInt64

    init(_ connection: UInt64, _ unit: UInt64) {
        self.connection = connection
        self.unit = unit
    }

    /// - Returns: `nil` when the text is none.
    init?(_ text: String) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 2, let connection = UInt64(words[0]), let unit = UInt64(words[1])
        else { return nil }
        self.init(connection, unit)
    }

    var description: String { "\(connection).\(unit)" }
}
