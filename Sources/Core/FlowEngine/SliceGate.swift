// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Makes writes of a size drawn for each, spaced in time; less where less has arrived.
struct SliceGate: Equatable, Sendable {
    let fault: CountedFault
    private let slice: Slice
    /// The ordinal of the next write, from 0.
    private var write: UInt64 = 0
    /// What the write under way still takes; `nil`: its size has not been drawn.
    private var room: Int?
    private var hasBegun = false
    private var nextAt = Moment(nanoseconds: .min)

    init(_ fault: CountedFault, _ slice: Slice) {
        self.fault = fault
        self.slice = slice
    }

    mutating func permits(_ count: Int, at now: Moment, orAt again: inout Moment?) -> Int {
        guard nextAt <= now else {
            again = nextAt
            return 0
        }
        let room = room ?? drawn
        self.room = room
        return min(count, room)
    }

    mutating func left(_ count: Int, at now: Moment) {
        hasBegun = true
        let rest = (room ?? count) - count
        room = rest
        if rest <= 0 { ended(at: now) }
    }

    mutating func ended(at now: Moment) {
        guard hasBegun else { return }
        hasBegun = false
        room = nil
        write += 1
        nextAt = now + slice.every
    }

    private var drawn: Int {
        let (lower, upper) = (slice.size.lowerBound, slice.size.upperBound)
        guard lower < upper else { return max(lower, 1) }
        let width = Double(upper) - Double(lower) + 1
        let size = Double(lower) + (width * fault.firing.fraction(write)).rounded(.down)
        return max(min(Int(min(size, 1e15)), upper), 1)
    }
}
