// SPDX-License-Identifier: Apache-2.0

/// A number of bytes: 0 or more.
package struct ByteCount: Hashable, Comparable, Sendable {
    package let bytes: Int

    /// - Throws: ``Negative`` when `bytes` is below zero.
    package init(_ bytes: Int) throws(Negative) {
        guard bytes >= 0 else { throw Negative() }
        self.bytes = bytes
    }

    private init(known bytes: Int) { self.bytes = bytes }

    /// `count` times 1,024 bytes.
    package static func kibibytes(_ count: UInt16) -> ByteCount { .init(known: Int(count) << 10) }

    /// `count` times 1,048,576 bytes.
    package static func mebibytes(_ count: UInt16) -> ByteCount { .init(known: Int(count) << 20) }

    package static let zero = ByteCount(known: 0)

    package static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    package struct Negative: Error, Equatable {}
}

/// How fast bytes may pass, in bytes per second; 0 is a stall.
package struct ByteRate: Hashable, Comparable, Sendable {
    package let bytesPerSecond: Double

    /// - Throws: ``OutOfRange`` unless the value is finite and 0 or more.
    package init(bytesPerSecond: Double) throws(OutOfRange) {
        guard bytesPerSecond.isFinite, bytesPerSecond >= 0 else { throw OutOfRange() }
        self.bytesPerSecond = bytesPerSecond
    }

    package var isStalled: Bool { bytesPerSecond == 0 }

    package static func < (left: ByteRate, right: ByteRate) -> Bool {
        left.bytesPerSecond < right.bytesPerSecond
    }

    package struct OutOfRange: Error, Equatable {}
}

/// The chance that a rule fires on something it matches, from 0 (never) to 1 (always).
package struct Probability: Hashable, Sendable {
    package let value: Double

    /// - Throws: ``OutOfRange`` unless `value` lies in `0...1`; NaN does not.
    package init(_ value: Double) throws(OutOfRange) {
        guard (0...1).contains(value) else { throw OutOfRange(value: value) }
        self.value = value
    }

    private init(known value: Double) { self.value = value }

    package static let never = Probability(known: 0)
    package static let always = Probability(known: 1)

    /// A part of the way to another probability, from 0 (this) to 1 (the other).
    func moved(toward other: Probability, by progress: Double) -> Probability {
        Probability(known: value + (other.value - value) * min(max(progress, 0), 1))
    }

    package struct OutOfRange: Error, Equatable { package let value: Double }
}

extension Duration {
    /// The whole nanoseconds of this duration, held within what 64 bits can say (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, spill) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !spill else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// This duration in seconds, for arithmetic with rates.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}
