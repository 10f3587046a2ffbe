// SPDX-License-Identifier: Apache-2.0

// What stands between a match and its faults: the limit.
extension RuleSet {
    /// What a rule is about to act on.
    struct Subject {
        let unit: UnitFacts
        let circumstances: Circumstances
        /// `nil` where the bytes at hand are not the request's.
        let request: RequestFacts?

        init(_ unit: UnitFacts, _ circumstances: Circumstances, request: RequestFacts?) {
            self.unit = unit
            self.circumstances = circumstances
            self.request = request
        }
    }

    /// Puts a rule that matches through its limit and adds its faults to the plan if it fires.
    ///
    /// - Returns: whether no later rule is to be read.
    func fire(
        _ compiled: Compiled,
        _ subject: Subject,
        _ scope: TallyScope,
        in head: borrowing Span<UInt8>,
        _ tallies: inout ConnectionTallies,
        into plan: inout Plan
    ) -> Bool {
        let active = compiled.active
        let memory = learns(compiled, subject, in: head, into: &plan)
        guard memory != .mustLearn else { return false }
        guard count(active, scope, &tallies) else { return false }
        let draw = Draw(
            stream: compiled.draws,
            connection: subject.unit.connection.ordinal,
            unit: subject.unit.unit
        )
        var toss: Double?
        if !compiled.alwaysFires {
            let inForce = Duration.nanoseconds(subject.circumstances.now - active.since)
            let probability = active.rule.limit.probability(after: inForce)
            let drawn = draw.fraction(.toss)
            guard drawn < probability.value else { return false }
            toss = drawn
        }
        let quota = takeQuota(compiled, subject, in: head)
        if let quota, quota.isGranted {
            append(compiled, draw, toss, quota: quota, hold: nil, into: &plan)
            return false
        }
        guard let hold = claim(active, scope, subject, &tallies) else { return false }
        append(compiled, draw, toss, quota: quota, hold: hold, into: &plan)
        return active.rule.endsReading || plan.isSettled
    }

    private func append(
        _ compiled: Compiled,
        _ draw: Draw,
        _ toss: Double?,
        quota: Quota?,
        hold: FiringHold?,
        into plan: inout Plan
    ) {
        let faults = compiled.faults
        for position in faults.indices {
            let (fault, kind) = (faults[position], compiled.kinds[position])
            // A quota that is not used up only counts; the rule has not fired.
            if hold == nil, kind != .rateLimit { continue }
            plan.append(
                Firing(
                    rule: compiled.id,
                    serial: compiled.active.serial,
                    fault: fault,
                    kind: kind,
                    rules: compiled.names,
                    position: position,
                    draw: draw,
                    toss: toss,
                    hold: hold,
                    quota: kind == .rateLimit ? quota : nil,
                    bucket: kind == .bandwidth ? bucket(fault, compiled.active) : nil
                )
            )
            if hold != nil, kind.has(.final | .rateLimit) { return }
        }
    }

    private func bucket(_ fault: Fault, _ active: ActiveRule) -> (any SharedBucket)? {
        guard case .bandwidth(let bandwidth) = fault else { return nil }
        switch bandwidth.share {
        case .connection: return nil
        case .rule: return active.tally.bucket(for: nil)
        case .proxy: return active.tally.bucket(for: proxy)
        }
    }

    // MARK: Whose counters

    func scope(
        _ scope: Limit.Scope,
        _ subject: Subject,
        in head: borrowing Span<UInt8>
    ) -> TallyScope {
        switch scope {
        case .rule, .connection: return .rule
        case .client: return .client(subject.unit.connection.client)
        case .header(let name): return .value(subject.value(of: name, in: head))
        }
    }

    /// Counts the match; says whether `skip` and `every` let it go on to the toss.
    private func count(
        _ active: ActiveRule,
        _ scope: TallyScope,
        _ tallies: inout ConnectionTallies
    ) -> Bool {
        let limit = active.rule.limit
        guard let ordinal = active.tally.countMatch(in: scope) else { return false }
        guard limit.scope == .connection else { return limit.admits(match: ordinal) }
        return limit.admits(match: tallies.countMatch(active.term))
    }

    private func claim(
        _ active: ActiveRule,
        _ scope: TallyScope,
        _ subject: Subject,
        _ tallies: inout ConnectionTallies
    ) -> FiringHold? {
        let limit = active.rule.limit
        let isPerConnection = limit.scope == .connection
        let asksForConnections = isPerConnection || limit.budget != nil
        let fired = asksForConnections ? tallies.fired(active.term) : 0
        if isPerConnection, let times = limit.times, fired >= times { return nil }
        let claim = FiringClaim(
            scope: scope,
            times: isPerConnection ? nil : limit.times,
            concurrent: limit.concurrent,
            budget: limit.budget,
            client: subject.unit.connection.client,
            isNewConnection: fired == 0
        )
        guard active.tally.claimFiring(claim) else { return nil }
        if asksForConnections { tallies.countFiring(active.term) }
        return FiringHold(active.tally, countsBytes: limit.budget?.bytes != nil)
    }

    private func takeQuota(
        _ compiled: Compiled,
        _ subject: Subject,
        in head: borrowing Span<UInt8>
    ) -> Quota? {
        guard let limit = compiled.rateLimit else { return nil }
        let key: TallyScope =
            switch limit.key {
            case .rule: .rule
            case .client: .client(subject.unit.connection.client)
            case .connection:
                .connection(proxy: proxy, ordinal: subject.unit.connection.ordinal)
            case .header(let name): .value(subject.value(of: name, in: head))
            }
        // A key that cannot be counted is let pass: it has used up nothing that is known.
        return compiled.active.tally.takeQuota(limit, for: key, at: subject.circumstances.now)
            ?? Quota(isGranted: true, remaining: limit.quota, resetsIn: 0)
    }

    // MARK: What stale rules remember

    private enum Memory {
        case none
        case mustLearn
        case answers
    }

    /// Lets a `stale` rule see the exchange; it can fire only when it remembers an answer.
    private func learns(
        _ compiled: Compiled,
        _ subject: Subject,
        in head: borrowing Span<UInt8>,
        into plan: inout Plan
    ) -> Memory {
        guard let stale = compiled.stale else {
            return compiled.active.onlyLearns ? .mustLearn : .none
        }
        guard let request = subject.request, request.isGet(in: head) else { return .mustLearn }
        let rule = compiled.active.rule.id
        plan.learners.append(Plan.Learner(rule: rule))
        guard !compiled.active.onlyLearns,
            subject.circumstances.memory?.answer(
                of: rule,
                to: request.answerKey(in: head),
                maxAge: stale.maxAge,
                at: subject.circumstances.now
            ) != nil
        else { return .mustLearn }
        return .answers
    }
}

extension RuleSet.Subject {
    /// The value of the first header field of the name, shortened; empty without one.
    func value(of name: [UInt8], in head: borrowing Span<UInt8>) -> [UInt8] {
        guard let field = request?.firstField(name, in: head) else { return [] }
        let end = min(field.upperBound, field.lowerBound + TallyScope.maximumValueLength)
        return head.bytes(field.lowerBound..<end)
    }
}

extension Plan {
    /// Whether a fault has settled the end of the unit.
    package var isSettled: Bool {
        guard let last = firings.last, last.hold != nil else { return false }
        return last.kind.has(.final | .rateLimit | .stale)
    }
}

extension Fault {
    var asRateLimit: RateLimit? { if case .rateLimit(let limit) = self { limit } else { nil } }

    var asStale: Stale? { if case .stale(let stale) = self { stale } else { nil } }
}
