// SPDX-License-Identifier: Apache-2.0

/// What the rules that fired do to one unit, in the order of the rules.
package struct Plan: Equatable, Sendable {
    package private(set) var firings: [Firing]

    package static let pass = Plan(firings: [])

    package init(firings: [Firing]) { self.firings = firings }

    package var isPass: Bool { firings.isEmpty }

    package mutating func append(_ firing: Firing) { firings.append(firing) }

    /// Drops what rules did that are no longer in force; says whether that was anything.
    package mutating func keep(_ isInForce: (UInt64) -> Bool) -> Bool {
        let count = firings.count
        firings.removeAll { !isInForce($0.serial) }
        return firings.count != count
    }
}

/// One fault of one rule that fired.
package struct Firing: Equatable, Sendable {
    package let rule: String
    /// The serial of the rule's time in force; see ``ActiveRule``.
    package let serial: UInt64
    package let fault: Fault
    /// The fault's position in the rule's `then`, from 0.
    package let position: Int
    package let draw: Draw
    /// What was drawn against the rule's probability; `nil` when it was certain.
    package let toss: Double?

    package init(
        rule: String,
        serial: UInt64,
        fault: Fault,
        position: Int,
        draw: Draw,
        toss: Double?
    ) {
        self.rule = rule
        self.serial = serial
        self.fault = fault
        self.position = position
        self.draw = draw
        self.toss = toss
    }

    /// The time that a `delay` asks for, for a chunk or, in an exchange, for chunk 0.
    package func delay(chunk: UInt64) -> Duration? {
        guard case .delay(let delay) = fault else { return nil }
        if case .fixed(let duration) = delay.distribution, delay.max == nil { return duration }
        return delay.value(
            at: draw.fraction(.fault(position: position, chunk: chunk))
        )
    }
}
