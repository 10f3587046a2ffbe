// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Holds each segment that is lost until its sender would have sent it again, and all behind it.
///
/// Which segments are lost, and how often, is drawn by their place in the unit; a segment under way
/// when the fault began is left alone. The time counts from when the segment could have left.
struct LossGate: Equatable, Sendable {
    let fault: CountedFault
    private let rate: Double
    private let timeout: Int64
    private var losses: Occurrences
    private var blockedUntil: Moment?

    init(_ fault: CountedFault, _ loss: Loss) {
        self.fault = fault
        rate = loss.rate.value
        timeout = loss.timeout.nanoseconds
        let size = UInt64(Loss.segmentSize)
        let begun = fault.start - min(fault.origin, fault.start)
        losses = Occurrences(
            rate: loss.rate,
            from: (begun + size - 1) / size,
            drawnBy: fault.firing
        )
    }

    mutating func permits(
        _ count: Int,
        behind passed: UInt64,
        at now: Moment,
        orAt again: inout Moment?
    ) -> Int {
        let size = UInt64(Loss.segmentSize)
        let place = passed - min(fault.origin, passed)
        let end = (place + UInt64(count) + size - 1) / size
        while let lost = losses.next(before: end) {
            if lost * size > place { return Int(min(UInt64(count), lost * size - place)) }
            let until = blockedUntil ?? now.advanced(by: penalty)
            guard until <= now else {
                blockedUntil = until
                again = until
                return 0
            }
            blockedUntil = nil
            losses.goOn()
        }
        return count
    }

    /// One timeout for the first loss, twice that for the second, and so on, in nanoseconds.
    private var penalty: Int64 {
        let repeats =
            rate < 1 ? Draw.run(of: rate, at: losses.fraction) : Loss.maximumRepeats
        let times = min(1 + repeats, Loss.maximumRepeats)
        let (product, overflow) = timeout.multipliedReportingOverflow(by: 1 << times - 1)
        return overflow ? .max : product
    }
}
