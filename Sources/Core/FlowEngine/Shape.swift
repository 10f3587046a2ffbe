// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// What the faults in force ask of one direction.
///
/// Of several rates of its own a lane keeps to the slowest. A rate that is shared with other
/// connections is one of the ``counted`` faults and applies beside it: bytes leave when both allow.
package struct Shape: Equatable, Sendable {
    /// Of every chunk alike, in nanoseconds.
    package var delay: Int64 = 0
    /// Delays whose value is drawn chunk by chunk.
    package var chunkDelays: [Firing] = []
    /// The slowest of the rates; `nil`: as fast as it comes.
    package var rate: ByteRate?
    package var burst: ByteCount = .zero
    /// Nothing leaves.
    package var isHeld = false
    /// Nothing leaves after this many bytes since the connection began.
    package var cutAt: UInt64?
    /// How long an orderly end waits behind the last byte, in nanoseconds.
    package var endDelay: Int64 = 0
    /// Faults that keep count of what leaves, in the order in which they are asked.
    package var counted: [CountedFault] = []

    package static let open = Shape()

    package init() {}

    /// Whether every byte leaves as it comes.
    var passesBytes: Bool {
        delay == 0 && rate == nil && !isHeld && cutAt == nil && counted.isEmpty
            && chunkDelays.isEmpty
    }

    /// Whether it asks for nothing.
    var isOpen: Bool { passesBytes && endDelay == 0 && burst.bytes == 0 }

    /// Adds up to the far end of time and not beyond it.
    mutating func add(delay nanoseconds: Int64) { delay = Self.sum(delay, nanoseconds) }

    /// For bytes that have been held before they were made.
    package mutating func removeDelays() {
        delay = 0
        chunkDelays = []
    }

    /// How long the chunk of this ordinal is held, in nanoseconds.
    func delay(ofChunk chunk: UInt64) -> Int64 {
        var total = delay
        for firing in chunkDelays {
            total = Self.sum(total, firing.delay(chunk: chunk)?.nanoseconds ?? 0)
        }
        return total
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }

    /// The faults that ask something of a direction.
    static var faults: Fault.Kinds {
        .delay | .bandwidth | .close | .hang | .slowClose | .slice | .stall | .corrupt | .loss
    }

    /// Takes on what one fault asks of the direction.
    mutating func add(
        _ fault: AppliedFault,
        in direction: Direction,
        perChunk: Bool,
        origin: UInt64
    ) {
        switch fault.firing.fault {
        case .delay(let delay) where !delay.atConnect && delay.toward.includes(direction):
            if perChunk || delay.perChunk {
                chunkDelays.append(fault.firing)
            } else {
                add(delay: fault.firing.delay(chunk: 0)?.nanoseconds ?? 0)
            }
        case .bandwidth(let bandwidth) where bandwidth.toward.includes(direction):
            if fault.firing.bucket != nil { return count(fault, in: direction, origin) }
            if let rate, rate < bandwidth.rate { return }
            rate = bandwidth.rate
            burst = bandwidth.burst
        case .close(let close) where close.toward.includes(direction):
            guard case .bytes(let count) = close.after else { return }
            let end = fault.passed(direction) + UInt64(count.bytes)
            cutAt = min(cutAt ?? end, end)
        case .hang where perChunk: isHeld = true
        case .slowClose(let slowClose) where slowClose.toward.includes(direction):
            endDelay = Self.sum(endDelay, slowClose.delay.nanoseconds)
        case .slice(let slice) where slice.toward.includes(direction):
            count(fault, in: direction, origin)
        case .stall(let stall) where stall.toward.includes(direction):
            count(fault, in: direction, origin)
        case .corrupt(let corrupt) where corrupt.toward.includes(direction):
            count(fault, in: direction, origin)
        case .loss(let loss) where loss.toward.includes(direction):
            count(fault, in: direction, origin)
        default: return
        }
    }

    private mutating func count(
        _ fault: AppliedFault,
        in direction: Direction,
        _ origin: UInt64
    ) {
        let counted = CountedFault(
            fault.firing,
            origin: origin,
            start: fault.passed(direction),
            since: fault.since
        )
        let place = self.counted.firstIndex { $0.rank > counted.rank } ?? self.counted.endIndex
        self.counted.insert(counted, at: place)
    }
}

/// A fault at work on a unit, with the place in time and in the bytes from which it counts.
struct AppliedFault: Equatable, Sendable {
    let firing: Firing
    let since: Moment
    /// Bytes that had passed in each direction.
    let passedToServer: UInt64
    let passedToClient: UInt64

    func passed(_ direction: Direction) -> UInt64 {
        direction == .clientToServer ? passedToServer : passedToClient
    }
}

/// Everything that the fired rules do to one unit: an exchange, or a stream.
struct AppliedPlan: Equatable, Sendable {
    private(set) var faults: [AppliedFault] = []
    /// Those of the faults.
    private(set) var kinds = Fault.Kinds.none
    /// Bytes that had passed in each direction when the stream began.
    var originToServer: UInt64 = 0
    var originToClient: UInt64 = 0

    /// The counters of rules whose budget the unit's bytes count against.
    private(set) var budgets: [any Tally] = []

    static let pass = AppliedPlan()

    private func origin(_ direction: Direction) -> UInt64 {
        direction == .clientToServer ? originToServer : originToClient
    }

    var isPass: Bool { faults.isEmpty }

    func spend(_ bytes: UInt64) {
        guard !budgets.isEmpty else { return }
        for tally in budgets { tally.spend(bytes: bytes) }
    }

    mutating func add(_ plan: Plan, since: Moment, toServer: UInt64, toClient: UInt64) {
        for firing in plan.firings {
            kinds = kinds | firing.kind
            faults.append(
                AppliedFault(
                    firing: firing,
                    since: since,
                    passedToServer: toServer,
                    passedToClient: toClient
                )
            )
        }
        if plan.firings.contains(where: { $0.hold?.countsBytes == true }) { collectBudgets() }
    }

    private mutating func collectBudgets() {
        budgets.removeAll()
        var last: FiringHold?
        for case let hold? in faults.map(\.firing.hold) where hold.countsBytes && hold !== last {
            budgets.append(hold.tally)
            last = hold
        }
    }

    static func == (left: AppliedPlan, right: AppliedPlan) -> Bool { left.faults == right.faults }

    /// Keeps only what delays an end.
    mutating func keepSlowCloses() {
        guard kinds.has(.slowClose) else { return self = .pass }
        faults.removeAll { $0.firing.kind != .slowClose }
        kinds = .slowClose
        collectBudgets()
    }

    /// Drops the faults of rules that are no longer in force; says whether there were any.
    mutating func keep(in rules: RuleSet) -> Bool {
        guard !faults.isEmpty else { return false }
        let count = faults.count
        faults.removeAll { !rules.isInForce($0.firing.serial) }
        kinds = faults.reduce(.none) { $0 | $1.firing.kind }
        collectBudgets()
        return faults.count != count
    }

    /// The names of the rules, each once, in order.
    var rules: [String] {
        if faults.count == 1 { return faults[0].firing.hold == nil ? [] : faults[0].firing.rules }
        return faults.reduce(into: []) { names, fault in
            guard fault.firing.hold != nil else { return }
            if names.last != fault.firing.rule { names.append(fault.firing.rule) }
        }
    }

    /// What the plan asks of one direction.
    ///
    /// - Parameter perChunk: whether delays are drawn for each chunk (a stream) or once (an
    ///   exchange, whose every byte is shifted alike).
    func shape(_ direction: Direction, perChunk: Bool) -> Shape {
        var shape = Shape.open
        guard kinds.has(Shape.faults) else { return shape }
        for fault in faults {
            let origin = perChunk ? origin(direction) : fault.passed(direction)
            shape.add(fault, in: direction, perChunk: perChunk, origin: origin)
        }
        return shape
    }

    /// What is left of the plan when its exchange is over: how an end of the connection is passed on.
    func restShape(_ direction: Direction) -> Shape {
        var shape = Shape.open
        shape.endDelay = self.shape(direction, perChunk: false).endDelay
        return shape
    }

    /// How the connection ends where a `close` of this plan cuts it.
    var cutEnding: Close.How {
        guard kinds.has(.close) else { return .fin }
        for fault in faults {
            if case .close(let close) = fault.firing.fault { return close.how }
        }
        return .fin
    }

    /// When a `close` after a time, or a `hang` for a time, ends the connection, and how.
    var timedEnd: (at: Moment, how: Close.How)? {
        guard kinds.has(.close | .hang) else { return nil }
        var earliest: (at: Moment, how: Close.How)?
        for fault in faults {
            let end: (at: Moment, how: Close.How)
            switch fault.firing.fault {
            case .close(let close):
                guard case .time(let time) = close.after else { continue }
                end = (fault.since + time, close.how)
            case .hang(let hang):
                guard let duration = hang.duration else { continue }
                end = (fault.since + duration, .fin)
            default: continue
            }
            if let known = earliest, known.at <= end.at { continue }
            earliest = end
        }
        return earliest
    }

    /// How long the dial of the upstream is held.
    var connectDelay: Duration {
        guard kinds.has(.delay) else { return .zero }
        return faults.reduce(.zero) { total, fault in
            guard case .delay(let delay) = fault.firing.fault, delay.atConnect else { return total }
            return total + (fault.firing.delay(chunk: 0) ?? .zero)
        }
    }

    /// All the time that an answer in place of the upstream's is held.
    var totalDelay: Duration {
        guard kinds.has(.delay) else { return .zero }
        return faults.reduce(.zero) { total, fault in
            guard case .delay(let delay) = fault.firing.fault, !delay.atConnect else {
                return total
            }
            return total + (fault.firing.delay(chunk: 0) ?? .zero)
        }
    }
}
