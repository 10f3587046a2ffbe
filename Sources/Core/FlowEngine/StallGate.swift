// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Lets some bytes pass, then nothing for a time, then everything.
struct StallGate: Equatable, Sendable {
    let fault: CountedFault
    private let duration: Duration?
    /// Bytes of the lane that pass before.
    private let point: UInt64
    /// When the last byte before the stall left; `nil`: not yet.
    private var began: Moment?

    init(_ fault: CountedFault, _ stall: Stall, passed: UInt64) {
        self.fault = fault
        duration = stall.duration
        point = fault.start + UInt64(stall.after.bytes)
        began = passed >= point ? fault.since : nil
    }

    func permits(
        _ count: Int,
        behind passed: UInt64,
        at now: Moment,
        orAt again: inout Moment?
    ) -> Int {
        if passed < point { return Int(min(UInt64(count), point - passed)) }
        return holdsEnd(at: now, until: &again) ? 0 : count
    }

    mutating func left(_ count: Int, behind passed: UInt64, at now: Moment) {
        if began == nil, passed + UInt64(count) >= point { began = now }
    }

    func holdsEnd(at now: Moment, until again: inout Moment?) -> Bool {
        guard let began else { return false }
        guard let duration else { return true }
        let end = began + duration
        guard end > now else { return false }
        again = end
        return true
    }
}
