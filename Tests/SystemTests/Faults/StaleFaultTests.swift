// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `stale`: the last good answer again, with its age.
@Suite struct StaleFaultTests {
    @Test func `a stale answer is the last good one, with its age, and other requests go through`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: old, enabled: false, then: [stale] }"
            )
            let wire = try Wire(proxy.address)
            #expect(try await wire.ask("/count/a").text == "1\n")
            #expect(try await wire.ask("/count/a").text == "2\n")
            #expect(try await wire.ask("/status/500").status == 500)
            try await proxy.control("rule", "enable", "old")
            for _ in 0..<2 {
                let stale = try await wire.ask("/count/a")
                #expect(stale.status == 200 && stale.text == "2\n")
                #expect(stale["age"].count == 1 && stale["age"] == stale["x-cache-age"])
                #expect((0...60).contains(Int(stale["age"].first ?? "") ?? -1))
            }
            // Nothing is remembered of these: never asked for, not good, no GET.
            #expect(try await wire.ask("/count/b")["age"].isEmpty)
            #expect(try await wire.ask("/status/500").status == 500)
            #expect(try await wire.ask("/count/a", "POST", body: "").text == "3\n")
            try await proxy.control("rule", "disable", "old")
            let fresh = try await wire.ask("/count/a")
            #expect(fresh.text == "4\n" && fresh["age"].isEmpty)
        }
    }

    @Test func `what is older than max-age is not used, and headers can be left out`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Cases.rules([
                    "brief": "stale: { max-age: 1ms }",
                    "wait": "delay: 5ms",
                    "bare": "stale: { headers: false }",
                ])
            )
            let wire = try Wire(proxy.address)
            #expect(try await wire.ask("/count/a?case=brief").text == "1\n")
            // Longer than it may be old.
            #expect(try await wire.ask("/text/5?case=wait").status == 200)
            #expect(try await wire.ask("/count/a?case=brief").text == "2\n")
            #expect(try await wire.ask("/count/a?case=bare").text == "1\n")
            let bare = try await wire.ask("/count/a?case=bare")
            #expect(bare.text == "1\n" && bare["age"].isEmpty && bare["x-cache-age"].isEmpty)
        }
    }
}
