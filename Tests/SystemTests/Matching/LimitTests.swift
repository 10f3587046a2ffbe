// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How often rules fire, as their clients count it.
@Suite struct LimitTests {
    private static func proxy(_ stage: Stage, limit: String, then: String) async throws -> Proxy {
        try await stage.proxy(
            "http",
            to: try await stage.upstream(),
            rules: "- { id: limited, limit: { \(limit) }, then: [\(then)] }"
        )
    }

    @Test func `a count per header is each value's own`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                limit: "times: 2, per: header:X-User",
                then: "respond: 503"
            )
            let wire = try Wire(proxy.address)
            for status in [503, 503, 200, 200] {
                for user in ["X-User: ann", "X-User: bob", "X-Nobody: at all"] {
                    #expect(try await wire.ask("/text/5", headers: [user]).status == status)
                }
            }
        }
    }

    @Test func `no more exchanges are hit at once than concurrent allows`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage, limit: "concurrent: 2", then: "hang")
            let hung = try (0..<2).map { _ in try Wire(proxy.address) }
            for (index, wire) in hung.enumerated() {
                try await wire.send(Wire.request("GET", "/text/5"))
                try await proxy.events { $0.count { $0.fault == "hang" } == index + 1 }
            }
            let third = try Wire(proxy.address)
            #expect(try await third.ask("/text/5").status == 200)
            // One that is given up makes room for one.
            hung[0].reset()
            try await proxy.events { $0.contains { $0.kind == "xchg" && $0.outcome != "complete" } }
            try await third.send(Wire.request("GET", "/text/6"))
            try await proxy.events { $0.count { $0.fault == "hang" } == 3 }
            try await proxy.control("rule", "disable", "limited")
            #expect(try await third.reply().body.count == 6)
            #expect(try await hung[1].reply().body.count == 5)
        }
    }

    @Test(arguments: ["requests: 3", "connections: 3", "clients: 3", "bytes: 600B"])
    func `a budget that is used up disables its rule, and says so`(budget: String) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                limit: "budget: { \(budget) }",
                then: "respond: { status: 503, body: \"\(String(repeating: "b", count: 100))\" }"
            )
            var statuses: [Int] = []
            for host in 1...8 {
                let wire = try Wire(proxy.address, from: "127.0.1.\(host):0")
                statuses += [try await wire.ask("/text/5").status]
            }
            let hits = statuses.prefix { $0 == 503 }.count
            #expect(statuses.dropFirst(hits).allSatisfy { $0 == 200 }, "\(statuses)")
            #expect(budget.hasPrefix("bytes") ? (1...4).contains(hits) : hits == 3, "\(statuses)")
            let log = try await proxy.events {
                $0.contains { $0.change?.hasPrefix("rule.") == true }
            }
            let change = log.first { $0.change?.hasPrefix("rule.") == true }
            #expect(change?.subject == "limited", "\(log)")
            let rule = try await proxy.control("rule", "show", "limited", "--output", "json")
            #expect(rule.filter { !$0.isWhitespace }.contains(#""enabled":false"#), "\(rule)")
        }
    }

    @Test func `a window opens and closes by itself, again and again`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                limit: "window: { on: 150ms, every: 300ms }",
                then: "respond: 503"
            )
            let wire = try Wire(proxy.address)
            var changes = 0
            var last = try await wire.ask("/text/5").status
            for _ in 0..<100_000 where changes < 4 {
                let status = try await wire.ask("/text/5").status
                if status != last { changes += 1 }
                last = status
            }
            #expect(changes == 4)
        }
    }

    @Test(arguments: [("1%", "1h", 200), ("100%", "1ms", 503)])
    func `a ramp begins at nothing, and ends at its probability`(
        probability: String,
        over: String,
        status: Int
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                limit: "ramp: { to: \(probability), over: \(over) }",
                then: "respond: 503"
            )
            let wire = try Wire(proxy.address)
            for _ in 0..<20 { #expect(try await wire.ask("/text/5").status == status) }
        }
    }
}
