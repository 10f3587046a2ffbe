// SPDX-License-Identifier: Apache-2.0

// Which rules fire on a unit. Every rule that matches and wins its limit contributes its faults, in
// order, until one of them settles the end of the unit or says `final`.
extension RuleSet {
    /// Decides the fate of one HTTP exchange, from its request.
    ///
    /// - Parameter content: of the request; without it, and where a rule may need it, the decision
    ///   only says so: nothing has been counted then.
    package func decide(
        _ request: RequestFacts,
        in head: borrowing Span<UInt8>,
        content: ContentFacts?,
        about unit: UnitFacts,
        in circumstances: Circumstances,
        tallies: inout ConnectionTallies,
        using scratch: inout MatchScratch
    ) -> Decision {
        var decision = Decision(plan: .pass)
        let client = unit.connection.client
        index.candidates(for: request, in: head, client: client, using: &scratch)
        guard !scratch.candidates.isEmpty else { return decision }
        scratch.split(head, path: request.path)
        if asksForContent, content == nil,
            needsContent(request, in: head, unit.connection, scratch)
        {
            decision.needsContent = true
            return decision
        }
        for candidate in scratch.candidates {
            let compiled = rules[Int(candidate)]
            guard compiled.isForExchanges,
                !compiled.asksAboutConnection || holds(compiled.matcher, for: unit.connection),
                compiled.holds(for: request, in: head, segments: scratch, seed: seed),
                !compiled.asksForContent
                    || compiled.matcher.bodies.allSatisfy({ holds($0, content) })
            else { continue }
            let subject = Subject(unit, circumstances, request: request)
            let scope = scope(compiled.active.rule.limit.scope, subject, in: head)
            guard !compiled.waitsForAnswer else {
                decision.pending = decision.pending ?? PendingRules(set: self, rules: [])
                decision.pending?.rules.append(
                    PendingRules.Rule(position: candidate, scope: scope)
                )
                continue
            }
            if fire(compiled, subject, scope, in: head, &tallies, into: &decision.plan) { break }
        }
        return decision
    }

    private func holds(_ pattern: BodyPattern, _ content: ContentFacts?) -> Bool {
        content.map { pattern.holds(for: $0) } ?? false
    }

    /// Whether a rule that asks for content could still match.
    private func needsContent(
        _ request: RequestFacts,
        in head: borrowing Span<UInt8>,
        _ connection: ConnectionFacts,
        _ scratch: MatchScratch
    ) -> Bool {
        for candidate in scratch.candidates {
            let compiled = rules[Int(candidate)]
            if !compiled.matcher.bodies.isEmpty, holds(compiled.matcher, for: connection),
                compiled.holds(for: request, in: head, segments: scratch, seed: seed)
            {
                return true
            }
        }
        return false
    }

    /// Decides what the rules that waited for the answer do.
    ///
    /// - Parameters:
    ///   - content: of the response; without it, and where a rule needs it, the decision only says so.
    ///   - rules: those in force now; what has left since the request is passed over.
    package static func decide(
        _ response: ResponseFacts,
        in head: borrowing Span<UInt8>,
        content: ContentFacts?,
        _ pending: PendingRules,
        inForce rules: RuleSet,
        about unit: UnitFacts,
        in circumstances: Circumstances,
        tallies: inout ConnectionTallies
    ) -> Decision {
        var decision = Decision(plan: .pass)
        let set = pending.set
        var meant: [PendingRules.Rule] = []
        for pendingRule in pending.rules {
            let compiled = set.rules[Int(pendingRule.position)]
            guard rules.isInForce(compiled.active.serial), let pattern = compiled.matcher.response,
                pattern.holds(for: response, in: head)
            else { continue }
            if !pattern.bodies.isEmpty, content == nil {
                decision.needsContent = true
                return decision
            }
            if let content, !pattern.bodies.allSatisfy({ $0.holds(for: content) }) { continue }
            meant.append(pendingRule)
        }
        let subject = Subject(unit, circumstances, request: nil)
        for rule in meant {
            let compiled = set.rules[Int(rule.position)]
            if set.fire(compiled, subject, rule.scope, in: head, &tallies, into: &decision.plan) {
                break
            }
        }
        return decision
    }

    /// Decides the fate of a stream: a TCP connection, or one that left HTTP by an upgrade.
    ///
    /// Rules that ask for an exchange (`respond`, `truncate`) pass a stream by.
    ///
    /// - Parameters:
    ///   - request: what opened the stream; `nil` for a TCP connection, which rules with keys about
    ///     a request therefore never match.
    ///   - serial: rules up to this one have been considered before.
    package func decideStream(
        request: RequestFacts?,
        in head: borrowing Span<UInt8>,
        about unit: UnitFacts,
        in circumstances: Circumstances,
        after serial: UInt64,
        tallies: inout ConnectionTallies,
        using scratch: inout MatchScratch
    ) -> Plan {
        var plan = Plan.pass
        guard newestSerial > serial else { return plan }
        collectStreamCandidates(request, in: head, unit.connection, &scratch)
        for candidate in scratch.candidates {
            let compiled = rules[Int(candidate)]
            guard compiled.active.serial > serial, compiled.matcher.bytes == nil,
                isMeant(compiled, request, in: head, unit.connection, scratch)
            else { continue }
            let subject = Subject(unit, circumstances, request: request)
            let scope = scope(compiled.active.rule.limit.scope, subject, in: head)
            if fire(compiled, subject, scope, in: head, &tallies, into: &plan) { break }
        }
        return plan
    }

    func collectStreamCandidates(
        _ request: RequestFacts?,
        in head: borrowing Span<UInt8>,
        _ connection: ConnectionFacts,
        _ scratch: inout MatchScratch
    ) {
        if let request {
            index.candidates(for: request, in: head, client: connection.client, using: &scratch)
            if !scratch.candidates.isEmpty { scratch.split(head, path: request.path) }
        } else {
            index.streamCandidates(client: connection.client, into: &scratch.candidates)
        }
    }

    /// Whether all keys but `bytes` hold for a stream.
    func isMeant(
        _ compiled: Compiled,
        _ request: RequestFacts?,
        in head: borrowing Span<UInt8>,
        _ connection: ConnectionFacts,
        _ scratch: MatchScratch
    ) -> Bool {
        guard compiled.isForStreams, !compiled.waitsForAnswer, !compiled.asksForContent,
            !compiled.asksAboutConnection || holds(compiled.matcher, for: connection)
        else { return false }
        guard let request else { return !compiled.matcher.needsRequest }
        return compiled.holds(for: request, in: head, segments: scratch, seed: seed)
    }

    /// Whether the keys about the connection hold.
    func holds(_ matcher: Matcher, for connection: ConnectionFacts) -> Bool {
        guard matcher.holds(for: connection) else { return false }
        guard let cohort = matcher.cohort else { return true }
        return cohort.includes(connection, of: proxy, seed: seed)
    }
}
