// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A fault that keeps count of what leaves its lane, with the places from which it counts.
package struct CountedFault: Equatable, Sendable {
    let firing: Firing
    /// Bytes of the lane that had passed when the unit began: what is drawn is drawn by the place in
    /// the unit.
    let origin: UInt64
    /// Bytes of the lane that had passed when the fault began.
    let start: UInt64
    let since: Moment

    package init(_ firing: Firing, origin: UInt64, start: UInt64, since: Moment) {
        self.firing = firing
        self.origin = origin
        self.start = start
        self.since = since
    }

    /// The order in which gates are asked: what waits comes before what uses something up.
    var rank: Int {
        switch firing.fault {
        case .stall: 0
        case .loss: 1
        case .slice: 2
        case .corrupt: 3
        default: 4
        }
    }
}

/// What a ``CountedFault`` lets leave, and where it has come to.
///
/// A gate is asked before bytes leave, told how many did, and told when the write is made of which
/// they are a part. It lives as long as its fault is in the lane's shape.
enum Gate: Equatable, Sendable {
    case stall(StallGate)
    case loss(LossGate)
    case slice(SliceGate)
    case corrupt(CorruptGate)
    case shared(SharedRateGate)

    /// - Parameter passed: bytes of the lane that have passed now.
    init?(_ fault: CountedFault, passed: UInt64) {
        switch fault.firing.fault {
        case .stall(let stall): self = .stall(StallGate(fault, stall, passed: passed))
        case .loss(let loss): self = .loss(LossGate(fault, loss))
        case .slice(let slice): self = .slice(SliceGate(fault, slice))
        case .corrupt(let corrupt): self = .corrupt(CorruptGate(fault, corrupt))
        case .bandwidth(let bandwidth): self = .shared(SharedRateGate(fault, bandwidth))
        default: return nil
        }
    }

    var fault: CountedFault {
        switch self {
        case .stall(let gate): gate.fault
        case .loss(let gate): gate.fault
        case .slice(let gate): gate.fault
        case .corrupt(let gate): gate.fault
        case .shared(let gate): gate.fault
        }
    }

    /// How many of `count` bytes may leave now.
    ///
    /// - Parameters:
    ///   - passed: bytes of the lane that have left.
    ///   - again: when to ask again, where the answer is none.
    mutating func permits(
        _ count: Int,
        behind passed: UInt64,
        at now: Moment,
        orAt again: inout Moment?
    ) -> Int {
        switch self {
        case .stall(let gate):
            return gate.permits(count, behind: passed, at: now, orAt: &again)
        case .loss(var gate):
            defer { self = .loss(gate) }
            return gate.permits(count, behind: passed, at: now, orAt: &again)
        case .slice(var gate):
            defer { self = .slice(gate) }
            return gate.permits(count, at: now, orAt: &again)
        case .corrupt(let gate):
            return gate.permits(count, at: now, orAt: &again)
        case .shared(var gate):
            defer { self = .shared(gate) }
            return gate.permits(count, at: now, orAt: &again)
        }
    }

    /// `count` bytes leave now.
    mutating func left(_ count: Int, behind passed: UInt64, at now: Moment) {
        switch self {
        case .stall(var gate):
            gate.left(count, behind: passed, at: now)
            self = .stall(gate)
        case .slice(var gate):
            gate.left(count, at: now)
            self = .slice(gate)
        case .shared(var gate):
            gate.left(count)
            self = .shared(gate)
        case .loss, .corrupt: return
        }
    }

    /// Nothing more leaves at this moment.
    mutating func ended(at now: Moment) {
        switch self {
        case .slice(var gate):
            gate.ended(at: now)
            self = .slice(gate)
        case .corrupt(var gate):
            gate.ended()
            self = .corrupt(gate)
        case .stall, .loss, .shared: return
        }
    }

    /// Whether the end of the source has to wait too.
    ///
    /// - Parameter again: until when; untouched where nobody knows.
    func holdsEnd(at now: Moment, until again: inout Moment?) -> Bool {
        guard case .stall(let gate) = self else { return false }
        return gate.holdsEnd(at: now, until: &again)
    }
}
