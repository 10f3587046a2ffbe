// SPDX-License-Identifier: Apache-2.0

/// A map of last-writer-wins registers: merging is commutative, associative and idempotent.
///
/// A register is ordered by its clock, then by the name of its node, then by its value, so any
/// two nodes that have seen the same writes hold the same map, whatever happened on the way.
struct SyncRegisters: Sendable {
    struct Write: Sendable, Hashable {
        let key: String
        let value: JSONValue
        let clock: Int64
        let node: String

        func beats(_ other: Write) -> Bool {
            if clock != other.clock { return clock > other.clock }
            if node != other.node { return node > other.node }
            return value.text > other.value.text
        }

        /// Written at the same time somewhere else, with another value.
        func conflicts(with other: Write) -> Bool {
            clock == other.clock && node != other.node && value != other.value
        }
    }

    struct Outcome: Sendable {
        var merged = 0
        var ignored = 0
        var conflicts = 0
    }

    private var registers: [String: Write] = [:]
    private var clocks: [String: Int64] = [:]
    private(set) var conflicts: [JSONValue] = []
    private let maximumSyncEntries: Int
    private let maximumConflicts: Int

    init(bounds: PrismBounds) {
        maximumSyncEntries = bounds.maximumSyncEntries
        maximumConflicts = bounds.maximumConflicts
    }

    /// Takes all writes, or none of them when they do not fit.
    mutating func merge(_ writes: [Write]) throws(Refusal) -> Outcome {
        let new = Set(writes.map(\.key)).subtracting(registers.keys)
        let nodes = Set(writes.map(\.node)).subtracting(clocks.keys)
        guard registers.count + new.count <= maximumSyncEntries,
            clocks.count + nodes.count <= maximumSyncEntries
        else {
            throw .full("sync_entries", "maximumSyncEntries", maximumSyncEntries)
        }
        var outcome = Outcome()
        for write in writes {
            clocks[write.node] = max(clocks[write.node] ?? 0, write.clock)
            if let held = registers[write.key] {
                if write.conflicts(with: held) {
                    note(write, against: held)
                    outcome.conflicts += 1
                }
                guard write.beats(held) else {
                    outcome.ignored += 1
                    continue
                }
            }
            registers[write.key] = write
            outcome.merged += 1
        }
        return outcome
    }

    /// The integrity hash is a function of the registers alone, so equal maps give equal hashes.
    var state: JSONValue {
        var hash = SHA256()
        for (key, write) in registers.sorted(by: { $0.key < $1.key }) {
            let line: JSONValue = [
                .string(key), write.value, .integer(write.clock), .string(write.node),
            ]
            hash.update(Array(line.text.utf8))
        }
        return [
            "data_integrity_hash": .string(hash.finish()), "entries": JSONValue(registers.count),
            "vector_clock": .object(clocks.mapValues(JSONValue.integer)),
            "unresolved_conflicts": 0, "status": "SYNCED",
        ]
    }

    private mutating func note(_ write: Write, against held: Write) {
        let winner = write.beats(held) ? write : held
        let loser = write.beats(held) ? held : write
        let conflict: JSONValue = [
            "key": .string(write.key), "clock": .integer(write.clock),
            "kept": ["node": .string(winner.node), "value": winner.value],
            "discarded": ["node": .string(loser.node), "value": loser.value],
            "resolution": "LAST_WRITER_WINS",
        ]
        guard !conflicts.contains(conflict) else { return }
        if conflicts.count == maximumConflicts { conflicts.removeFirst() }
        conflicts.append(conflict)
    }
}
