// SPDX-License-Identifier: Apache-2.0

/// A set of units of text: Unicode scalars, and bytes that are not UTF-8.
///
/// A unit is a number: a scalar's own, or `stray` and the byte.
struct UnitSet: Hashable, Sendable {
    /// What is added to a byte that is not UTF-8: scalars end below.
    static let stray: UInt32 = 0x11_0000
    static let everything: ClosedRange<UInt32> = 0...(stray + 0xff)

    static let digits: [ClosedRange<UInt32>] = [48...57]
    static let word: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]
    static let space: [ClosedRange<UInt32>] = [9...13, 32...32]
    static let lineFeed: [ClosedRange<UInt32>] = [10...10]

    /// Which of units 0 to 63 and 64 to 127 are members, a bit for each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// The members from 128 on, in order, apart from each other.
    private let beyond: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>], foldsCase: Bool = false, isNegated: Bool = false) {
        var ranges = foldsCase ? ranges + Self.otherCase(of: ranges) : ranges
        ranges = isNegated ? Self.complement(of: ranges) : Self.ordered(ranges)
        for range in ranges where range.lowerBound < 128 {
            for unit in range.clamped(to: 0...127) {
                if unit < 64 { low |= 1 << unit } else { high |= 1 << (unit - 64) }
            }
        }
        beyond = ranges.filter { $0.upperBound >= 128 }
    }

    func contains(_ unit: UInt32) -> Bool {
        if unit < 64 { return low & (1 << unit) != 0 }
        if unit < 128 { return high & (1 << (unit - 64)) != 0 }
        var candidates = 0..<beyond.count
        while !candidates.isEmpty {
            let middle = candidates.lowerBound + candidates.count / 2
            if beyond[middle].contains(unit) { return true }
            candidates =
                unit < beyond[middle].lowerBound
                ? candidates.lowerBound..<middle : (middle + 1)..<candidates.upperBound
        }
        return false
    }

    /// All units that are in none of the ranges.
    static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ordered(ranges) {
            if next < range.lowerBound { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= everything.upperBound { gaps.append(next...everything.upperBound) }
        return gaps
    }

    /// The same units in ranges that ascend and do not overlap.
    private static func ordered(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var joined: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound {
                let upper = max(last.upperBound, range.upperBound)
                joined[joined.count - 1] = last.lowerBound...upper
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    /// The ASCII letters of the ranges, each in its other case.
    private static func otherCase(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        ranges.flatMap { range -> [ClosedRange<UInt32>] in
            var folded: [ClosedRange<UInt32>] = []
            if range.overlaps(65...90) {
                let upper = range.clamped(to: 65...90)
                folded.append((upper.lowerBound + 32)...(upper.upperBound + 32))
            }
            if range.overlaps(97...122) {
                let lower = range.clamped(to: 97...122)
                folded.append((lower.lowerBound - 32)...(lower.upperBound - 32))
            }
            return folded
        }
    }
}
