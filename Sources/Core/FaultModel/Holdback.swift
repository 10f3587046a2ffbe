// SPDX-License-Identifier: Apache-2.0

/// One key of a rule's `limit` that keeps a match from firing, or may.
package struct Holdback: Hashable, Sendable {
    /// A key of `limit`, or the word of a fault that remembers: `rate-limit`, `stale`.
    package let key: String
    /// Whether it surely keeps back; else it depends on what is not known.
    package let isCertain: Bool
    /// A sentence without its full stop.
    package let reason: String

    package init(_ key: String, isCertain: Bool, _ reason: String) {
        self.key = key
        self.isCertain = isCertain
        self.reason = reason
    }
}

extension Limit {
    /// Whether a match is drawn against a probability.
    var isTossed: Bool { probability != .always || ramp != nil }

    /// What would keep the next match back, in the order in which it is asked.
    ///
    /// - Parameters:
    ///   - tally: only looked at.
    ///   - toss: what is drawn for the unit; `nil` when it cannot be drawn.
    ///   - age: for how long the rule has been in force.
    func holdbacks(
        _ tally: any Tally,
        toss: Double?,
        age: Duration,
        in situation: Situation
    ) -> [Holdback] {
        var holdbacks = counted(tally, situation)
        if isTossed { holdbacks += tossed(toss, against: probability(after: age)) }
        if let spent = tally.exhausted {
            let reason = "its \(spent.rawValue) are used up"
            holdbacks.append(Holdback("budget", isCertain: true, reason))
        }
        if let concurrent, tally.active >= concurrent {
            holdbacks.append(
                Holdback("concurrent", isCertain: true, "\(tally.active) are active already")
            )
        }
        return holdbacks
    }

    private func counted(_ tally: any Tally, _ situation: Situation) -> [Holdback] {
        guard skip > 0 || every > 1 || times != nil else { return [] }
        guard let counts = situation.scope(scope).flatMap({ tally.counts(in: $0) }) else {
            let key = times != nil ? "times" : skip > 0 ? "skip" : "every"
            return [Holdback(key, isCertain: false, "\(scopeText), which is not known here")]
        }
        let next = counts.matches + 1
        if next <= skip {
            let reason = "the first \(skip) pass, this is match \(next)"
            return [Holdback("skip", isCertain: true, reason)]
        }
        if !admits(match: next) {
            let reason = "each \(every)th fires, this is match \((next - skip) % every)"
            return [Holdback("every", isCertain: true, reason)]
        }
        guard let times, counts.fired >= times else { return [] }
        return [Holdback("times", isCertain: true, "all \(times) are used up")]
    }

    private func tossed(_ toss: Double?, against probability: Probability) -> [Holdback] {
        let share = probability.value
        if share == 0 { return [Holdback("probability", isCertain: true, "0 never fires")] }
        guard let toss else {
            let reason = "not drawn: a draw needs a connection and a unit"
            return [Holdback("probability", isCertain: false, reason)]
        }
        guard toss >= share else { return [] }
        return [Holdback("probability", isCertain: true, "drew \(toss), and \(share) is the limit")]
    }

    private var scopeText: String {
        switch scope {
        case .rule: "counted for the rule"
        case .client: "counted for each client"
        case .connection: "counted by each connection"
        case .header(let name): "counted for each \(String(decoding: name, as: UTF8.self))"
        }
    }
}
