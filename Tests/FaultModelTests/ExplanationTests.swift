// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import FaultModel

@Suite struct ExplanationTests {
    /// POST /api/v1/agents?page=2 with a user, cookies and a JSON body, on connection 3.
    static let situation = Situation(
        SampleHead(
            "POST",
            path: "/api/v1/agents",
            query: "page=2&name=a+b",
            fields: [
                ("Host", "api.test:80"), ("X-User", "bob"), ("X-User", "eve"),
                ("Cookie", "a=1; sid=\"s%3D\""),
            ]
        ),
        content: #"{"kind": {"a/b": "job"}}"#
    )

    struct Case: Sendable, CustomTestStringConvertible {
        let key: [String]
        let holds: Matcher
        let fails: Matcher
        let was: String?

        init(
            _ key: [String],
            was: String?,
            holds: (inout Matcher) -> Void,
            fails: (inout Matcher) -> Void
        ) {
            self.key = key
            self.was = was
            self.holds = .with(holds)
            self.fails = .with(fails)
        }

        var testDescription: String { key.joined(separator: "/") }
    }

    static let cases = connectionCases + headCases + contentCases

    private static var connectionCases: [Case] {
        [
            Case(["proxy"], was: "prism tag:api") {
                $0.proxy = .any([.tag("api")])
            } fails: {
                $0.proxy = .any([.name(TextPattern("db"))])
            },
            Case(["client"], was: "192.0.2.1") {
                $0.clients = [AddressBlock("192.0.2.0/24")].compactMap(\.self)
            } fails: {
                $0.clients = [AddressBlock("10.0.0.0/8")].compactMap(\.self)
            },
            Case(["connection"], was: "3") {
                $0.connections = [.odd]
            } fails: {
                $0.connections = [.range(4...9)]
            },
        ]
    }

    private static var headCases: [Case] {
        [
            Case(["host"], was: "api.test") {
                $0.host = .text(TextPattern("api.*"))
            } fails: {
                $0.host = .text(TextPattern("web"))
            },
            Case(["headers", "x-user"], was: "bob, eve") {
                $0.headers = [.init(name: "x-user", value: .text(TextPattern("eve")))]
            } fails: {
                $0.headers = [.init(name: "x-user", value: .text(TextPattern("alice")))]
            },
            Case(["query", "name"], was: "a b") {
                $0.query = [.init(name: "name", value: .text(TextPattern("a b")))]
            } fails: {
                $0.query = [.init(name: "name", value: .absent)]
            },
            Case(["cookies", "sid"], was: "\"s%3D\"") {
                $0.cookies = [.init(name: "sid", value: .text(TextPattern("s%3D")))]
            } fails: {
                $0.cookies = [.init(name: "sid", value: .text(TextPattern("t")))]
            },
        ]
    }

    private static var contentCases: [Case] {
        [
            Case(["body", "/kind/a~1b"], was: "job") {
                $0.bodies = [.value(pointer: ["kind", "a/b"], .text(TextPattern("job")))]
            } fails: {
                $0.bodies = [.value(pointer: ["kind", "a/b"], .text(TextPattern("x")))]
            },
            Case(["body", "text"], was: #"{"kind": {"a/b": "job"}}"#) {
                $0.bodies = [.text(.text(TextPattern("*job*")))]
            } fails: {
                $0.bodies = [.text(.text(TextPattern("job")))]
            },
            Case(["response"], was: "status 503") {
                $0.response = ResponsePattern(statuses: [500...599], headers: [], bodies: [])
            } fails: {
                $0.response = ResponsePattern(statuses: [404...404], headers: [], bodies: [])
            },
            Case(["cohort"], was: "3") {
                $0.cohort = Cohort(share: .always, key: .connection)
            } fails: {
                $0.cohort = Cohort(share: .never, key: .connection)
            },
        ]
    }

    @Test func `each key says whether it holds, and what there was`() throws {
        for one in Self.cases {
            let held = one.holds.checks(in: Self.situation, seed: 1)
            #expect(held == [KeyCheck(one.key, .holds, was: one.was)])
            let failed = one.fails.checks(in: Self.situation, seed: 1)
            #expect(failed.map(\.key) == [one.key])
            #expect(failed.map(\.answer) == [.fails])
            #expect(failed.map(\.was) == [one.was])
        }
    }

    @Test func `a key about what is not known stays open`() throws {
        var unknown = Self.situation
        unknown.client = nil
        unknown.connection = nil
        unknown.status = nil
        unknown.request?.content = nil
        let open: Set = ["client", "connection", "cohort", "body", "response"]
        for one in Self.cases {
            let answers = one.fails.checks(in: unknown, seed: 1).map(\.answer)
            #expect(answers == [open.contains(one.key[0]) ? .unknown : .fails], "\(one.key)")
        }
    }

    @Test func `a field that may have been cut off is not known, one that is there is`() {
        var cut = Self.situation
        cut.request?.isCut = true
        let matcher = Matcher.with {
            $0.headers = [
                .init(name: "x-user", value: .text(TextPattern("alice"))),
                .init(name: "x-more", value: .present),
            ]
        }
        #expect(matcher.checks(in: cut, seed: 1).map(\.answer) == [.fails, .unknown])
    }

    @Test func `every key is asked, in the order in which they are decided`() throws {
        let rule = Rule.sample(
            "r",
            when: .with {
                $0.proxy = .any([.tag("api")])
                $0.requests = [try? RequestPattern("POST /api/v1/*")].compactMap(\.self)
                $0.headers = [.init(name: "x-user", value: .text(TextPattern("alice")))]
                $0.query = [.init(name: "page", value: .text(TextPattern("2")))]
            }
        )
        let explanation = rule.standing.explanation(in: Self.situation, seed: 1)
        #expect(explanation.verdict == .notMatched)
        #expect(explanation.checks.map(\.answer) == [.holds, .holds, .fails, .holds])
        #expect(explanation.missed?.key == ["headers", "x-user"])
        #expect(explanation.missed?.was == "bob, eve")
    }

    @Test(arguments: [
        // From the farthest to the nearest.
        ["GET /x/y", "POST /x/y", "POST /x/y/z", "POST /api/x/z", "POST /api/v1/tasks"],
        ["GET /x/**", "GET /api/v1/tasks", "GET /api/v1/agents"],
    ])
    func `the more of a path is there the nearer it is`(patterns: [String]) throws {
        let distances = try patterns.map { pattern in
            let request = try RequestPattern(pattern)
            let rule = Rule.sample("r", when: .with { $0.requests = [request] })
            return rule.standing.explanation(in: Self.situation, seed: 1).distance
        }
        #expect(distances == distances.sorted(by: >) && Set(distances).count == distances.count)
        #expect(distances.allSatisfy { $0 > 0 && $0 <= 1 })
    }

    @Test func `a stream has nothing that keys about requests could hold for`() throws {
        var stream = Self.situation
        stream.request = nil
        for one in Self.cases where one.holds.needsRequest {
            let rule = Rule.sample("r", when: one.holds)
            #expect(rule.standing.explanation(in: stream, seed: 1).verdict == .notMatched)
        }
        let answer = Rule.sample(
            "r",
            then: [.respond(Respond(status: 503, reason: nil, headers: [], body: .empty))]
        )
        #expect(answer.standing.explanation(in: stream, seed: 1).verdict == .notMatched)
        #expect(Rule.sample("r").standing.explanation(in: stream, seed: 1).verdict == .fires)
    }

    @Test func `what is explained is what the data path decides`() throws {
        let half = try Probability(0.5)
        let delay = Delay(
            .uniform(lower: .zero, upper: .seconds(1)),
            max: nil,
            toward: .client,
            atConnect: false
        )
        let rules = (0..<4).map {
            Rule.sample("r\($0)", limit: .of(probability: half), then: [.delay(delay)])
        }
        var asker = Asker(rules, seed: 7)
        for unit in 0..<200 {
            let plan = asker.ask()
            var situation = Situation(SampleHead(path: "/"))
            situation.connection = 1
            situation.unit = UInt64(unit)
            let explained = rules.map(\.standing).explanations(in: situation, seed: 7)
            let firing = explained.filter { $0.verdict == .fires }
            #expect(firing.map(\.rule) == plan.ruleNames)
            #expect(firing.map(\.toss) == plan.firings.map(\.toss))
            #expect(
                firing.map { $0.faults.first?.delay } == plan.firings.map { $0.delay(chunk: 0) }
            )
        }
    }

    @Test func `what settles the end keeps those behind it from being reached`() throws {
        var settling = Rule.sample("b", then: [.hang(Hang(for: nil))])
        func verdicts(_ rules: [Rule]) -> [Explanation.Verdict] {
            rules.map(\.standing).explanations(in: Self.situation, seed: 1).map(\.verdict)
        }
        let other = Rule.sample("d", when: .with { $0.host = .absent })
        let rules = [Rule.sample("a"), settling, Rule.sample("c"), other]
        #expect(verdicts(rules) == [.fires, .fires, .notReached, .notMatched])
        settling.limit.times = 0
        #expect(verdicts([settling, Rule.sample("c")]) == [.heldBack, .fires])
        let final = Rule.sample("f").reading(ends: true)
        #expect(verdicts([final, Rule.sample("c")]) == [.fires, .notReached])
    }

    @Test func `a rule that is not in force is explained all the same`() {
        let rule = Rule.sample("r", when: .with { $0.host = .absent })
        let standing = RuleStanding(rule: rule, isInForce: false, tally: LocalTally())
        let explanation = standing.explanation(in: Self.situation, seed: 1)
        #expect(explanation.verdict == .off)
        #expect(explanation.missed?.key == ["host"])
    }
}

extension Matcher {
    static func with(_ change: (inout Matcher) -> Void) -> Matcher {
        var matcher = Matcher.everything
        change(&matcher)
        return matcher
    }
}

extension Rule {
    var standing: RuleStanding { RuleStanding(rule: self, isInForce: true, tally: LocalTally()) }

    fileprivate func reading(ends: Bool) -> Rule {
        var rule = self
        rule.endsReading = ends
        return rule
    }
}

extension Situation {
    init(_ head: SampleHead, content: String? = nil) {
        self.init(
            proxy: "prism",
            tags: ["api"],
            client: Client(address: IPAddress("192.0.2.1"), text: "192.0.2.1"),
            connection: 3,
            unit: 1,
            request: Request(
                facts: head.facts,
                head: head.bytes,
                content: content.map { ContentFacts(Array($0.utf8)) }
            ),
            status: 503
        )
    }
}
