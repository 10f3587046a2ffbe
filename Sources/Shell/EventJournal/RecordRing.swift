// SPDX-License-Identifier: Apache-2.0
import EventRecords

/// The newest records of a run, in rows of bytes: the row that makes room is used again as it is.
struct RecordRing: Sendable {
    /// Records that share one piece of memory.
    static let rowLength = 256

    private let capacity: Int
    /// How many rows there are at most: one is being filled beside those that hold the rest.
    private let rowLimit: Int
    private let rowLength: Int
    private var rows: [RecordRow] = []
    /// The sequence of the record that comes next.
    private(set) var next: UInt64 = 1

    init(capacity: Int) {
        self.capacity = capacity
        rowLength = min(Self.rowLength, capacity)
        rowLimit = (capacity + rowLength - 1) / rowLength + 1
    }

    var newest: UInt64 { next - 1 }
    /// The first that is still kept.
    var oldest: UInt64 { max(next, UInt64(capacity) + 1) - UInt64(capacity) }

    /// The newest record that is too old to keep its head; 0 for none.
    private var headless: UInt64 {
        let kept = min(EventLog.keptHeads, UInt64(capacity) - 1)
        return next > kept + 1 ? next - kept - 1 : 0
    }

    /// Which row the record with this sequence is in.
    private func row(of sequence: UInt64) -> Int {
        Int((sequence - 1) / UInt64(rowLength) % UInt64(rowLimit))
    }

    private func place(of sequence: UInt64) -> Int { Int((sequence - 1) % UInt64(rowLength)) }

    func kind(of sequence: UInt64) -> EventRecord.Kind {
        rows[row(of: sequence)].kind(at: place(of: sequence))
    }

    /// Copies the records of these sequences that are wanted.
    func copied(
        _ sequences: Range<UInt64>,
        where isWanted: ((EventRecord.Kind) -> Bool)?
    ) -> Copied {
        var copied = Copied(headless: headless)
        var sequence = sequences.lowerBound
        while sequence < sequences.upperBound {
            let first = place(of: sequence)
            let count = min(rowLength - first, Int(sequences.upperBound - sequence))
            let row = rows[row(of: sequence)]
            if let isWanted {
                for offset in 0..<count where isWanted(row.kind(at: first + offset)) {
                    let place = first + offset
                    copied.records.append(row, place..<place + 1)
                    copied.sequences.append(sequence + UInt64(offset))
                }
            } else {
                copied.records.append(row, first..<first + count)
                copied.sequences += sequence..<sequence + UInt64(count)
            }
            sequence += UInt64(count)
        }
        return copied
    }

    mutating func append(_ records: RecordRow) {
        var taken = 0
        while taken < records.count {
            if place(of: next) == 0 { beginRow() }
            let count = min(rowLength - place(of: next), records.count - taken)
            rows[row(of: next)].append(records, taken..<taken + count)
            taken += count
            next += UInt64(count)
        }
    }

    /// Makes room for the next row in the place of the oldest.
    private mutating func beginRow() {
        let row = row(of: next)
        if row < rows.count { rows[row].removeAll() } else { rows.append(RecordRow()) }
        // The last row of which nothing keeps its head any more.
        if headless >= UInt64(rowLength) {
            rows[self.row(of: headless + 1 - UInt64(rowLength))].dropHeads()
        }
    }

    /// The place just before the first wanted record that is kept and comes after `cursor`.
    func place(
        after cursor: UInt64,
        where isWanted: (EventRecord.Kind) -> Bool
    ) -> UInt64? {
        guard cursor < newest else { return nil }
        for sequence in max(cursor + 1, oldest)..<next where isWanted(kind(of: sequence)) {
            return sequence - 1
        }
        return nil
    }

    /// Records as they are kept, for a reader to make values of without the lock.
    struct Copied {
        let headless: UInt64
        var records = RecordRow()
        var sequences: [UInt64] = []

        var values: [EventRecord] {
            sequences.indices.map { place in
                let sequence = sequences[place]
                return records.record(
                    at: place,
                    sequence: sequence,
                    hasHead: sequence > headless
                )
            }
        }
    }
}
