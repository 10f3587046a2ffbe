// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import Foundation
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct ExplainTests {
    static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http, tags: [api] }
          db: { listen: "127.0.0.1:0", upstream: "127.0.0.1:5432", protocol: tcp }
        rules:
          - id: alice
            when: { proxy: prism, request: GET /api/**, headers: { X-User: alice } }
            then: [{ delay: 1s }]
          - { id: "off", enabled: false, when: { client: 10.0.0.0/8 }, then: [hang] }
          - { id: half, when: { proxy: "tag:api" }, limit: { probability: 50% }, then: [{ delay: 5ms }] }
          - { id: once, limit: { times: 1 }, then: [{ delay: 1ms }] }
          - { id: late, limit: { after: 5s }, then: [hang] }
        """

    private func explain(_ bench: Bench, _ question: String) async throws -> ExplainReply {
        let answer = try await bench.ask("POST", "/v1/explain", question)
        #expect(answer.status == 200, "\(answer.value)")
        return try AdminJSON.decode(ExplainReply.self, from: Data(answer.value.json))
    }

    @Test func `the one header that keeps a rule from matching is named`() async throws {
        let bench = try await Bench(Self.document)
        let reply = try await explain(
            bench,
            #"{"request": {"url": "http://prism/api/v1", "headers": {"x-user": "bob"}}}"#
        )
        #expect(reply.proxy == "prism" && reply.request == "GET /api/v1" && reply.generation == 1)
        let rule = try #require(reply.rules.first)
        #expect(rule.verdict == "not-matched" && rule.key == "headers/X-User")
        #expect(rule.reason == "headers/X-User is `bob`, wanted `alice`")
        #expect(rule.checks.map(\.key) == ["proxy", "request", "headers/X-User"])
        #expect(rule.checks.map(\.answer) == ["holds", "holds", "fails"])
        #expect(rule.checks.last?.wanted == .string("alice"))
        let absent = try await explain(bench, #"{"request": {"url": "http://prism/api/v1"}}"#)
        #expect(absent.rules.first?.reason == "headers/X-User is not there, wanted `alice`")
    }

    @Test func `every rule is told of in order, in force or not`() async throws {
        let bench = try await Bench(Self.document)
        let question = """
            {"request": {"url": "http://prism/api/v1", "headers": {"X-User": "alice"}}}
            """
        let reply = try await explain(bench, question)
        #expect(reply.rules.map(\.rule) == ["alice", "off", "half", "once", "late"])
        #expect(reply.rules.map(\.verdict) == ["fires", "off", "may-fire", "fires", "off"])
        #expect(reply.rules[0].faults.map(\.fault) == ["delay"])
        #expect(reply.rules[1].reason == #"disabled; client is not known, wanted `10.0.0.0/8`"#)
        #expect(reply.rules[2].limits.map(\.key) == ["probability"])
        #expect(reply.rules[4].off == "starts in 5000 ms")
        #expect(bench.traffic.last?.rules.allSatisfy { $0.tally.matches == 0 } == true)
        let placed = try await explain(
            bench,
            #"{"request": {"path": "/"}, "proxy": "prism", "connection": 1, "client": "10.1.2.3"}"#
        )
        #expect(placed.rules[2].toss != nil)
        #expect(placed.rules[1].reason == "disabled; it would match")
    }

    @Test func `in a panic no rule is in force, and it says so`() async throws {
        let bench = try await Bench(Self.document)
        #expect(try await bench.ask("POST", "/v1/panic").status == 200)
        let reply = try await explain(bench, #"{"request": {"path": "/"}, "proxy": "prism"}"#)
        #expect(reply.rules.allSatisfy { $0.verdict == "off" && $0.off == "panicked" })
        #expect(reply.rules[3].reason == "panicked; it would match")
    }

    @Test func `a used up rule says by what it is held back`() async throws {
        let bench = try await Bench(Self.document)
        let tally = try #require(bench.traffic.last?.rules.first { $0.rule.id == "once" }?.tally)
        _ = tally.claimFiring(FiringClaim(scope: .rule, times: 1))
        let reply = try await explain(bench, #"{"request": {"path": "/"}, "proxy": "prism"}"#)
        #expect(reply.rules[3].verdict == "held-back")
        #expect(reply.rules[3].reason == "it matches; times: all 1 are used up")
    }

    @Test(arguments: [
        ("http://prism/x", "prism"), ("http://prism:99/x", "prism"), ("HTTP://db", "db"),
        ("http://127.0.0.1:4321/x", "prism"), ("http://localhost:4321/x", "prism"),
    ])
    func `the host of a URL picks the proxy`(url: String, proxy: String) async throws {
        let bench = try await Bench(Self.document)
        let reply = try await explain(bench, #"{"request": {"url": "\#(url)"}}"#)
        #expect(reply.proxy == proxy)
    }

    @Test(arguments: [
        (#"{"request": {"url": "http://nowhere/x"}}"#, 422, "explain.no-proxy"),
        (#"{"request": {"path": "/x"}}"#, 422, "explain.no-proxy"),
        (#"{"request": {"path": "/x"}, "proxy": "none"}"#, 404, "proxy.unknown"),
        (#"{"request": {"path": "/a b"}, "proxy": "prism"}"#, 422, "explain.bad-request"),
        (
            #"{"request": {"path": "/", "headers": {"A": "b\r\nC: d"}}, "proxy": "prism"}"#, 422,
            "explain.bad-request"
        ),
        (#"{"request": {"path": "/"}, "proxy": "prism", "client": "x"}"#, 422, "explain.bad-value"),
        (#"{"exchange": "1.0"}"#, 404, "exchange.unknown"),
        (#"{"rule": "x"}"#, 404, "rule.unknown"),
        (#"{"reqest": {}}"#, 422, "explain.unknown-key"),
    ])
    func `what cannot be explained is refused`(
        question: String,
        status: Int,
        code: String
    ) async throws {
        let bench = try await Bench(Self.document)
        let answer = try await bench.ask("POST", "/v1/explain", question)
        #expect(answer.status == status)
        #expect(answer.value["error"]?["code"]?.text == code)
    }

    @Test func `on a proxy of streams no key about requests holds`() async throws {
        let bench = try await Bench(Self.document)
        let reply = try await explain(bench, #"{"request": {"url": "http://db/"}}"#)
        #expect(reply.rules[0].checks.map(\.answer) == ["fails", "fails", "fails"])
        #expect(reply.rules[3].verdict == "fires")
    }

    @Test func `an exchange is explained by the rules of now and with what fired then`()
        async throws
    {
        let bench = try await Bench(Self.document, capacity: 1_000)
        let traffic = TrafficRecords(log: bench.log)
        traffic.opened()
        traffic.fault("alice", toss: nil, delay: 1_000_000_000)
        bench.time.advance(to: 10)
        traffic.exchange(
            "GET",
            "/api/v1",
            rules: ["alice"],
            fields: ["X-User: alice"],
            from: 5,
            to: 9
        )
        _ = try await bench.ask(
            "PATCH",
            "/v1/rules/alice",
            #"{"when": {"headers": {"X-User": "b*"}}}"#
        )
        let reply = try await explain(bench, #"{"exchange": "17.0"}"#)
        #expect(reply.generation == 2 && reply.recordedGeneration == 1)
        #expect(reply.exchange?.id == "17.0")
        #expect(reply.rules[0].reason == "headers/X-User is `alice`, wanted `b*`")
        #expect(reply.rules[0].recorded?.map(\.delay) == [1_000_000_000])
        #expect(reply.rules[1].reason == "disabled; client is `192.0.2.1`, wanted `10.0.0.0/8`")
        #expect(reply.rules[2].toss != nil, "drawn for its connection and unit")
        #expect(reply.rules[2].recorded == [])
    }

    @Test func `a head that was not kept leaves the method and the target`() async throws {
        let bench = try await Bench(Self.document, capacity: 1_000)
        let traffic = TrafficRecords(log: bench.log)
        traffic.exchange("GET", "/api/v1?x", head: "")
        traffic.exchange("GET", "/api/v1", unit: 1, head: "GET /api/v1 HTTP/1.1\r\nA: b\r\nX-Us")
        for id in ["17.0", "17.1"] {
            let reply = try await explain(bench, #"{"exchange": "\#(id)"}"#)
            #expect(reply.rules[0].checks.map(\.answer) == ["holds", "holds", "unknown"])
        }
    }

    @Test func `the nearest miss of a rule is the exchange that lacks the least`() async throws {
        let bench = try await Bench(Self.document, capacity: 1_000)
        let nothing = try await explain(bench, #"{"rule": "alice"}"#)
        #expect(nothing.considered == 0 && nothing.exchange == nil)
        #expect(
            nothing.rules.map(\.reason) == ["no exchange is kept that it could be compared with"]
        )
        let traffic = TrafficRecords(log: bench.log)
        traffic.exchange("GET", "/other", unit: 0)
        traffic.exchange("GET", "/api/v1", unit: 1)
        traffic.exchange("GET", "/api/v2", unit: 2, fields: ["X-User: bob"])
        traffic.exchange("POST", "/web", unit: 3)
        let reply = try await explain(bench, #"{"rule": "alice"}"#)
        #expect(reply.considered == 4)
        #expect(reply.exchange?.id == "17.2")
        #expect(reply.rules.map(\.rule) == ["alice"])
        #expect(reply.rules[0].key == "headers/X-User")
        #expect(reply.rules[0].checks.last?.was == "bob")
    }
}
