// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Partitions, as the ends of the edges that they cut see them.
@Suite struct PartitionTests {
    /// Two replicas and a client of both: three edges would be needed for a minority, two are here.
    private static func proxy(_ stage: Stage) async throws -> (Proxy, upstream: String) {
        let upstream = try await stage.upstream()
        let proxy = try await stage.proxy(
            configuration: """
                version: 1
                seed: 1234
                proxies:
                  one: { listen: "127.0.0.1:0", upstream: "\(upstream)", protocol: http, \
                from: clients, to: one }
                  two: { listen: "127.0.0.1:0", upstream: "\(upstream)", protocol: http, \
                from: clients, to: two }
                """
        )
        return (proxy, upstream)
    }

    @Test func `promise 4: a hang says nothing until it heals, and then nothing is lost`()
        async throws
    {
        try await Stage.with { stage in
            let (proxy, upstream) = try await Self.proxy(stage)
            let live = try proxy.wire(to: "one")
            let other = try proxy.wire(to: "two")
            for wire in [live, other] { #expect(try await wire.ask("/text/5").status == 200) }
            try await proxy.control(
                "partition",
                "create",
                "cut",
                "--group",
                "clients",
                "--group",
                "one"
            )
            try await live.send(Wire.request("GET", "/text/6?live"))
            let new = try proxy.wire(to: "one")
            try await new.send(Wire.request("GET", "/text/7?new"))
            #expect(try await other.ask("/text/8").status == 200)
            let seen = try await proxy.settled { try await curl("http://\(upstream)/seen").output }
            #expect(!seen.contains("live") && !seen.contains("new"))
            try await proxy.control("partition", "heal", "cut")
            #expect(try await live.reply().body.count == 6)
            #expect(try await new.reply().body.count == 7)
        }
    }

    @Test func `one way, requests arrive and answers wait`() async throws {
        try await Stage.with { stage in
            let (proxy, upstream) = try await Self.proxy(stage)
            try await proxy.control(
                "partition",
                "create",
                "deaf",
                "--group",
                "one",
                "--group",
                "clients",
                "--one-way"
            )
            let wire = try proxy.wire(to: "one")
            try await wire.send(Wire.request("GET", "/text/6?asked"))
            _ = try await proxy.settled {
                try await curl("http://\(upstream)/seen").output
            } where: {
                $0.contains("asked")
            }
            try await proxy.control("partition", "heal", "deaf")
            #expect(try await wire.reply().body.count == 6)
        }
    }

    @Test func `a reset cuts live and new connections of all its edges, and of no other`()
        async throws
    {
        try await Stage.with { stage in
            let (proxy, _) = try await Self.proxy(stage)
            let live = try ["one", "two"].map { try proxy.wire(to: $0) }
            for wire in live { #expect(try await wire.ask("/text/5").status == 200) }
            try await proxy.control("partition", "one", "--how", "reset")
            let (data, ending) = try await live[0].readToEnd()
            #expect(data.isEmpty && ending == .reset)
            #expect(try await Wire.isReset(proxy.addresses["one"] ?? ""))
            #expect(try await live[1].ask("/text/5").status == 200)
            try await proxy.control("reset")
            #expect(try await proxy.wire(to: "one").ask("/text/5").status == 200)
        }
    }

    @Test func `refuse closes the listener, and healing opens the same one`() async throws {
        try await Stage.with { stage in
            let (proxy, _) = try await Self.proxy(stage)
            let live = try proxy.wire(to: "two")
            #expect(try await live.ask("/text/5").status == 200)
            try await proxy.control(
                "partition",
                "create",
                "away",
                "--group",
                "clients",
                "--group",
                "two",
                "--how",
                "refuse"
            )
            #expect(try await live.readToEnd().ending == .reset)
            let address = proxy.addresses["two"] ?? ""
            #expect(throws: Trouble("connect to \(address): Connection refused")) {
                _ = try Wire(address)
            }
            try await proxy.control("partition", "heal", "away")
            #expect(try await Wire(address).ask("/text/5").status == 200)
        }
    }

    @Test func `a share of the clients is cut off, the same ones on every proxy`() async throws {
        try await Stage.with { stage in
            let (proxy, _) = try await Self.proxy(stage)
            try await proxy.control(
                "partition",
                "create",
                "some",
                "--group",
                "clients",
                "--group",
                "one,two",
                "--how",
                "reset",
                "--percent",
                "50"
            )
            var isCut: [[Bool]] = []
            for name in ["one", "two"] {
                var cut: [Bool] = []
                for host in 1...30 {
                    let address = proxy.addresses[name] ?? ""
                    let wire = try? Wire(address, from: "127.0.1.\(host):0")
                    cut.append((try? await wire?.ask("/text/5").status) != 200)
                }
                isCut.append(cut)
            }
            #expect(isCut[0] == isCut[1])
            #expect((5...25).contains(isCut[0].count { $0 }))
        }
    }

    @Test func `a partition that flaps is cut and whole by turns, and heals by itself`()
        async throws
    {
        try await Stage.with { stage in
            let (proxy, _) = try await Self.proxy(stage)
            let wire = try proxy.wire(to: "one")
            try await proxy.control(
                "partition",
                "create",
                "flaps",
                "--group",
                "clients",
                "--group",
                "one",
                "--flap-down",
                "100ms",
                "--flap-up",
                "100ms"
            )
            // Each waits for a time when it is whole.
            for size in 1...3 { #expect(try await wire.ask("/text/\(size)").body.count == size) }
            _ = try await proxy.events { events in
                Set(["partition.cut", "partition.restored"]).isSubset(
                    of: events.compactMap(\.change)
                )
            }
            try await proxy.control("partition", "heal", "flaps")
            try await proxy.control("partition", "one", "--how", "hang", "--for", "100ms")
            _ = try await proxy.events { events in
                events.contains { $0.change == "partition.expired" }
            }
            #expect(try await proxy.control("partition", "list") == "no partitions\n")
            #expect(try await wire.ask("/text/5").status == 200)
        }
    }
}
