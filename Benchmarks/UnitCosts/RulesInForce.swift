// SPDX-License-Identifier: Apache-2.0
import DataPlane
import FaultModel
import RuleFiles

/// Rules as they are in force on the one proxy of the benchmarks.
enum RulesInForce {
    static func proxy(_ transport: ProxyDefinition.Transport = .http) -> ProxyDefinition {
        ProxyDefinition(
            name: "bench",
            listen: .unix(path: "/listen"),
            upstreams: [.unix(path: "/upstream")],
            transport: transport,
            tags: [],
            onUpstreamFailure: transport == .http ? .badGateway : .reset,
            limits: .defaults,
            from: "client",
            to: "bench",
            isEnabled: true
        )
    }

    /// Rules of which none matches ``Messages/request``, though they share its method and the
    /// beginning of its path; then the others, in their order.
    static func set(
        idle count: Int,
        then others: [String] = [],
        for proxy: ProxyDefinition = proxy()
    ) throws -> RuleSet {
        set(try (0..<count).map(idle) + others.map(rule), for: proxy)
    }

    static func set(_ rules: [Rule], for proxy: ProxyDefinition = proxy()) -> RuleSet {
        RuleSet(active(rules), for: proxy, seed: 1)
    }

    static func active(_ rules: [Rule]) -> [ActiveRule] {
        rules.enumerated().map { position, rule in
            ActiveRule(rule: rule, serial: UInt64(position) + 1, tally: SharedTally())
        }
    }

    /// One rule of a JSON document.
    static func rule(_ json: String) throws -> Rule {
        try RuleParser.rule(json: Array(json.utf8)).rule
    }

    static func idle(_ number: Int) throws -> Rule {
        let requests = [
            "GET /api/v1/service-\(number)/items",
            "ANY /api/v1/{service}/{name}/item-\(number)",
            "GET /api/v1/swarms/swarm-\(number)/**",
        ]
        var matcher = Matcher.everything
        matcher.requests = [try RequestPattern(requests[number % requests.count])]
        let delay = Delay(.fixed(.seconds(1)), max: nil, toward: .client, atConnect: false)
        return Rule(
            id: "idle-\(number)",
            about: nil,
            tags: [],
            isEnabled: true,
            when: matcher,
            limit: .none,
            then: [.delay(delay)]
        )
    }
}
