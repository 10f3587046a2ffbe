// SPDX-License-Identifier: Apache-2.0

/// A tree of path segments, by hash; what it finds are candidates, not yet matches.
///
/// A lookup visits the literal child and the wildcard child of each node it reaches, so its cost
/// follows the length of the path and not the number of rules.
struct PathTrie: Sendable {
    private var nodes = [Node()]
    private var literals = SegmentTable()

    private struct Node: Sendable {
        /// The child for `*`, `{name}` and globs.
        var wildcard: Int32?
        var ending: [Int32] = []
        /// Rules whose pattern ends in `**` here.
        var rest: [Int32] = []
    }

    var isEmpty: Bool { nodes.count == 1 && nodes[0].ending.isEmpty && nodes[0].rest.isEmpty }

    mutating func insert(_ pattern: RequestPattern, _ rule: Int32) {
        var node = 0
        for segment in pattern.segments { node = child(of: node, for: segment) }
        if pattern.matchesRest {
            nodes[node].rest.append(rule)
        } else {
            nodes[node].ending.append(rule)
        }
    }

    private mutating func child(of node: Int, for segment: RequestPattern.Segment) -> Int {
        let next = Int32(nodes.count)
        switch segment {
        case .literal(let bytes):
            var hash = Self.offsetBasis
            for byte in bytes { hash = Self.extend(hash, byte) }
            if let child = literals.child(of: node, hash) { return child }
            literals.insert(Int(next), of: node, hash)
        case .glob, .any:
            if let child = nodes[node].wildcard { return Int(child) }
            nodes[node].wildcard = next
        }
        nodes.append(Node())
        return Int(next)
    }

    func collect(_ segments: [UInt64], into candidates: inout [Int32]) {
        collect(segments, from: 0, at: 0, into: &candidates)
    }

    /// Recursion ends with the pattern: a trie is no deeper than its longest rule.
    private func collect(
        _ segments: [UInt64],
        from position: Int,
        at node: Int,
        into candidates: inout [Int32]
    ) {
        if !nodes[node].rest.isEmpty { candidates.append(contentsOf: nodes[node].rest) }
        guard position < segments.count else {
            if !nodes[node].ending.isEmpty { candidates.append(contentsOf: nodes[node].ending) }
            return
        }
        if let child = literals.child(of: node, segments[position]) {
            collect(segments, from: position + 1, at: child, into: &candidates)
        }
        if let child = nodes[node].wildcard {
            collect(segments, from: position + 1, at: Int(child), into: &candidates)
        }
    }

    /// FNV-1a, 64 bits (RFC 9923).
    static let offsetBasis: UInt64 = 0xcbf2_9ce4_8422_2325

    @inline(__always)
    static func extend(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// The byte that an escape stands for, whose `%` stands before `position`; a malformed escape
    /// stands for itself.
    static func unescaped(
        _ head: borrowing Span<UInt8>,
        at position: inout Int,
        before end: Int
    ) -> UInt8 {
        guard position + 1 < end, let high = ASCII.hexValue(head[position]),
            let low = ASCII.hexValue(head[position + 1])
        else { return ASCII.percent }
        position += 2
        return high << 4 | low
    }
}
