// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Leases, panic and partitions through the built programs.
@Suite struct LeaseTests {
    private func code(_ proxy: Proxy) async throws -> String {
        try await curl("-o", "/dev/null", "-w", "%{http_code}", "\(proxy.url)/text/1").output
    }

    private func hold(
        _ stage: Stage,
        _ proxy: Proxy,
        ttl: String
    ) async throws -> (Running, lease: String) {
        let holder = try stage.start(
            Programs.chaosctl,
            ["lease", "hold", "--ttl", ttl, "--socket", proxy.socket]
        )
        return (holder, try await holder.line("lease-"))
    }

    @Test func `a killed lease holder leaves no fault behind`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let (holder, lease) = try await hold(stage, proxy, ttl: "4s")
            try await proxy.control("fault", "main", "respond", "503", "--lease", lease)
            try await proxy.control(
                "partition",
                "main",
                "--how",
                "hang",
                "--toward",
                "server",
                "--percent",
                "0",
                "--lease",
                lease
            )
            #expect(try await code(proxy) == "503")
            holder.signal(SIGKILL)
            try await proxy.control("mark", "killed")
            let events = try await proxy.events { events in
                events.contains { $0.change == "lease.expired" && $0.subject == lease }
            }
            let mark = try #require(events.first { $0.kind == "mark" && $0.name == "killed" })
            let expired = try #require(events.first { $0.change == "lease.expired" })
            // The ttl is 4 s; the rest is for a machine that is busy.
            #expect(expired.t - mark.t < 60_000_000_000)
            let gone = events.filter { $0.generation == expired.generation }.compactMap(\.change)
            #expect(gone == ["lease.expired", "rule.removed", "partition.healed"])
            #expect(try await code(proxy) == "200")
            #expect(try await proxy.control("rule", "list") == "no rules\n")
            #expect(try await proxy.control("partition", "list") == "no partitions\n")
        }
    }

    @Test func `a lease outlives its ttl while its command runs, and ends with the command`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let script = "'\(Programs.chaosctl)' fault main respond 503 && read -r line; exit 7"
            let holder = try stage.start(
                Programs.chaosctl,
                [
                    "lease", "hold", "--ttl", "4s", "--socket", proxy.socket, "--", "/bin/sh",
                    "-c", script,
                ]
            )
            #expect(try await holder.line("main.respond") == "main.respond.1")
            // Renewed at each third of the ttl: more than 3 are more than that.
            var renewals = 0
            for _ in 0..<Proxy.looks where renewals < 4 {
                let leases = try await proxy.control("lease", "list", "--output", "json")
                renewals =
                    try JSONDecoder().decode(Leases.self, from: Data(leases.utf8))
                    .leases.first?.renewals ?? 0
            }
            #expect(renewals >= 4)
            #expect(try await code(proxy) == "503")
            holder.closeInput()
            #expect(try await holder.status() == 7)
            #expect(try await code(proxy) == "200")
            #expect(try await proxy.control("lease", "list") == "no leases\n")
        }
    }

    @Test func `an interrupted lease holder ends its lease at once`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let (holder, lease) = try await hold(stage, proxy, ttl: "60s")
            try await proxy.control("fault", "main", "respond", "503", "--lease", lease)
            holder.signal(SIGTERM)
            #expect(try await holder.status() == 0)
            #expect(try await code(proxy) == "200")
            let changes = try await proxy.events().compactMap(\.change)
            #expect(changes.contains("lease.ended") && !changes.contains("lease.expired"))
        }
    }

    @Test func `a signal to a holder ends its command, and the lease with it`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let holder = try stage.start(
                Programs.chaosctl,
                [
                    "lease", "hold", "--socket", proxy.socket, "--", "/bin/sh", "-c",
                    "echo begun; read -r line",
                ]
            )
            _ = try await holder.line("begun")
            holder.signal(SIGTERM)
            #expect(try await holder.status() == 128 + SIGTERM)
            #expect(try await proxy.control("lease", "list") == "no leases\n")
        }
    }

    @Test func `a command that cannot be run is told of, and its lease ends`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let result = try await proxy.attempt(["lease", "hold", "--", "/no/such/program"])
            #expect(result.status == 127)
            #expect(result.errors.contains("cannot run `/no/such/program`"))
            #expect(try await proxy.control("lease", "list") == "no leases\n")
        }
    }

    @Test func `a panic puts every fault off until it is taken back`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "- { id: teapot, then: [{ respond: 418 }] }"
            )
            let live = try Wire(proxy.address)
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 418 "))
            try await proxy.control("panic")
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            try await proxy.control("fault", "main", "respond", "503")
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            #expect(try await proxy.control("status").contains("every fault is off"))
            try await proxy.control("unpanic")
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 418 "))
        }
    }
}

private struct Leases: Decodable {
    struct Lease: Decodable { let renewals: Int }
    let leases: [Lease]
}
