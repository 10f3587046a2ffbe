// SPDX-License-Identifier: Apache-2.0
package import FaultModel
import Synchronization

/// A token bucket for many connections: one number, the time at which it will be empty again.
package final class TokenBucket: SharedBucket {
    private let free = Atomic<Int64>(.min)

    package init() {}

    /// Bytes leave when all that was reserved before them is paid for, less what the burst lends.
    ///
    /// A stalled rate reserves nothing: its bytes leave never (`Int64.max`).
    package func reserve(
        bytes: Int,
        rate: ByteRate,
        burst: ByteCount,
        at now: Int64
    ) -> Int64 {
        guard !rate.isStalled else { return .max }
        let cost = Self.time(of: bytes, at: rate)
        let credit = Self.time(of: burst.bytes, at: rate)
        var known = free.load(ordering: .relaxed)
        while true {
            let start = max(known, now)
            let (next, overflow) = start.addingReportingOverflow(cost)
            let (exchanged, original) = free.weakCompareExchange(
                expected: known,
                desired: overflow ? .max : next,
                ordering: .relaxed
            )
            if exchanged { return max(now, start - credit) }
            known = original
        }
    }

    /// In nanoseconds; bounded by the time that can be told.
    private static func time(of bytes: Int, at rate: ByteRate) -> Int64 {
        let time = Double(max(0, bytes)) / rate.bytesPerSecond * 1e9
        return Int64(min(time.rounded(), 9e18))
    }
}
