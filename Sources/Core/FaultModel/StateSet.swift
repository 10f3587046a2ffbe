// SPDX-License-Identifier: Apache-2.0

/// A set of small numbers that is emptied at once and gone through in the order of insertion.
///
/// A member is wherever `places` says that it is, if it is really there (Briggs and Torczon, 1993);
/// so nothing has to be cleared.
struct StateSet: Sendable {
    private var members: [UInt16]
    private var places: [UInt16]
    private(set) var count = 0

    /// - Parameter bound: what all members are below; at most 65,536.
    init(below bound: Int) {
        members = Array(repeating: 0, count: bound)
        places = members
    }

    subscript(index: Int) -> Int { Int(members[index]) }

    @inline(__always)
    mutating func insert(_ member: Int) {
        let place = Int(places[member])
        if place < count, members[place] == UInt16(truncatingIfNeeded: member) { return }
        places[member] = UInt16(truncatingIfNeeded: count)
        members[count] = UInt16(truncatingIfNeeded: member)
        count += 1
    }

    mutating func removeAll() { count = 0 }
}

extension StateSet: Equatable {
    /// Whether both hold the same members, inserted in the same order.
    static func == (left: Self, right: Self) -> Bool {
        left.members[..<left.count] == right.members[..<right.count]
    }
}
