// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

/// A document with one rule whose `when`, `limit` or `then` is the one given.
func document(_ rule: String) -> String {
    let lines = rule.split(separator: "\n", omittingEmptySubsequences: false)
    return """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http, tags: [api] }
          db: { listen: "127.0.0.1:0", upstream: "127.0.0.1:5432" }
        rules:
          - id: r
        \(lines.map { "  \($0)" }.joined(separator: "\n"))
        """
}

func parse(_ text: String) -> Result<Configuration, InvalidConfiguration> {
    do {
        return .success(try Configuration.parse(text: text, file: "chaos.yaml"))
    } catch {
        return .failure(error)
    }
}

func firstError(_ text: String) -> RuleFileError? {
    if case .failure(let error) = parse(text) { error.first } else { nil }
}

@Suite struct ConfigurationTests {
    /// The document that the language is explained with.
    private static let example = """
        version: 1
        seed: 1234
        environment: test
        proxies:
          prism:
            listen: 127.0.0.1:18080
            upstream: [127.0.0.1:8080, "unix:/run/p.sock"]
            protocol: http
            from: clients
            to: prism
            tags: [api]
            on-upstream-failure: 502
            limits: { connections: 10000, buffer: 4MiB, connect-timeout: 5s, idle-timeout: 0s }
        rules:
          - id: agents-list.database-timeout
            about: Slow registry.
            tags: [prism]
            enabled: false
            when:
              proxy: prism
              request: GET /api/v1/agents
            limit:
              probability: 60%
            then:
              - delay: uniform(5s, 15s)
              - respond:
                  status: 200
                  headers: { X-Data-Freshness: cached }
                  json: { agents: [] }
        """

    @Test func `the proxy of the example reads as it is meant`() throws {
        let configuration = try parse(Self.example).get()
        #expect(configuration.seed == 1234)
        #expect(configuration.environment == .test)
        let proxy = try #require(configuration.proxies.first?.definition)
        #expect(proxy.transport == .http)
        #expect(proxy.upstreams.count == 2)
        #expect(proxy.limits == .defaults)
    }

    @Test func `the rule of the example reads as it is meant`() throws {
        let rule = try #require(try parse(Self.example).get().rules.first?.rule)
        #expect(!rule.isEnabled)
        #expect(rule.limit.probability == (try Probability(0.6)))
        #expect(
            rule.then == [
                .delay(
                    Delay(
                        .uniform(lower: .seconds(5), upper: .seconds(15)),
                        max: nil,
                        toward: .client,
                        atConnect: false
                    )
                ),
                .respond(
                    Respond(
                        status: 200,
                        reason: nil,
                        headers: [
                            .init(name: "X-Data-Freshness", value: "cached"),
                            .init(name: "Content-Type", value: "application/json"),
                        ],
                        body: .bytes(Array(#"{"agents":[]}"#.utf8))
                    )
                ),
            ]
        )
    }

    @Test(arguments: [
        ("delay: 200ms", 200_000_000, 200_000_000),
        ("delay: 1m30s", 90_000_000_000, 90_000_000_000),
        ("delay: 200ms ± 50ms", 150_000_000, 250_000_000),
        ("delay: 200ms+-50ms", 150_000_000, 250_000_000),
        ("delay: { time: 1.5us }", 1_500, 1_500),
    ])
    func `a delay is a time or a span of times`(text: String, lower: Int, upper: Int) throws {
        let rule = try #require(
            try parse(document("  then: [{ \(text) }]")).get().rules.first?.rule
        )
        let (low, high) = (Duration.nanoseconds(lower), Duration.nanoseconds(upper))
        let expected: Delay.Distribution =
            lower == upper ? .fixed(low) : .uniform(lower: low, upper: high)
        #expect(
            rule.then == [.delay(Delay(expected, max: nil, toward: .client, atConnect: false))]
        )
    }

    @Test func `an included file adds its rules and names itself in errors`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.yaml", "rules: [{ id: a, then: [hang] }]")
        try folder.write("b.yaml", "rules: [{ id: a, then: [hang] }]")
        try folder.write("chaos.yaml", "version: 1\ninclude: [a.yaml]\n")
        let good = try Configuration.load(path: folder.path("chaos.yaml"))
        #expect(good.rules.map(\.rule.id) == ["a"])
        try folder.write("chaos.yaml", "version: 1\ninclude: ['*.yml', '?.yaml']\n")
        let error = #expect(throws: InvalidConfiguration.self) {
            _ = try Configuration.load(path: folder.path("chaos.yaml"))
        }
        #expect(error?.first.code == "rule.duplicate-id")
        #expect(error?.first.file == folder.path("b.yaml"))
        try folder.write("chaos.yaml", "version: 1\ninclude: [none.yaml]\n")
        #expect(throws: InvalidConfiguration.self) {
            _ = try Configuration.load(path: folder.path("chaos.yaml"))
        }
    }

    @Test func `a document that was read can be written and read again`() throws {
        let first = try parse(document("  then: [{ delay: 1s }, { respond: 503 }]")).get()
        let second = try Configuration.parse(json: first.document.json)
        #expect(second.rules.map(\.rule) == first.rules.map(\.rule))
        #expect(second.proxies.map(\.definition) == first.proxies.map(\.definition))
        #expect(second.document == first.document)
    }
}
