// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Synchronization
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct AdminRoutesTests {
    @Test(arguments: [
        ("GET", "/v1/status", 200), ("GET", "/v1/config", 200), ("GET", "/v1/rules", 200),
        ("GET", "/v1/rules/a%2Fb.c", 200), ("GET", "/v1/rules/none", 404),
        ("GET", "/v1/proxies/prism", 200),
        ("GET", "/v1/proxies/none", 404), ("GET", "/healthz", 200), ("GET", "/readyz", 200),
        ("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v2/rules", 404),
        ("GET", "/v1/rules/a/b/c", 404),
        ("POST", "/v1/status", 405), ("DELETE", "/v1/config", 405), ("GET", "/v1/reset", 405),
        ("GET", "/v1/rules?x=1", 400), ("GET", "/v1/rules/%zz", 400), ("POST", "/v1/rules", 415),
        ("POST", "/v1/rules/late/enable?for=5", 400), ("POST", "/v1/rules/late/enable?for=5s", 200),
        ("POST", "/v1/rules/late/disable", 200), ("POST", "/v1/rules/late/reset-counters", 200),
        ("POST", "/v1/rules/none/enable", 404), ("POST", "/v1/proxies/prism/disable", 200),
        ("POST", "/v1/reset", 200), ("DELETE", "/v1/rules/a%2Fb.c", 200),
        ("DELETE", "/v1/proxies/prism", 200),
        ("GET", "/v1/partitions", 200), ("GET", "/v1/partitions/none", 404),
        ("PUT", "/v1/partitions", 405), ("POST", "/v1/partitions/a/b", 404),
        ("POST", "/v1/partitions", 415), ("GET", "/v1/leases", 200),
        ("GET", "/v1/leases/none", 404), ("POST", "/v1/leases/none/renew", 404),
        ("GET", "/v1/leases/none/renew", 405), ("DELETE", "/v1/leases/none", 404),
        ("POST", "/v1/leases", 415), ("POST", "/v1/panic", 200), ("GET", "/v1/panic", 405),
        ("POST", "/v1/unpanic", 200), ("POST", "/v1/panic/x", 404), ("POST", "/v1/marks", 415),
        ("GET", "/v1/marks", 405), ("POST", "/v1/rules/late/enable?lease=none", 404),
        ("GET", "/v1/connections", 200), ("DELETE", "/v1/connections/1", 204),
        ("DELETE", "/v1/connections/2?how=fin", 404), ("DELETE", "/v1/connections/1?how=x", 400),
        ("GET", "/v1/events?since=x", 400), ("GET", "/v1/events?kind=x", 400),
    ])
    func `each endpoint answers with its status`(
        method: String,
        target: String,
        status: Int
    ) async throws {
        let bench = try await Bench()
        let answer = try await bench.ask(method, target)
        #expect(answer.status == status)
        if status >= 400 {
            #expect(answer.value["error"]?["code"]?.text != nil)
            #expect(answer.value["error"]?["message"]?.text != nil)
        }
        if status == 405 { #expect(answer.headers["Allow"] != nil) }
    }

    @Test func `a rule is added, patched and removed`() async throws {
        let bench = try await Bench()
        let rule = #"{"id":"x","then":[{"respond":503}],"limit":{"times":3}}"#
        #expect(try await bench.ask("POST", "/v1/rules", rule).status == 201)
        #expect(try await bench.ask("POST", "/v1/rules", rule).status == 409)
        let patched = try await bench.ask(
            "PATCH",
            "/v1/rules/x",
            #"{"limit":{"times":null,"skip":2}}"#
        )
        #expect(patched.status == 200)
        #expect(bench.traffic.last?.rules.last?.rule.limit.times == nil)
        #expect(bench.traffic.last?.rules.last?.rule.limit.skip == 2)
        #expect(try await bench.ask("PATCH", "/v1/rules/x", #"{"id":"y"}"#).status == 422)
        let bad = try await bench.ask("PATCH", "/v1/rules/x", #"{"then":[{"dealy":"1s"}]}"#)
        #expect(bad.status == 422)
        #expect(bad.value["error"]?["path"]?.text == "/then/0/dealy")
        #expect(bad.value["error"]?["hint"]?.text == "did you mean delay?")
        #expect(try await bench.ask("DELETE", "/v1/rules/x").status == 200)
        #expect(try await bench.ask("GET", "/v1/rules/x").status == 404)
        #expect(try await bench.ask("POST", "/v1/rules", "{").status == 400)
        #expect(
            try await bench.ask("POST", "/v1/rules", rule, headers: ["content-type": "text/plain"])
                .status == 415
        )
    }

    @Test func `a stale change is refused and a trial changes nothing`() async throws {
        let bench = try await Bench()
        let config = try await bench.ask("GET", "/v1/config")
        #expect(config.headers["ETag"] == "\"1\"")
        let text = String(decoding: config.value.json, as: UTF8.self)
        let trial = try await bench.ask("PUT", "/v1/config?validate-only", text)
        #expect(trial.status == 200)
        #expect(trial.value["applied"] == .bool(false))
        #expect(bench.traffic.snapshots.count == 1)
        let match = ["if-match": "\"1\""]
        #expect(
            try await bench.ask("PUT", "/v1/config?wait=applied", text, headers: match).status
                == 200
        )
        #expect(try await bench.ask("PUT", "/v1/config", text, headers: match).status == 412)
        #expect(try await bench.ask("PUT", "/v1/config?wait=no", text).status == 400)
        let production = #"{"version":1,"environment":"staging"}"#
        #expect(try await bench.ask("PUT", "/v1/config", production).status == 422)
    }

    @Test func `reset puts every rule off and every proxy on`() async throws {
        let bench = try await Bench()
        _ = try await bench.ask("POST", "/v1/proxies/prism/disable")
        #expect(bench.traffic.last?.proxies.first?.isEnabled == false)
        _ = try await bench.ask("POST", "/v1/reset")
        #expect(bench.traffic.last?.rules.isEmpty == true)
        #expect(bench.traffic.last?.proxies.first?.isEnabled == true)
    }

    @Test func `a proxy that a rule names is kept`() async throws {
        let bench = try await Bench()
        let proxy = #"{"name":"db","listen":"127.0.0.1:0","upstream":"127.0.0.1:1"}"#
        #expect(try await bench.ask("POST", "/v1/proxies", proxy).status == 201)
        #expect(try await bench.ask("POST", "/v1/proxies", proxy).status == 409)
        let rule = #"{"id":"x","when":{"proxy":"db"},"then":["hang"]}"#
        #expect(try await bench.ask("POST", "/v1/rules", rule).status == 201)
        #expect(try await bench.ask("DELETE", "/v1/proxies/db").status == 409)
        #expect(
            try await bench.ask("PATCH", "/v1/proxies/db", #"{"upstream":"127.0.0.1:2"}"#).status
                == 200
        )
    }

    @Test func `a follower that was too slow is told how many it missed`() async throws {
        let bench = try await Bench()
        for number in 0..<20 {
            bench.log.append(
                .notice(NoticeRecord(code: "n\(number)", message: "", proxy: nil, connection: nil))
            )
        }
        let text = try await bench.events("/v1/events?since=1&follow=false")
        let lines = text.split(separator: "\n")
        #expect(lines.count == 9)
        #expect(lines.first?.contains(#""kind":"missed","missed":12"#) == true)
        #expect(try await bench.events("/v1/events?follow=false&kind=state").isEmpty)
        let sent = try await bench.events(
            "/v1/events?follow=false",
            headers: ["accept": "text/event-stream", "last-event-id": "20"]
        )
        #expect(sent.hasPrefix("id: 21\nevent: notice\ndata: {"))
        #expect(bench.routes.followers.count == 0)
    }

    @Test func `followers are bounded`() async throws {
        let gate = FollowerGate()
        var seats = (0..<FollowerGate.maximum).compactMap { _ in gate.enter() }
        #expect(seats.count == FollowerGate.maximum)
        #expect(gate.enter() == nil)
        seats.removeAll()
        #expect(gate.count == 0)
    }
}

extension Bench {
    func events(_ target: String, headers: [String: String] = [:]) async throws -> String {
        let request = try AdminRequest(method: "GET", target: target, headers: headers)
        guard case .events(let feed) = await routes.answer(request).body else { return "no events" }
        let text = Mutex("")
        try await feed.run { chunk in text.withLock { $0 += chunk } }
        return text.withLock { $0 }
    }
}
