// SPDX-License-Identifier: Apache-2.0

/// What the rules that fired do to one unit, in the order of the rules.
package struct Plan: Equatable, Sendable {
    package private(set) var firings: [Firing]
    /// The `stale` rules that want to remember the answer.
    package var learners: [Learner] = []

    package static let pass = Plan(firings: [])

    package init(firings: [Firing]) { self.firings = firings }

    package var isPass: Bool { firings.isEmpty }

    package mutating func append(_ firing: Firing) { firings.append(firing) }

    /// A rule that remembers good answers, for the time when it answers from them.
    package struct Learner: Equatable, Sendable {
        package let rule: String

        package init(rule: String) { self.rule = rule }
    }
}

/// What is to happen to an exchange, as far as its request can tell.
package struct Decision: Sendable {
    package var plan: Plan
    /// Rules that wait for the answer; `nil`: none.
    package var pending: PendingRules?
    /// Nothing was decided: a rule has to see the request's content first.
    package var needsContent = false
}

/// Rules whose keys about the request hold, and that have to see the answer.
package struct PendingRules: Sendable {
    let set: RuleSet
    var rules: [Rule]

    struct Rule: Sendable {
        let position: Int32
        /// Whose counters are meant, as the request told.
        let scope: TallyScope
    }
}

/// One fault of one rule that fired.
///
/// A class, because plans, lanes and gates hand it on.
package final class Firing: Sendable {
    package let rule: String
    /// The rule alone, in a row that all its firings share.
    package let rules: [String]
    /// The serial of the rule's time in force; see ``ActiveRule``.
    package let serial: UInt64
    package let fault: Fault
    package let kind: Fault.Kinds
    /// The fault's position in the rule's `then`, from 0.
    package let position: Int
    package let draw: Draw
    /// What was drawn against the rule's probability; `nil` when it was certain.
    package let toss: Double?
    /// Counts the unit as active for as long as the firing is kept.
    ///
    /// `nil` where the rule is only at work and did not fire: a quota that is not used up.
    package let hold: FiringHold?
    /// Of a `rate-limit`.
    package let quota: Quota?
    /// Of a `bandwidth` that connections share.
    package let bucket: (any SharedBucket)?

    package init(
        rule: String,
        serial: UInt64,
        fault: Fault,
        kind: Fault.Kinds? = nil,
        rules: [String]? = nil,
        position: Int,
        draw: Draw,
        toss: Double?,
        hold: FiringHold? = nil,
        quota: Quota? = nil,
        bucket: (any SharedBucket)? = nil
    ) {
        self.rule = rule
        self.serial = serial
        self.fault = fault
        self.kind = kind ?? fault.kind
        self.rules = rules ?? [rule]
        self.position = position
        self.draw = draw
        self.toss = toss
        self.hold = hold
        self.quota = quota
        self.bucket = bucket
    }

    /// The time that a `delay` asks for, for a chunk or, in an exchange, for chunk 0.
    package func delay(chunk: UInt64) -> Duration? {
        guard kind == .delay, case .delay(let delay) = fault else { return nil }
        if case .fixed(let duration) = delay.distribution, delay.max == nil { return duration }
        return delay.value(at: fraction(chunk))
    }

    /// The value drawn for this fault of the ordinal, in `0..<1`.
    package func fraction(_ ordinal: UInt64) -> Double {
        draw.fraction(.fault(position: position, chunk: ordinal))
    }
}

extension Firing: Equatable {
    /// Whether the same was drawn for the same fault; whose counters hold it does not count.
    package static func == (left: Firing, right: Firing) -> Bool {
        left.serial == right.serial && left.position == right.position && left.draw == right.draw
            && left.fault == right.fault && left.rule == right.rule && left.toss == right.toss
            && left.quota == right.quota
    }
}
