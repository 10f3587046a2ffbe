// SPDX-License-Identifier: Apache-2.0

/// The places of a unit at which something happens that has the same chance everywhere, in order.
///
/// Gaps between places are drawn, not places, so that a rare event costs little. The places are
/// drawn block by block, and so depend on nothing but the draw: not on where one starts to look, nor
/// on how much is looked at in one go. Looking costs one draw for each place and for each block.
package struct Occurrences: Equatable, Sendable {
    private let firing: Firing
    private let rate: Double
    /// The natural logarithm of 1 - `rate`.
    private let logOfMiss: Double
    private let start: UInt64
    private var block: UInt64
    /// Draws in the block under way.
    private var draws: UInt64 = 0
    /// Every place before this one has been looked at.
    private var cursor: UInt64
    private var found: UInt64?

    /// Places in a block; fits `draws` into the low bits of a draw's ordinal.
    package static let blockLength: UInt64 = 16_384
    private static let bitsOfDraws: UInt64 = 16

    /// - Parameters:
    ///   - rate: The chance of each place.
    ///   - start: The first place that counts.
    package init(rate: Probability, from start: UInt64, drawnBy firing: Firing) {
        self.firing = firing
        self.rate = rate.value
        self.start = start
        logOfMiss = rate.value < 1 ? Real.log(1 - rate.value) : 0
        block = start / Self.blockLength
        cursor = block * Self.blockLength
    }

    /// The next place, when it lies before `end`.
    package mutating func next(before end: UInt64) -> UInt64? {
        guard rate > 0 else { return nil }
        while true {
            if let found {
                if found >= start { return found < end ? found : nil }
                goOn()
            }
            guard cursor < end else { return nil }
            look()
        }
    }

    /// Leaves the place that was found.
    package mutating func goOn() { found = nil }

    /// A number in `0..<1` drawn for the place that was found.
    package var fraction: Double { firing.fraction(ordinal + 1) }

    /// Of the last draw for a gap; the next number is for the place at its end.
    private var ordinal: UInt64 { block << Self.bitsOfDraws | (max(draws, 1) - 1) * 2 }

    private mutating func look() {
        let end = (block + 1) * Self.blockLength
        guard cursor < end else { return enterNextBlock(at: end) }
        draws += 1
        // A rate below what 1 - rate can tell from 1 has its places beyond any stream.
        guard rate == 1 || logOfMiss < 0 else { return enterNextBlock(at: end) }
        let gap = rate < 1 ? Real.log(1 - firing.fraction(ordinal)) / logOfMiss : 0
        guard gap < Double(end - cursor) else { return enterNextBlock(at: end) }
        found = cursor + UInt64(gap)
        cursor += UInt64(gap) + 1
    }

    private mutating func enterNextBlock(at end: UInt64) {
        block += 1
        draws = 0
        cursor = end
    }
}
