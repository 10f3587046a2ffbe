// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `rate-limit`: a true quota, and the fields that count it down.
@Suite struct QuotaFaultTests {
    /// Retry-After is rounded up, and as long as a busy machine needs less than the quota's time.
    private static func isRetry(_ reply: Reply, within most: Int) -> Bool {
        reply["retry-after"].first.flatMap { Int($0) }.map { (1...most).contains($0) } ?? false
    }

    @Test func `the IETF fields name the policy and count the quota down to 429`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: "- { id: quota, then: [rate-limit: { quota: 2, per: 60s }] }"
            )
            let wire = try Wire(proxy.address)
            for (status, left) in [(200, 1), (200, 0), (429, 0), (429, 0)] {
                let reply = try await wire.ask("/text/5")
                #expect(reply.status == status)
                #expect(reply["ratelimit-policy"] == [#""quota";q=2;w=60"#])
                let field = reply["ratelimit"].first ?? ""
                let parts = field.split(separator: ";").map(String.init)
                #expect(parts.prefix(2) == [#""quota""#, "r=\(left)"], "\(field)")
                let reset = parts.last?.split(separator: "=").last.flatMap { Int($0) } ?? 0
                #expect((1...60).contains(reset), "\(field)")
                #expect(Self.isRetry(reply, within: 60) == (status == 429))
            }
            // Another connection of the same client has the same quota.
            #expect(try await Wire(proxy.address).ask("/text/5").status == 429)
            #expect(
                try await curl("http://\(upstream)/seen").output.split(separator: "\n").count == 2
            )
            try await proxy.control("rule", "reset-counters", "quota")
            #expect(try await wire.ask("/text/5").status == 200)
        }
    }

    @Test func `the older fields, a date, or nothing at all, where they are asked for`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Cases.rules([
                    "older": "rate-limit: { quota: 1, per: 60s, headers: x, retry-after: date }",
                    "silent":
                        "rate-limit: { quota: 1, per: 60s, headers: none, retry-after: none }",
                ])
            )
            let wire = try Wire(proxy.address)
            let passed = try await wire.ask("/text/5?case=older")
            #expect(passed.status == 200 && passed["x-ratelimit-remaining"] == ["0"])
            let refused = try await wire.ask("/text/5?case=older")
            #expect(refused.status == 429 && refused["x-ratelimit-limit"] == ["1"])
            #expect((1...60).contains(Int(refused["x-ratelimit-reset"].first ?? "") ?? 0))
            let format = DateFormatter()
            format.locale = Locale(identifier: "en_US_POSIX")
            format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            format.timeZone = TimeZone(identifier: "GMT")
            let text = try #require(refused["retry-after"].first)
            let date = try #require(format.date(from: text), "\(text)")
            #expect((-1...62).contains(date.timeIntervalSinceNow), "\(text)")

            #expect(try await wire.ask("/text/5?case=silent").status == 200)
            let silent = try await wire.ask("/text/5?case=silent")
            #expect(silent.status == 429 && silent["retry-after"].isEmpty)
            #expect(!silent.fields.contains { $0.name.contains("ratelimit") })
        }
    }

    @Test func `a quota of a header's value is each value's own`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: q, then: [rate-limit: { quota: 1, per: 1h, key: header:X-User }] }"
            )
            let wire = try Wire(proxy.address)
            for _ in 0..<2 {
                for (user, status) in [("ann", 200), ("bob", 200), ("ann", 429), ("bob", 429)] {
                    let reply = try await wire.ask("/text/5", headers: ["X-User: \(user)"])
                    #expect(reply.status == status, "\(user)")
                }
                try await proxy.control("rule", "reset-counters", "q")
            }
        }
    }

    @Test func `a quota comes back when its time is over, and not before`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: q, then: [rate-limit: { quota: 1, per: 1s }] }"
            )
            let wire = try Wire(proxy.address)
            let (time, _) = try await ContinuousClock().timed {
                #expect(try await wire.ask("/text/5").status == 200)
                while try await wire.ask("/text/5").status == 429 {}
            }
            // Its window began with the first request's arrival, a little after the clock here.
            #expect(time >= .seconds(1))
        }
    }
}
