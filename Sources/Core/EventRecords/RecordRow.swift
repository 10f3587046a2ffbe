// SPDX-License-Identifier: Apache-2.0

/// Records one behind the other, written down in few bytes.
///
/// The event log keeps tens of thousands, and each loop a batch of them. As values of their own they
/// would be as many pieces of memory, each cold when it is let go, and spread over the pages of the
/// connections that made them. Here what connections bring (their own records, exchanges, faults and
/// notices) is bytes; states and marks are an administrator's, and kept as they are.
package struct RecordRow: Sendable {
    /// How a record is kept.
    private enum Form: UInt8 {
        case opened, closed, exchange, fault, notice
        /// As a value.
        case other
    }

    private struct Entry {
        let elapsed: Int64
        /// Where its bytes begin; of another, its place among those.
        ///
        /// A row is far from 2 GiB: it has 1,024 records at most, and an exchange keeps few names.
        let start: Int32
        /// Where the head behind it begins, which is where its own ends.
        let headEnd: Int32
        let form: Form
    }

    private var entries: [Entry] = []
    private var bytes = WrittenBytes()
    private var heads: [UInt8] = []
    private var others: [EventRecord.Body] = []

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    /// The kind of the record at this place, from 0.
    package func kind(at place: Int) -> EventRecord.Kind {
        switch entries[place].form {
        case .opened, .closed: .connection
        case .exchange: .exchange
        case .fault: .fault
        case .notice: .notice
        case .other: others[Int(entries[place].start)].kind
        }
    }

    /// Forgets them all; their memory is for the next.
    package mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll()
        heads.removeAll(keepingCapacity: true)
        others.removeAll()
    }

    /// Lets go of the heads of requests, and of their memory.
    package mutating func dropHeads() { heads = [] }

    // MARK: Writing

    package mutating func append(_ body: EventRecord.Body, elapsed: Int64) {
        var start = bytes.count
        let form: Form
        switch body {
        case .connectionOpened(let opened):
            form = .opened
            bytes.append(opened)
        case .connectionClosed(let closed):
            form = .closed
            bytes.append(closed)
        case .exchange(let exchange):
            form = .exchange
            bytes.append(exchange)
            heads += exchange.head
        case .fault(let fault):
            form = .fault
            bytes.append(fault)
        case .notice(let notice):
            form = .notice
            bytes.append(notice)
        case .state, .mark:
            form = .other
            start = others.count
            others.append(body)
        }
        entries.append(
            Entry(
                elapsed: elapsed,
                start: Int32(start),
                headEnd: Int32(heads.count),
                form: form
            )
        )
    }

    /// Appends some of another row's records; nothing is looked at but the others.
    package mutating func append(_ row: RecordRow, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        let (from, to) = (row.start(of: range.lowerBound), row.start(of: range.upperBound))
        let shift = Int32(bytes.count - from)
        bytes.append(row.bytes, from..<to)
        let head = row.headStart(of: range.lowerBound)
        let headShift = Int32(heads.count) - head
        if !row.heads.isEmpty {
            heads += row.heads[Int(head)..<Int(row.entries[range.upperBound - 1].headEnd)]
        }
        for entry in row.entries[range] {
            var start = entry.start + shift
            if entry.form == .other {
                start = Int32(others.count)
                others.append(row.others[Int(entry.start)])
            }
            entries.append(
                Entry(
                    elapsed: entry.elapsed,
                    start: start,
                    headEnd: entry.headEnd + headShift,
                    form: entry.form
                )
            )
        }
    }

    /// Where the bytes of the first record from this place on begin that has some.
    private func start(of place: Int) -> Int {
        entries[place...].first { $0.form != .other }.map { Int($0.start) } ?? bytes.count
    }

    private func headStart(of place: Int) -> Int32 { place > 0 ? entries[place - 1].headEnd : 0 }

    // MARK: Reading

    /// The record at this place, from 0.
    ///
    /// - Parameter hasHead: whether an exchange still has its request's head.
    package func record(at place: Int, sequence: UInt64, hasHead: Bool) -> EventRecord {
        let entry = entries[place]
        var reader = bytes.reader(from: Int(entry.start))
        let body: EventRecord.Body =
            switch entry.form {
            case .opened: .connectionOpened(reader.opened())
            case .closed: .connectionClosed(reader.closed())
            case .fault: .fault(reader.fault())
            case .notice: .notice(reader.notice())
            case .exchange: .exchange(reader.exchange(head: hasHead ? head(at: place) : []))
            case .other: others[Int(entry.start)]
            }
        return EventRecord(sequence: sequence, elapsed: entry.elapsed, body: body)
    }

    private func head(at place: Int) -> [UInt8] {
        guard !heads.isEmpty else { return [] }
        return Array(heads[Int(headStart(of: place))..<Int(entries[place].headEnd)])
    }
}
