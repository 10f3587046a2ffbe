// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a person, or a script, asks the running proxy about its rules and its traffic.
@Suite struct QuestionTests {
    private static let rules = """
          - id: alice
            about: One user alone is slow.
            when: { request: GET /text/**, headers: { X-User: alice } }
            then: [{ delay: 1ms }]
          - id: down
            when: { request: GET /down }
            limit: { times: 3 }
            then: [{ respond: 503 }]
        """

    @Test func `explain names the one header that kept a rule from matching`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rules
            )
            let imagined = try await proxy.control(
                "explain",
                "GET",
                "\(proxy.url)/text/1",
                "-H",
                "X-User: bob"
            )
            #expect(imagined.contains("headers/X-User is `bob`, wanted `alice`"))

            // Of one that happened.
            let status = try await curl("-H", "X-User: eve", "\(proxy.url)/text/1")
            #expect(status.status == 0)
            let id = try await proxy.exchange(of: "/text/1")
            let past = try await proxy.control("explain", id)
            #expect(past.contains("headers/X-User is `eve`, wanted `alice`"))
            #expect(past.contains("request is `GET /text/1`, wanted `GET /down`"))

            // And of the rule that never fired, among everything that came.
            _ = try await curl("\(proxy.url)/other")
            _ = try await proxy.exchange(of: "/other")
            let nearest = try await proxy.control("explain", "--rule", "alice")
            #expect(nearest.contains("nearest of 2 exchanges:"))
            #expect(nearest.contains("\(id), GET /text/1 on main"))
            #expect(nearest.contains("headers/X-User is `eve`, wanted `alice`"))

            // With the right value it fires, and asking has counted nothing.
            let right = try await proxy.control(
                "explain",
                "GET",
                "http://main/text/1",
                "-H",
                "x-user: alice"
            )
            #expect(right.split(separator: "\n").contains { $0.hasPrefix("alice  fires") })
            let rule = try await proxy.control("rule", "show", "alice")
            #expect(rule.contains("matches  0"))
        }
    }

    @Test func `what a draw decided is told again when the exchange is explained`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                      - id: half
                        limit: { probability: 50% }
                        then: [{ delay: "uniform(1ms, 9ms)" }]
                    """
            )
            for number in 0..<12 { _ = try await curl("\(proxy.url)/text/\(number)") }
            _ = try await proxy.events { $0.count { $0.kind == "xchg" } == 12 }
            let list = try await proxy.control("exchanges", "--output", "json", "--limit", "12")
            let exchanges = try JSONDecoder().decode(Exchanges.self, from: Data(list.utf8))
                .exchanges
            #expect(exchanges.count == 12)
            let fired = exchanges.filter { !$0.faults.isEmpty }
            #expect(!fired.isEmpty && fired.count < 12)
            for exchange in exchanges {
                let text = try await proxy.control("explain", exchange.id, "-o", "json")
                let rule = try JSONDecoder().decode(Explained.self, from: Data(text.utf8)).rules[0]
                #expect(rule.verdict == (exchange.faults.isEmpty ? "held-back" : "fires"))
                guard let fault = exchange.faults.first else { continue }
                #expect(rule.toss == fault.toss)
                #expect(rule.faults.map(\.delay) == [fault.delay])
            }
        }
    }

    @Test func `a script waits for what it needs, and is told when it does not come`() async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rules
            )
            async let waited = proxy.control(
                "wait",
                "--rule",
                "down",
                "--fired",
                "3",
                "--timeout",
                "4m"
            )
            for _ in 1...3 { _ = try await curl("\(proxy.url)/down") }
            #expect(try await waited == "rule `down` fired 3 of 3 times\n")
            _ = try await proxy.control("wait", "--proxy", "main", "--connections", "0")
            _ = try await proxy.control("wait", "--idle", "50ms")
            _ = try await proxy.control("wait", "--generation", "1")
            _ = try await proxy.control("wait", "--ready")

            let late = try await proxy.attempt([
                "wait", "--rule", "down", "--fired", "4", "--timeout", "50ms",
            ])
            #expect(late.status == 3)
            #expect(late.errors.contains("rule `down` fired 3 of 4 times, after 50 ms."))
            let unknown = try await proxy.attempt(["wait", "--rule", "donw"])
            #expect(unknown.status == 4)

            let wire = try Wire(proxy.address)
            try await wire.send("GET /text/1 HTTP/1.1\r\nHost: a\r\n")
            let live = ["wait", "--proxy", "main", "--timeout", "4m", "--connections"]
            async let gone = proxy.control(live + ["0"])
            _ = try await proxy.control(live + ["1"])
            wire.reset()
            #expect(try await gone.contains("has 0 connections"))
        }
    }

    @Test func `a waiter that is killed leaves its place`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            // As many as may wait at a time: each would keep its place if its end went unseen.
            for _ in 0..<3 {
                let waiters = try (0..<100).map { _ in try Wire("unix:\(proxy.socket)") }
                for waiter in waiters { try await waiter.send(Self.longWait) }
                for waiter in waiters { waiter.reset() }
            }
            let last = try await proxy.settled {
                try await proxy.attempt(["wait", "--ready"]).status
            } where: {
                $0 == 0
            }
            #expect(last == 0)
        }
    }

    private static let longWait = {
        let body = #"{"for": {"generation": 9}, "timeout": "10m"}"#
        return "POST /v1/wait HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }()

    @Test func `exchanges are listed by what became of them`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rules
            )
            _ = try await curl("\(proxy.url)/text/1")
            _ = try await curl("\(proxy.url)/down")
            let id = try await proxy.exchange(of: "/down")
            let failed = try await proxy.control("exchanges", "list", "--status", "5xx")
            #expect(failed.split(separator: "\n").count == 2)
            #expect(failed.contains(id) && failed.contains("respond by down"))
            let shown = try await proxy.control("exchanges", "show", id)
            #expect(shown.contains("request    GET /down") && shown.contains("503, answered"))
            let none = try await proxy.attempt(["exchanges", "show", "999.0"])
            #expect(none.status == 4)
        }
    }
}

private struct Exchanges: Decodable {
    var exchanges: [Exchange]

    struct Exchange: Decodable {
        var id: String
        var target: String
        var faults: [Fault]
    }

    struct Fault: Decodable {
        var toss: Double?
        var delay: Int64?
    }
}

private struct Explained: Decodable {
    var rules: [Rule]

    struct Rule: Decodable {
        var verdict: String
        var toss: Double?
        var faults: [Exchanges.Fault]
    }
}

extension Proxy {
    /// The id of the newest exchange with this target, as soon as it is told of.
    fileprivate func exchange(of target: String) async throws -> String {
        try await events { $0.contains { $0.kind == "xchg" && $0.target == target } }
        let list = try await control("exchanges", "--output", "json")
        let exchanges = try JSONDecoder().decode(Exchanges.self, from: Data(list.utf8)).exchanges
        guard let exchange = exchanges.last(where: { $0.target == target }) else {
            throw Trouble("no exchange for \(target): \(list)")
        }
        return exchange.id
    }
}
