// SPDX-License-Identifier: Apache-2.0

/// How often times fell between fixed bounds; adding one costs a short search.
package struct Histogram: Equatable, Sendable {
    package let scale: Scale
    /// For each bound of the scale, and beyond the last; empty until the first time is recorded,
    /// so that a histogram that is never used costs nothing.
    private var counts: [UInt64] = []
    /// Of all times, in nanoseconds; stays at the end of 64 bits when it comes there.
    package private(set) var sum: Int64 = 0

    /// Which bounds are meant.
    package enum Scale: UInt8, Sendable {
        /// From a request's head to the end of its exchange: 5 ms to 30 s.
        case exchange
        /// How late something was: 50 µs to 1 s.
        case lateness

        /// In nanoseconds, ascending; a time belongs to the first that it does not exceed.
        package var bounds: [Int64] {
            self == .exchange ? Self.exchangeBounds : Self.latenessBounds
        }

        private static let exchangeBounds: [Int64] = [
            5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000,
            1_000_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000, 30_000_000_000,
        ]
        private static let latenessBounds: [Int64] = [
            50_000, 100_000, 250_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
            20_000_000, 50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000,
        ]
    }

    package init(_ scale: Scale) { self.scale = scale }

    package var isEmpty: Bool { counts.isEmpty }

    /// How many times were recorded.
    package var total: UInt64 { counts.reduce(0, &+) }

    /// How many times did not exceed each bound, and at the end all of them.
    package var cumulative: [UInt64] {
        guard !counts.isEmpty else { return Array(repeating: 0, count: scale.bounds.count + 1) }
        var below: UInt64 = 0
        return counts.map { count in
            below &+= count
            return below
        }
    }

    package mutating func record(_ nanoseconds: Int64) {
        let bounds = scale.bounds
        if counts.isEmpty { counts = Array(repeating: 0, count: bounds.count + 1) }
        counts[bounds.firstIndex { nanoseconds <= $0 } ?? bounds.count] &+= 1
        add(toSum: nanoseconds)
    }

    /// Adds what another of the same scale has counted.
    package mutating func add(_ other: Histogram) {
        guard !other.counts.isEmpty, other.scale == scale else { return }
        if counts.isEmpty {
            counts = other.counts
        } else {
            for position in counts.indices { counts[position] &+= other.counts[position] }
        }
        add(toSum: other.sum)
    }

    /// Moves everything counted into another of the same scale.
    package mutating func drain(into other: inout Histogram) {
        guard !counts.isEmpty else { return }
        other.add(self)
        self = Histogram(scale)
    }

    package static func + (left: Histogram, right: Histogram) -> Histogram {
        var sum = left
        sum.add(right)
        return sum
    }

    private mutating func add(toSum nanoseconds: Int64) {
        let (total, overflow) = sum.addingReportingOverflow(nanoseconds)
        sum = overflow ? (nanoseconds < 0 ? .min : .max) : total
    }
}
