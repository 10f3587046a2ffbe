// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Faults that hold bytes or slow them down; times are bounded from below, and nothing else.
@Suite struct ShapingFaultTests {
    @Test(arguments: ["request", "response", "connect", "chunk"])
    func `delay holds an exchange for its time, wherever it holds it`(
        place: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "delay", "400ms", "--at", place)
            let (time, result) = try await ContinuousClock().timed {
                try await curl("-w", " %{http_code}", "\(proxy.url)/take")
            }
            #expect(result.output.hasSuffix(" 200"))
            #expect(time >= .milliseconds(400))
        }
    }

    @Test func `delay tells the log how long it was`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "delay", "uniform(20ms, 60ms)")
            let (time, _) = try await ContinuousClock().timed {
                try await curl("\(proxy.url)/text/5")
            }
            let log = try await proxy.events { $0.contains { $0.kind == "fault" } }
            let drawn = try #require(log.compactMap(\.delay).first)
            #expect((20_000_000...60_000_000).contains(drawn))
            #expect(time >= .nanoseconds(drawn))
        }
    }

    @Test(arguments: ["request", "connect"])
    func `promise 4: a request that is held reaches the service when its delay is removed`(
        place: String
    ) async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            try await proxy.control("fault", "main", "delay", "1h", "--at", place)
            async let answer = curl("-d", "body", "\(proxy.url)/take")
            _ = try await proxy.events { $0.contains { $0.fault == "delay" } }
            #expect(try await curl("http://\(upstream)/seen").output == "")
            try await proxy.control("reset")
            #expect(try await answer.output.hasPrefix("4 "))
            #expect(try await curl("http://\(upstream)/seen").output == "POST /take HTTP/1.1\n")
        }
    }

    @Test func `promise 4: a response that is held arrives whole when its delay is removed`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            try await proxy.control("fault", "main", "delay", "1h", "--at", "response")
            let whole = try await curl("http://\(upstream)/chunks/40")
            async let answer = curl("\(proxy.url)/chunks/40?held")
            _ = try await proxy.settled {
                try await curl("http://\(upstream)/seen").output
            } where: {
                $0.contains("?held")
            }
            try await proxy.control("reset")
            #expect(try await answer.data == whole.data)
        }
    }

    @Test func `bandwidth takes as long as the bytes at that rate`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control("fault", "main", "bandwidth", "100KB/s")
            let (time, result) = try await ContinuousClock().timed {
                try await curl("\(proxy.url)/text/80000")
            }
            #expect(result.data.count == 80_000)
            #expect(time >= .milliseconds(700))
        }
    }

    @Test func `bandwidth toward the server slows an upload and not a download`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let body = try stage.write(String(repeating: "a", count: 80_000), to: "body")
            try await proxy.control("fault", "main", "bandwidth", "100KB/s", "--toward", "server")
            let (up, result) = try await ContinuousClock().timed {
                try await curl("--data-binary", "@\(body)", "-H", "Expect:", "\(proxy.url)/take")
            }
            #expect(result.output.hasPrefix("80000 "))
            #expect(up >= .milliseconds(700))
            let down = try await curl("\(proxy.url)/text/20000000", within: .seconds(60))
            #expect(down.data.count == 20_000_000)
        }
    }

    @Test func `a stalled download goes on where it was when its rule is removed`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            try await proxy.control("fault", "main", "bandwidth", "0B/s", "--id", "stall")
            async let answer = curl("\(proxy.url)/text/3000000")
            _ = try await proxy.events { $0.contains { $0.fault == "bandwidth" } }
            try await proxy.control("rule", "remove", "stall")
            #expect(try await answer.data == curl("http://\(upstream)/text/3000000").data)
        }
    }
}
