// SPDX-License-Identifier: Apache-2.0

/// The rules in force for one proxy, compiled; immutable, and so free to share between event loops.
///
/// A class because a set is large and handed to every connection: adopting it is one reference.
package final class RuleSet: Sendable {
    let rules: [Compiled]
    let index: RuleIndex
    private let serials: Set<UInt64>
    private let terms: Set<UInt64>
    /// The newest serial; a unit that was decided up to here has nothing more to consider.
    package let newestSerial: UInt64
    let proxy: String
    let seed: UInt64
    /// Whether some rule asks for the content of requests.
    let asksForContent: Bool
    /// The rules that wait for bytes of a stream.
    let byteRules: [Int32]

    struct Compiled: Sendable {
        let active: ActiveRule
        let draws: Draw.Stream
        let isForStreams: Bool
        let isForExchanges: Bool

        var matcher: Matcher { active.rule.when }
    }

    /// Compiles the rules of a snapshot that select this proxy, in their order.
    ///
    /// - Parameter pausedTerms: of rules that come into force again, see ``Snapshot``.
    package init(
        _ rules: [ActiveRule],
        for proxy: ProxyDefinition,
        seed: UInt64,
        pausedTerms: Set<UInt64> = []
    ) {
        let selected = rules.filter {
            $0.rule.when.proxy.selects(name: proxy.name, tags: proxy.tags)
        }
        self.rules = selected.map { active in
            let faults = active.rule.then
            return Compiled(
                active: active,
                draws: Draw.Stream(seed: seed, proxy: proxy.name, rule: active.rule.id),
                isForStreams: !active.onlyLearns && !faults.contains(where: \.needsExchange),
                isForExchanges: active.rule.when.bytes == nil
            )
        }
        self.proxy = proxy.name
        self.seed = seed
        index = RuleIndex(selected.map(\.rule.when))
        serials = Set(selected.map(\.serial))
        terms = pausedTerms.union(selected.lazy.filter { !$0.onlyLearns }.map(\.term))
        newestSerial = selected.map(\.serial).max() ?? 0
        asksForContent = selected.contains { !$0.rule.when.bodies.isEmpty }
        byteRules = selected.indices.filter { selected[$0].rule.when.bytes != nil }
            .map(Int32.init)
    }

    package var isEmpty: Bool { rules.isEmpty }

    /// Whether the rule that was given this serial is still in force.
    package func isInForce(_ serial: UInt64) -> Bool { serials.contains(serial) }

    /// Whether connections keep what they counted by this term.
    package func counts(_ term: UInt64) -> Bool { terms.contains(term) }

    /// Whether a rule may have to see the request's content.
    package var mayNeedContent: Bool { asksForContent }
}

/// The unit about which rules decide, and where it is.
package struct UnitFacts: Sendable {
    package let connection: ConnectionFacts
    /// The exchange's ordinal on its connection, from 0; 0 for a whole stream.
    package let unit: UInt64

    package init(_ unit: UInt64, on connection: ConnectionFacts) {
        self.unit = unit
        self.connection = connection
    }
}
