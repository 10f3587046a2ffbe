// SPDX-License-Identifier: Apache-2.0
import TestSupport
import FaultModel
import Synchronization

/// The head of a request, laid out in bytes, with the facts that a reader would find in it.
struct SampleHead {
    private(set) var bytes: [UInt8] = []
    private(set) var facts = RequestFacts()

    init(
        _ method: String = "GET",
        path: String,
        query: String? = nil,
        authority: String? = nil,
        fields: [(String, String)] = []
    ) {
        facts.method = append(method)
        if let authority { facts.authority = append(authority) }
        facts.path = append(path)
        if let query { facts.query = append(query) }
        for (name, value) in fields {
            facts.fields.append(RequestFacts.Field(name: append(name), value: append(value)))
        }
    }

    private mutating func append(_ text: String) -> Range<Int> {
        bytes.append(ASCII.space)
        let start = bytes.count
        bytes += Array(text.utf8)
        return start..<bytes.count
    }
}

extension ProxyDefinition {
    static let sample = ProxyDefinition(
        name: "prism",
        listen: .tcp(host: "127.0.0.1", port: 0),
        upstreams: [.tcp(host: "127.0.0.1", port: 1)],
        transport: .http,
        tags: ["api"],
        onUpstreamFailure: .badGateway,
        limits: .defaults,
        from: "client",
        to: "prism",
        isEnabled: true
    )
}

extension Rule {
    static func sample(
        _ id: String,
        when: Matcher = .everything,
        limit: Limit = .none,
        then: [Fault] = [.delay(.fixed(.milliseconds(1)))]
    ) -> Rule {
        Rule(id: id, about: nil, tags: [], isEnabled: true, when: when, limit: limit, then: then)
    }
}

extension Delay {
    static func fixed(_ duration: Duration) -> Delay {
        Delay(.fixed(duration), max: nil, toward: .client, atConnect: false)
    }
}

extension RuleSet {
    /// The rules in their order, with serials from 1 and tallies of their own.
    convenience init(_ rules: [Rule], seed: UInt64 = 7) {
        let active = rules.enumerated().map { position, rule in
            ActiveRule(rule: rule, serial: UInt64(position) + 1, tally: LocalTally())
        }
        self.init(active, for: .sample, seed: seed)
    }
}

/// One connection that asks a rule set about one request after the other.
struct Asker {
    let rules: RuleSet
    var connection = ConnectionFacts(ordinal: 1, client: IPAddress(ipv4: 0x7f00_0001))
    private var unit: UInt64 = 0
    private var tallies = ConnectionTallies()
    private var scratch = MatchScratch()

    init(_ rules: RuleSet) { self.rules = rules }

    init(_ rules: [Rule], seed: UInt64 = 7) { self.init(RuleSet(rules, seed: seed)) }

    mutating func ask(_ head: SampleHead = SampleHead(path: "/")) -> Plan {
        defer { unit += 1 }
        let bytes = head.bytes
        return rules.decide(
            head.facts,
            in: bytes.span,
            content: nil,
            about: UnitFacts(unit, on: connection),
            in: Circumstances(now: 0),
            tallies: &tallies,
            using: &scratch
        ).plan
    }

    mutating func askStream(after serial: UInt64 = 0, opening head: SampleHead? = nil) -> Plan {
        let bytes = head?.bytes ?? []
        return rules.decideStream(
            request: head?.facts,
            in: bytes.span,
            about: UnitFacts(0, on: connection),
            in: Circumstances(now: 0),
            after: serial,
            tallies: &tallies,
            using: &scratch
        )
    }

    /// The ordinals, from 1, of the requests on which anything fired.
    mutating func firings(among count: Int) -> [Int] {
        (1...count).filter { _ in !ask().isPass }
    }
}

extension Plan {
    /// The rules that fired, each once, in order.
    var ruleNames: [String] {
        firings.reduce(into: []) { if $0.last != $1.rule { $0.append($1.rule) } }
    }
}
