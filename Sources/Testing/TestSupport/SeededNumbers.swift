// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Numbers that look random and are the same in every run with the same seed (SplitMix64).
package struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// True once in `count` times.
    package mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// The seeds of a property: one that `CHAOS_SEED` names, to replay it, else the first `count`,
    /// or as many as `CHAOS_SEEDS` says.
    package static func seeds(_ count: UInt64) -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        if let text = environment["CHAOS_SEED"], let seed = UInt64(text) { return [seed] }
        return Array(1...max(1, environment["CHAOS_SEEDS"].flatMap { UInt64($0) } ?? count))
    }
}
