// SPDX-License-Identifier: Apache-2.0

/// The literal children of all nodes of a ``PathTrie``, by node and hash of the segment.
///
/// One table with open addressing: a lookup reads one place of memory, however many rules there
/// are, and hashes nothing anew. Whoever sends requests chooses what is looked up and not what is in
/// the table, so that a lookup is no longer than the table's longest run.
struct SegmentTable: Sendable {
    private struct Slot {
        var hash: UInt64
        var node: Int32
        /// 0: the slot is free, because no node has the root for its child.
        var child: Int32
    }

    private var slots = [Slot](repeating: Slot(hash: 0, node: 0, child: 0), count: 8)
    private var count = 0

    func child(of node: Int, _ hash: UInt64) -> Int? {
        let slot = slots[place(of: Int32(node), hash)]
        return slot.child == 0 ? nil : Int(slot.child)
    }

    /// - Parameter child: not the root; the node has none for this hash yet.
    mutating func insert(_ child: Int, of node: Int, _ hash: UInt64) {
        if (count + 1) * 2 > slots.count { grow() }
        let place = place(of: Int32(node), hash)
        slots[place] = Slot(hash: hash, node: Int32(node), child: Int32(child))
        count += 1
    }

    /// The slot that has the segment, or the free one where it would be; at least half are free.
    private func place(of node: Int32, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        // Hashes of FNV differ mostly in their low bits; the constant is 2^64 over the golden ratio.
        let mixed = (hash ^ UInt64(truncatingIfNeeded: node)) &* 0x9e37_79b9_7f4a_7c15
        var place = Int(truncatingIfNeeded: mixed >> 32) & mask
        while slots[place].child != 0, slots[place].hash != hash || slots[place].node != node {
            place = (place + 1) & mask
        }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(hash: 0, node: 0, child: 0), count: old.count * 2)
        for slot in old where slot.child != 0 { slots[place(of: slot.node, slot.hash)] = slot }
    }
}
