// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Faults that cut, hold back or change the bytes of a stream, at the end of a raw socket.
@Suite struct StreamFaultTests {
    /// What the upstream sends for it, head and all.
    private static let request = "GET /text/2000 HTTP/1.1\r\nConnection: close\r\n\r\n"

    /// The whole answer through one proxy, and how long it took.
    private static func fetch(
        _ proxy: Proxy,
        _ name: String
    ) async throws -> (time: Duration, data: Data) {
        let wire = try proxy.wire(to: name)
        let (time, (data, ending)) = try await ContinuousClock().timed {
            try await wire.send(request)
            return try await wire.readToEnd()
        }
        #expect(ending == .end, "\(name)")
        return (time, data)
    }

    @Test func `slices, stalls and losses take their time, and no byte goes astray`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "tcp",
                to: try await stage.upstream(),
                [
                    "plain": "",
                    "slice": "slice: { size: 100B ± 20B, every: 10ms }",
                    "stall": "stall: { after: 17B, for: 300ms }",
                    "lost": "loss: { rate: 60%, rto: 20ms }",
                    "ending": "slow-close: 300ms",
                ]
            )
            let whole = try await Self.fetch(proxy, "plain").data
            #expect(whole.count > 2_000)
            async let slice = Self.fetch(proxy, "slice")
            async let stall = Self.fetch(proxy, "stall")
            async let lost = Self.fetch(proxy, "lost")
            async let ending = Self.fetch(proxy, "ending")
            let times = [
                // 120 bytes are the most of a write: at least 16 pauses lie between.
                (try await slice, Duration.milliseconds(160)),
                (try await stall, .milliseconds(300)),
                (try await ending, .milliseconds(300)),
                // By this seed at least one of two segments is lost.
                (try await lost, .milliseconds(20)),
            ]
            for (result, least) in times {
                #expect(result.data == whole)
                #expect(result.time >= least)
            }
        }
    }

    @Test func `promise 4: what is sliced, stalled, lost or hung comes when its rule is removed`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "tcp",
                to: try await stage.upstream(),
                [
                    "plain": "",
                    "slice": "slice: { size: 5B, every: 1h }",
                    "stall": "stall: { after: 17B }",
                    "lost": "loss: { rate: 100%, rto: 1h }",
                    "ending": "slow-close: 1h",
                    "hung": "hang",
                ]
            )
            let whole = try await Self.fetch(proxy, "plain").data
            let size = whole.count
            for (name, before, held) in [
                ("slice", 5, size - 5), ("stall", 17, size - 17), ("lost", 0, size),
                ("ending", size, 0), ("hung", 0, Self.request.utf8.count),
            ] {
                let wire = try proxy.wire(to: name)
                try await wire.send(Self.request)
                let first = try await wire.read(before)
                #expect(first == whole.prefix(before), "\(name)")
                // The rest is in the proxy, and stays there.
                _ = try await proxy.settled {
                    try await proxy.connections().filter { $0.proxy == name }.map(\.bufferedBytes)
                } where: {
                    $0 == [held]
                }
                try await proxy.control("rule", "remove", name)
                let (rest, ending) = try await wire.readToEnd()
                #expect(first + rest == whole, "\(name)")
                #expect(ending == .end, "\(name)")
            }
        }
    }

    @Test func `corrupt changes bytes as its mode says, behind what it skips, and no length`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "tcp",
                to: try await stage.upstream("upstream.py", "echo"),
                [
                    "flip": "corrupt: { rate: 100%, skip: 10B }",
                    "zero": "corrupt: { rate: 100%, mode: zero, skip: 10B }",
                    "random": "corrupt: { rate: 100%, mode: random, skip: 10B, toward: server }",
                    "some": "corrupt: { rate: 2%, skip: 10B }",
                ]
            )
            let sent = Data((0..<4_000).map { UInt8($0 % 251 + 1) })
            let isRight: [String: @Sendable (UInt8, UInt8) -> Bool] = [
                "flip": { ($0 ^ $1).nonzeroBitCount == 1 },
                "zero": { $1 == 0 && $0 != 0 },
                "random": { $0 != $1 },
            ]
            for name in ["flip", "zero", "random", "some"] {
                let wire = try proxy.wire(to: name)
                try await wire.send(sent)
                let got = try await wire.read(sent.count)
                #expect(got.prefix(10) == sent.prefix(10), "\(name)")
                let pairs = zip(sent, got).dropFirst(10)
                if let isRight = isRight[name] {
                    #expect(pairs.allSatisfy(isRight), "\(name)")
                } else {
                    let changed = pairs.count { $0 != $1 }
                    #expect(changed > 0 && changed < 400, "\(changed)")
                }
            }
            try await proxy.control("rule", "remove", "flip")
            let wire = try proxy.wire(to: "flip")
            try await wire.send(sent)
            #expect(try await wire.read(sent.count) == sent)
        }
    }

    @Test(arguments: ["rule", "proxy"])
    func `two downloads of one shared bandwidth take as long as their bytes together`(
        share: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: narrow, then: [bandwidth: { rate: 100KB/s, share: \(share) }] }"
            )
            let (time, sizes) = try await ContinuousClock().timed {
                async let first = curl("\(proxy.url)/text/30000")
                async let second = curl("\(proxy.url)/text/30000")
                return try await [first.data.count, second.data.count]
            }
            #expect(sizes == [30_000, 30_000])
            // Alone, each would take 300 ms.
            #expect(time >= .milliseconds(550))
        }
    }

    @Test func `curl sees a slow close as a transfer that is whole and late`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream("exchanges.py"),
                rules: "- { id: late, then: [slow-close: 300ms] }"
            )
            // Kind 3 of the fixture: a body that ends with its connection.
            let (time, result) = try await ContinuousClock().timed {
                try await curl("-o", "/dev/null", "-w", "%{size_download}", "\(proxy.url)/3")
            }
            #expect(result.status == 0)
            #expect((Int(result.output) ?? 0) > 0)
            #expect(time >= .milliseconds(300))
        }
    }
}
