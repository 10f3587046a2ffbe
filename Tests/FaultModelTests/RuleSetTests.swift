// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@Suite struct RuleSetTests {
    @Test func `every rule that matches contributes, in order`() {
        var asker = Asker([.sample("a"), .sample("b"), .sample("c")])
        #expect(asker.ask().ruleNames == ["a", "b", "c"])
    }

    @Test(arguments: [
        Fault.respond(Respond(status: 503, reason: nil, headers: [], body: .empty)),
        .close(Close(after: Close.now, how: .rst, toward: .client)),
        .close(Close(after: .time(.seconds(5)), how: .fin, toward: .client)),
        .hang(Hang(for: nil)),
    ])
    func `a fault that settles the end stops the reading`(fault: Fault) {
        var asker = Asker([
            .sample("a"), .sample("b", then: [fault, .delay(.fixed(.seconds(1)))]), .sample("c"),
        ])
        let plan = asker.ask()
        #expect(plan.ruleNames == ["a", "b"])
        #expect(plan.firings.last?.fault == fault, "nor does the rest of its own rule act")
    }

    @Test func `a rule that does not win its limit stops nothing`() {
        let settling = Rule.sample("a", limit: .of(times: 1), then: [.hang(Hang(for: nil))])
        var asker = Asker([settling, .sample("b")])
        #expect(asker.ask().ruleNames == ["a"])
        #expect(asker.ask().ruleNames == ["b"])
    }

    @Test(
        arguments: [
            (Limit.of(times: 3), [1, 2, 3]), (.of(skip: 2), [3, 4, 5, 6, 7, 8, 9, 10]),
            (.of(every: 5), [5, 10]), (.of(skip: 2, times: 2, every: 3), [5, 8]),
            (.of(times: 0), []),
        ] as [(Limit, [Int])]
    )
    func `a limit fires on exactly these of ten matches`(limit: Limit, fired: [Int]) {
        for scope in [Limit.Scope.rule, .connection, .client] {
            var limit = limit
            limit.scope = scope
            var asker = Asker([.sample("r", limit: limit)])
            #expect(asker.firings(among: 10) == fired)
        }
    }

    @Test(
        arguments: [(.rule, 2), (.connection, 8), (.client, 4)] as [(Limit.Scope, Int)]
    )
    func `per says who shares the count`(scope: Limit.Scope, fired: Int) {
        let rules = RuleSet([.sample("r", limit: .of(times: 2, scope: scope))])
        var count = 0
        for ordinal in 1...4 {
            var asker = Asker(rules)
            asker.connection.ordinal = UInt64(ordinal)
            asker.connection.client = IPAddress(ipv4: UInt32(ordinal % 2))
            count += asker.firings(among: 5).count
        }
        #expect(count == fired)
    }

    @Test func `a client for whom there is no room in the table is left alone`() {
        let rule = Rule.sample("r", limit: .of(scope: .client))
        let active = ActiveRule(rule: rule, serial: 1, tally: LocalTally(maximumScopes: 1))
        var asker = Asker(RuleSet([active], for: .sample, seed: 1))
        #expect(!asker.ask().isPass)
        asker.connection.client = IPAddress(ipv4: 9)
        #expect(asker.ask().isPass)
    }

    @Test func `probability fires about its share and tells the toss`() throws {
        var asker = Asker([.sample("r", limit: .of(probability: try Probability(0.3)))])
        var tosses: [Double] = []
        for _ in 0..<10_000 { tosses += asker.ask().firings.compactMap(\.toss) }
        #expect((2_850...3_150).contains(tosses.count))
        #expect(tosses.allSatisfy { $0 < 0.3 })
    }

    @Test func `certainty is not tossed and impossibility never fires`() throws {
        var asker = Asker([
            .sample("never", limit: .of(probability: try Probability(0))), .sample("always"),
        ])
        for _ in 0..<1_000 {
            let plan = asker.ask()
            #expect(plan.ruleNames == ["always"])
            #expect(plan.firings.allSatisfy { $0.toss == nil })
        }
    }

    @Test func `the same seed fires on the same requests and another on others`() throws {
        let rule = Rule.sample("r", limit: .of(probability: try Probability(0.3)))
        func fired(seed: UInt64) -> [Int] {
            var asker = Asker([rule], seed: seed)
            return asker.firings(among: 1_000)
        }
        #expect(fired(seed: 1) == fired(seed: 1))
        #expect(fired(seed: 1) != fired(seed: 2))
    }

    @Test func `adding a rule never changes another rule's draws`() throws {
        let half = try Probability(0.5)
        let delay = Delay(
            .uniform(lower: .zero, upper: .seconds(1)),
            max: nil,
            toward: .client,
            atConnect: false
        )
        let kept = Rule.sample("kept", limit: .of(probability: half), then: [.delay(delay)])
        let others = (0..<5).map { Rule.sample("other\($0)", limit: .of(probability: half)) }
        func draws(_ rules: [Rule]) -> [[Duration?]] {
            var asker = Asker(rules)
            return (0..<500).map { _ in
                asker.ask().firings.filter { $0.rule == "kept" }.map { $0.delay(chunk: 0) }
            }
        }
        let alone = draws([kept])
        #expect(draws(others + [kept]) == alone)
        #expect(draws([kept] + others) == alone)
        #expect(Set(alone.flatMap { $0 }).count > 200)
    }

    @Test func `a proxy gets the rules that select it`() {
        func rule(_ id: String, _ terms: ProxySelector.Term...) -> Rule {
            var matcher = Matcher.everything
            matcher.proxy = .any(terms)
            return .sample(id, when: matcher)
        }
        var asker = Asker([
            rule("name", .name(TextPattern("prism"))), rule("other", .name(TextPattern("db"))),
            rule("glob", .name(TextPattern("pr*"))), rule("tag", .tag("api")),
            rule("list", .name(TextPattern("db")), .tag("api")), rule("none"),
        ])
        #expect(asker.ask().ruleNames == ["name", "glob", "tag", "list"])
    }

    @Test func `a stream is asked only about what a stream has`() throws {
        let answer = Fault.respond(Respond(status: 200, reason: nil, headers: [], body: .empty))
        let rules = RuleSet([
            .sample("any"), .sample("answer", then: [answer]),
            .sample("path", when: .request(try RequestPattern("GET /ws"))),
            .sample("else", when: .request(try RequestPattern("GET /x"))),
        ])
        var asker = Asker(rules)
        #expect(asker.askStream().ruleNames == ["any"])
        #expect(asker.askStream(opening: SampleHead(path: "/ws")).ruleNames == ["any", "path"])
        #expect(asker.askStream(after: 1, opening: SampleHead(path: "/ws")).ruleNames == ["path"])
        #expect(asker.askStream(after: rules.newestSerial).isPass)
    }

    @Test func `a set knows which serials are in force`() {
        let rules = RuleSet([.sample("a"), .sample("b")])
        #expect(rules.isInForce(1) && rules.isInForce(2) && !rules.isInForce(3))
        #expect(rules.newestSerial == 2 && !rules.isEmpty)
        #expect(RuleSet([]).isEmpty && RuleSet([]).newestSerial == 0)
    }
}
