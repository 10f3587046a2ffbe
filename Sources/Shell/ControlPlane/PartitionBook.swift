// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

/// The partitions in their order, and where each stands in time: a value, so that a change can be
/// tried on a copy and dropped.
struct PartitionBook: Sendable {
    struct Slot: Sendable {
        var entry: PartitionEntry
        /// In the time of the run.
        var madeAt: Int64
        var lease: String?
        /// Whether its time says that it cuts; `nil` before it was ever settled.
        var isDown: Bool?
        /// When that changes, or it ends.
        var nextEdge: Int64?
        /// While it is in force.
        var serial: UInt64?

        var partition: Partition { entry.partition }

        /// When it heals by itself.
        var expiresAt: Int64? { partition.duration.map { madeAt + $0.nanoseconds } }

        /// Whether it cuts at a time, and until when.
        func phase(at now: Int64) -> (isDown: Bool, until: Int64?) {
            guard let flap = partition.flap else { return (true, expiresAt) }
            let cycle = flap.down.nanoseconds + flap.up.nanoseconds
            let offset = max(0, now - madeAt) % cycle
            let isDown = offset < flap.down.nanoseconds
            let edge = now - offset + (isDown ? flap.down.nanoseconds : cycle)
            return (isDown, min(edge, expiresAt ?? edge))
        }
    }

    private(set) var slots: [Slot] = []

    subscript(id: String) -> Slot? { slots.first { $0.partition.id == id } }

    var entries: [PartitionEntry] { slots.map(\.entry) }

    /// The partitions that cut, in order.
    var active: [ActivePartition] {
        slots.compactMap { slot in
            slot.serial.map { ActivePartition(partition: slot.partition, serial: $0) }
        }
    }

    /// The next time at which a partition begins or ceases to cut, or ends.
    ///
    /// In a panic only ends count: what would flap does not.
    func deadline(isPanicked: Bool) -> Int64? {
        slots.compactMap { isPanicked ? $0.expiresAt : $0.nextEdge }.min()
    }

    mutating func append(_ entry: PartitionEntry, under lease: String? = nil, at now: Int64) {
        slots.append(Slot(entry: entry, madeAt: now, lease: lease))
    }

    /// Takes a new definition; one that acts alike leaves its time as it is.
    mutating func update(_ entry: PartitionEntry, at now: Int64) -> [StateChange] {
        guard let position = slots.firstIndex(where: { $0.partition.id == entry.partition.id })
        else { return [] }
        let old = slots[position]
        slots[position].entry = entry
        if !Self.actAlike(old.partition, entry.partition) {
            slots[position] = Slot(entry: entry, madeAt: now, lease: old.lease)
        } else if old.entry.source == entry.source {
            return []
        }
        return [StateChange("partition.changed", entry.partition.id)]
    }

    /// Makes these the partitions, keeping what is known of those that stay.
    mutating func replace(
        with entries: [PartitionEntry],
        under lease: String? = nil,
        at now: Int64
    ) -> [StateChange] {
        let kept = Set(entries.map(\.partition.id))
        var changes = slots.map(\.partition.id).filter { !kept.contains($0) }
            .map { StateChange("partition.healed", $0) }
        var old: [String: Slot] = [:]
        for slot in slots { old[slot.partition.id] = slot }
        slots = []
        for entry in entries {
            let id = entry.partition.id
            if let slot = old[id] {
                slots.append(slot)
                changes += update(entry, at: now)
            } else {
                append(entry, under: lease, at: now)
                changes.append(StateChange("partition.created", id))
            }
        }
        return changes
    }

    mutating func heal(_ id: String) -> [StateChange] {
        guard let position = slots.firstIndex(where: { $0.partition.id == id }) else { return [] }
        slots.remove(at: position)
        return [StateChange("partition.healed", id)]
    }

    /// Heals what belongs to a lease.
    mutating func release(_ lease: String) -> [StateChange] {
        let held = slots.filter { $0.lease == lease }.map(\.partition.id)
        return held.flatMap { heal($0) }
    }

    /// Brings the partitions to a time: heals those whose `for` has passed, and cuts and restores
    /// those that flap.
    mutating func settle(
        at now: Int64,
        isPanicked: Bool,
        serials: inout DesiredState.Serials
    ) -> [StateChange] {
        let expired = slots.filter { ($0.expiresAt ?? .max) <= now }.map(\.partition.id)
        slots.removeAll { ($0.expiresAt ?? .max) <= now }
        var changes = expired.map { StateChange("partition.expired", $0) }
        for position in slots.indices {
            let (isDown, until) = slots[position].phase(at: now)
            if !isPanicked, let wasDown = slots[position].isDown, wasDown != isDown {
                let word = isDown ? "partition.cut" : "partition.restored"
                changes.append(StateChange(word, slots[position].partition.id))
            }
            slots[position].isDown = isDown
            slots[position].nextEdge = until
            let serial = isDown && !isPanicked ? slots[position].serial ?? serials.next() : nil
            slots[position].serial = serial
        }
        return changes
    }

    private static func actAlike(_ old: Partition, _ new: Partition) -> Bool {
        var old = old
        old.about = new.about
        return old == new
    }
}
