// SPDX-License-Identifier: Apache-2.0

/// Why one rule does something to one unit, or does nothing.
package struct Explanation: Sendable {
    package let rule: String
    package let verdict: Verdict
    /// Every key of its `when`, in the order in which they are decided.
    package let checks: [KeyCheck]
    /// What keeps it back although it matches.
    package let limits: [Holdback]
    /// What is drawn against its probability; `nil` when it is certain or cannot be drawn.
    package let toss: Double?
    /// What it would do, in order, up to the fault that settles the end.
    package let faults: [DrawnFault]

    package struct DrawnFault: Hashable, Sendable {
        package let fault: String
        /// What a delay draws; `nil` for other faults, and where it cannot be drawn.
        package let delay: Duration?
    }

    package enum Verdict: String, Sendable {
        case fires
        /// It matches; what is drawn or counted is not known.
        case mayFire = "may-fire"
        /// It matches, and its limit keeps it back.
        case heldBack = "held-back"
        /// It matches, but a rule in front of it settles the end.
        case notReached = "not-reached"
        case notMatched = "not-matched"
        /// Nothing fails, but a key asks for what is not known.
        case notKnown = "not-known"
        /// It is not in force; its keys are answered all the same.
        case off
    }

    /// The key that keeps it from matching: the first that fails.
    package var missed: KeyCheck? { checks.first { $0.answer == .fails } }

    /// The first key that could not be answered.
    package var open: KeyCheck? { checks.first { $0.answer == .unknown } }

    /// How far it is from matching; 0 when it matches.
    package var distance: Double {
        checks.filter { $0.answer == .fails }.reduce(0) { $0 + 1 - $1.nearness }
    }
}

/// A rule that is loaded, in force or not, with its counters: what an explanation is made of.
package struct RuleStanding: Sendable {
    package let rule: Rule
    package let isInForce: Bool
    package let tally: any Tally
    /// For how long it has been in force, on which a ramp depends.
    package let age: Duration

    package init(rule: Rule, isInForce: Bool, tally: any Tally, age: Duration = .zero) {
        self.rule = rule
        self.isInForce = isInForce
        self.tally = tally
        self.age = age
    }

    /// Explains this rule alone, as if no other stood in front of it.
    ///
    /// Counts nothing and claims nothing: asking changes no answer.
    package func explanation(in situation: Situation, seed: UInt64) -> Explanation {
        let checks = rule.when.checks(in: situation, seed: seed)
        let draw = situation.draw(seed: seed, rule: rule.id)
        let toss = rule.limit.isTossed ? draw?.fraction(.toss) : nil
        let limits =
            rule.limit.holdbacks(tally, toss: toss, age: age, in: situation) + rule.memories
        return Explanation(
            rule: rule.id,
            verdict: verdict(checks, limits, in: situation),
            checks: checks,
            limits: limits,
            toss: toss,
            faults: rule.drawnFaults(draw)
        )
    }

    private func verdict(
        _ checks: [KeyCheck],
        _ limits: [Holdback],
        in situation: Situation
    ) -> Explanation.Verdict {
        if !isInForce { return .off }
        if checks.contains(where: { $0.answer == .fails }) { return .notMatched }
        if situation.request == nil, rule.then.contains(where: \.needsExchange) {
            return .notMatched
        }
        if checks.contains(where: { $0.answer == .unknown }) { return .notKnown }
        if limits.contains(where: \.isCertain) { return .heldBack }
        return limits.isEmpty ? .fires : .mayFire
    }
}

extension [RuleStanding] {
    /// Explains every rule in order, and which of them are not reached.
    package func explanations(in situation: Situation, seed: UInt64) -> [Explanation] {
        var isSettled = false
        return map { standing in
            let alone = standing.explanation(in: situation, seed: seed)
            if isSettled, [.fires, .mayFire, .heldBack].contains(alone.verdict) {
                return alone.with(.notReached)
            }
            if alone.verdict == .fires, standing.rule.settles { isSettled = true }
            return alone
        }
    }
}

extension Explanation {
    fileprivate func with(_ verdict: Verdict) -> Explanation {
        Explanation(
            rule: rule,
            verdict: verdict,
            checks: checks,
            limits: limits,
            toss: toss,
            faults: faults
        )
    }
}

extension Rule {
    /// Whether no rule behind this one is read once it fires.
    fileprivate var settles: Bool { endsReading || then.contains(where: \.isFinal) }

    /// What its faults remember of other requests, which decides whether they act.
    fileprivate var memories: [Holdback] {
        then.compactMap { fault in
            switch fault {
            case .rateLimit(let limit):
                Holdback("rate-limit", isCertain: false, "\(limit.quota) requests pass first")
            case .stale:
                Holdback("stale", isCertain: false, "a good answer has to be remembered")
            default: nil
            }
        }
    }

    fileprivate func drawnFaults(_ draw: Draw?) -> [Explanation.DrawnFault] {
        var faults: [Explanation.DrawnFault] = []
        for (position, fault) in then.enumerated() {
            let delay = draw.flatMap {
                Firing(rule: id, serial: 0, fault: fault, position: position, draw: $0, toss: nil)
                    .delay(chunk: 0)
            }
            faults.append(Explanation.DrawnFault(fault: fault.word, delay: delay))
            if fault.isFinal { break }
        }
        return faults
    }
}

extension Situation {
    /// A draw needs a place: a request that was only thought of has none.
    fileprivate func draw(seed: UInt64, rule: String) -> Draw? {
        guard let connection, let unit else { return nil }
        let stream = Draw.Stream(seed: seed, proxy: proxy, rule: rule)
        return Draw(stream: stream, connection: connection, unit: unit)
    }
}
