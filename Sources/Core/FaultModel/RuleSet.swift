// SPDX-License-Identifier: Apache-2.0

/// The rules in force for one proxy, compiled; immutable, and so free to share between event loops.
///
/// A class because a set is large and handed to every connection: adopting it is one reference.
package final class RuleSet: Sendable {
    private let rules: [Compiled]
    private let index: RuleIndex
    private let serials: Set<UInt64>
    /// The newest serial; a unit that was decided up to here has nothing more to consider.
    package let newestSerial: UInt64

    private struct Compiled: Sendable {
        let active: ActiveRule
        let draws: Draw.Stream
        let isForStreams: Bool
    }

    /// Compiles the rules of a snapshot that select this proxy, in their order.
    package init(_ rules: [ActiveRule], for proxy: ProxyDefinition, seed: UInt64) {
        let selected = rules.filter {
            $0.rule.when.proxy.selects(name: proxy.name, tags: proxy.tags)
        }
        self.rules = selected.map { active in
            Compiled(
                active: active,
                draws: Draw.Stream(seed: seed, proxy: proxy.name, rule: active.rule.id),
                isForStreams: !active.rule.then.contains(where: \.needsExchange)
            )
        }
        index = RuleIndex(selected.map(\.rule.when))
        serials = Set(selected.map(\.serial))
        newestSerial = selected.map(\.serial).max() ?? 0
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// Whether the rule that was given this serial is still in force.
    package func isInForce(_ serial: UInt64) -> Bool { serials.contains(serial) }

    /// Decides the fate of one HTTP exchange, from its request's head.
    ///
    /// Every rule that matches and wins its limit contributes its faults, in order, until one of
    /// them settles the end of the exchange.
    package func decide(
        _ request: RequestFacts,
        in head: borrowing Span<UInt8>,
        unit: UInt64,
        on connection: ConnectionFacts,
        tallies: inout ConnectionTallies,
        using scratch: inout MatchScratch
    ) -> Plan {
        var plan = Plan.pass
        index.candidates(for: request, in: head, client: connection.client, using: &scratch)
        if !scratch.candidates.isEmpty { scratch.split(head, path: request.path) }
        for candidate in scratch.candidates {
            let compiled = rules[Int(candidate)]
            let matcher = compiled.active.rule.when
            guard matcher.holds(for: connection),
                matcher.holds(for: request, in: head, segments: scratch)
            else { continue }
            let draw = Draw(stream: compiled.draws, connection: connection.ordinal, unit: unit)
            let isSettled = fire(compiled, draw, connection, &tallies, into: &plan)
            if isSettled { break }
        }
        return plan
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
        unit: UInt64,
        on connection: ConnectionFacts,
        after serial: UInt64,
        tallies: inout ConnectionTallies,
        using scratch: inout MatchScratch
    ) -> Plan {
        var plan = Plan.pass
        guard newestSerial > serial else { return plan }
        if let request {
            index.candidates(for: request, in: head, client: connection.client, using: &scratch)
            if !scratch.candidates.isEmpty { scratch.split(head, path: request.path) }
        } else {
            index.streamCandidates(client: connection.client, into: &scratch.candidates)
        }
        for candidate in scratch.candidates {
            let compiled = rules[Int(candidate)]
            let matcher = compiled.active.rule.when
            guard compiled.active.serial > serial, compiled.isForStreams,
                matcher.holds(for: connection)
            else { continue }
            if let request {
                guard matcher.holds(for: request, in: head, segments: scratch) else { continue }
            } else if matcher.needsRequest {
                continue
            }
            let draw = Draw(stream: compiled.draws, connection: connection.ordinal, unit: unit)
            let isSettled = fire(compiled, draw, connection, &tallies, into: &plan)
            if isSettled { break }
        }
        return plan
    }

    /// Puts a rule that matches through its limit and adds its faults to the plan if it fires.
    ///
    /// - Returns: whether a fault settled the end of the unit.
    private func fire(
        _ compiled: Compiled,
        _ draw: Draw,
        _ connection: ConnectionFacts,
        _ tallies: inout ConnectionTallies,
        into plan: inout Plan
    ) -> Bool {
        let limit = compiled.active.rule.limit
        guard count(compiled.active, connection, &tallies) else { return false }
        var toss: Double?
        if limit.probability != .always {
            let drawn = draw.fraction(.toss)
            guard drawn < limit.probability.value else { return false }
            toss = drawn
        }
        guard claim(compiled.active, connection, &tallies) else { return false }
        for (position, fault) in compiled.active.rule.then.enumerated() {
            plan.append(
                Firing(
                    rule: compiled.active.rule.id,
                    serial: compiled.active.serial,
                    fault: fault,
                    position: position,
                    draw: draw,
                    toss: toss
                )
            )
            if fault.isFinal { return true }
        }
        return false
    }

    /// Counts the match; says whether `skip` and `every` let it go on to the toss.
    private func count(
        _ active: ActiveRule,
        _ connection: ConnectionFacts,
        _ tallies: inout ConnectionTallies
    ) -> Bool {
        let limit = active.rule.limit
        switch limit.scope {
        case .rule:
            guard let ordinal = active.tally.countMatch(in: .rule) else { return false }
            return limit.admits(match: ordinal)
        case .client:
            guard let ordinal = active.tally.countMatch(in: .client(connection.client)) else {
                return false
            }
            return limit.admits(match: ordinal)
        case .connection:
            _ = active.tally.countMatch(in: .rule)
            return limit.admits(match: tallies.countMatch(active.serial))
        }
    }

    private func claim(
        _ active: ActiveRule,
        _ connection: ConnectionFacts,
        _ tallies: inout ConnectionTallies
    ) -> Bool {
        let times = active.rule.limit.times
        switch active.rule.limit.scope {
        case .rule: return active.tally.claimFiring(in: .rule, atMost: times)
        case .client:
            return active.tally.claimFiring(in: .client(connection.client), atMost: times)
        case .connection:
            guard tallies.claimFiring(active.serial, atMost: times) else { return false }
            return active.tally.claimFiring(in: .rule, atMost: nil)
        }
    }
}
