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
    /// Which requests may ask for faults of their own; `nil`: none.
    package let requestFaults: RequestFaults?
    /// What partitions do to the proxy's connections, in their order.
    package let cuts: [Cut]
    /// The first rule that closes the listener and ends what lives (`refuse: { cut: true }`).
    package let cuttingRule: String?

    /// What the set was made of.
    private let signature: Signature

    /// Tells two sets apart without comparing rules: a serial is never given twice.
    private struct Signature: Equatable {
        let serials: [UInt64]
        let cuts: [Cut]
        let proxy: String
        let requestFaults: RequestFaults?
        let seed: UInt64
        let pausedTerms: Set<UInt64>

        init(
            _ rules: [ActiveRule],
            cuts: [Cut],
            for proxy: ProxyDefinition,
            seed: UInt64,
            pausedTerms: Set<UInt64>
        ) {
            serials = rules.map(\.serial)
            self.cuts = cuts
            self.proxy = proxy.name
            requestFaults = proxy.requestFaults
            self.seed = seed
            self.pausedTerms = pausedTerms
        }
    }

    final class Compiled: Sendable {
        let active: ActiveRule
        let id: String
        let matcher: Matcher
        let faults: [Fault]
        let kinds: [Fault.Kinds]
        /// The rule's name, alone.
        let names: [String]
        let draws: Draw.Stream
        let isForStreams: Bool
        let isForExchanges: Bool
        /// Of the matcher; looking at these does not copy it.
        private let requests: [RequestPattern]
        private let asksBesideRequests: Bool
        let asksAboutConnection: Bool
        let asksForContent: Bool
        let waitsForAnswer: Bool
        /// Whether nothing is drawn against its probability.
        let alwaysFires: Bool
        /// Of the literal that the rule looks for in streams.
        let retries: [Int32]
        /// The quota that the rule grants, and what it remembers; looked for once.
        let rateLimit: RateLimit?
        let stale: Stale?

        init(_ active: ActiveRule, seed: UInt64, proxy: String) {
            self.active = active
            id = active.rule.id
            matcher = active.rule.when
            faults = active.rule.then
            kinds = active.rule.then.map(\.kind)
            names = [active.rule.id]
            draws = Draw.Stream(seed: seed, proxy: proxy, rule: active.rule.id)
            isForStreams = !active.onlyLearns && !active.rule.then.contains(where: \.needsExchange)
            isForExchanges = matcher.bytes == nil
            requests = matcher.requests
            asksBesideRequests = matcher.asksBesideRequests
            asksAboutConnection = matcher.asksAboutConnection
            asksForContent = !matcher.bodies.isEmpty
            waitsForAnswer = matcher.response != nil
            let limit = active.rule.limit
            alwaysFires = limit.probability == .always && limit.ramp == nil
            retries = matcher.bytes?.retries ?? []
            rateLimit = active.rule.then.lazy.compactMap(\.asRateLimit).first
            stale = active.rule.then.lazy.compactMap(\.asStale).first
        }

        /// Whether the keys about the request hold.
        func holds(
            for request: RequestFacts,
            in head: borrowing Span<UInt8>,
            segments: MatchScratch,
            seed: UInt64
        ) -> Bool {
            requests.mean(request, in: head, segments)
                && (!asksBesideRequests
                    || matcher.holdsBesideRequests(for: request, in: head, seed: seed))
        }
    }

    /// Compiles the rules of a snapshot that select this proxy, in their order.
    ///
    /// - Parameters:
    ///   - cuts: of the partitions in force, for this proxy.
    ///   - pausedTerms: of rules that come into force again, see ``Snapshot``.
    package convenience init(
        _ rules: [ActiveRule],
        cuts: [Cut] = [],
        for proxy: ProxyDefinition,
        seed: UInt64,
        pausedTerms: Set<UInt64> = []
    ) {
        let all = Self.rules(rules, for: proxy)
        self.init(
            all,
            as: Signature(all, cuts: cuts, for: proxy, seed: seed, pausedTerms: pausedTerms)
        )
    }

    private init(_ all: [ActiveRule], as signature: Signature) {
        self.signature = signature
        // What only closes the listener has nothing to do with the units that live.
        let selected = all.filter { !$0.rule.then.allSatisfy(\.isRefuse) }
        cuts = signature.cuts
        requestFaults = signature.requestFaults
        cuttingRule = all.first { !$0.onlyLearns && $0.rule.cutsLive }?.rule.id
        self.rules = selected.map {
            Compiled($0, seed: signature.seed, proxy: signature.proxy)
        }
        proxy = signature.proxy
        seed = signature.seed
        index = RuleIndex(selected.map(\.rule.when))
        serials = Set(selected.map(\.serial))
        terms = signature.pausedTerms.union(selected.lazy.filter { !$0.onlyLearns }.map(\.term))
        newestSerial = selected.map(\.serial).max() ?? 0
        asksForContent = selected.contains { !$0.rule.when.bodies.isEmpty }
        byteRules = selected.indices.filter { selected[$0].rule.when.bytes != nil }
            .map(Int32.init)
    }

    /// The rules that select this proxy, in their order.
    private static func rules(_ rules: [ActiveRule], for proxy: ProxyDefinition) -> [ActiveRule] {
        rules.filter { $0.rule.when.proxy.selects(name: proxy.name, tags: proxy.tags) }
    }

    /// Whether nothing here could ever act.
    package var isEmpty: Bool { rules.isEmpty && requestFaults == nil }

    /// Whether the rule that was given this serial is still in force.
    package func isInForce(_ serial: UInt64) -> Bool {
        serials.contains(serial) || serial == Self.requestFaultSerial && requestFaults != nil
    }

    /// Whether connections keep what they counted by this term.
    package func counts(_ term: UInt64) -> Bool { terms.contains(term) }
}

extension RuleSet {
    /// The set for these rules: the one that is there, where it would be the same.
    package static func make(
        _ rules: [ActiveRule],
        cuts: [Cut],
        for proxy: ProxyDefinition,
        seed: UInt64,
        pausedTerms: Set<UInt64>,
        insteadOf old: RuleSet?
    ) -> RuleSet {
        let all = Self.rules(rules, for: proxy)
        let signature = Signature(
            all,
            cuts: cuts,
            for: proxy,
            seed: seed,
            pausedTerms: pausedTerms
        )
        if let old, old.signature == signature { return old }
        return RuleSet(all, as: signature)
    }
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

extension BytesPattern {
    /// What a search for a literal needs; made once for all streams.
    fileprivate var retries: [Int32] {
        guard case .literal(let bytes) = sought else { return [] }
        return LiteralSearch.retries(of: bytes)
    }
}

extension Rule {
    /// Whether the listeners of the rule's proxies are closed while it is in force.
    package var refuses: Bool { then.contains(where: \.isRefuse) }

    fileprivate var cutsLive: Bool {
        then.contains { if case .refuse(let refuse) = $0 { refuse.cutsLive } else { false } }
    }
}

extension Fault {
    fileprivate var isRefuse: Bool { kind == .refuse }
}
