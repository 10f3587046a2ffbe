// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// What happens where the descriptors end that the system allows.
@Suite struct DescriptorTests {
    /// Connections that the limit under test leaves room for, about.
    static let places = 24

    private static func configuration(_ upstream: String) -> String {
        """
        version: 1
        proxies:
          main: { listen: "127.0.0.1:0", upstream: "\(upstream)", protocol: http }
        rules:
          - { id: slow, when: { request: GET /text/7 }, then: [delay: 1s] }
        """
    }

    /// Starts a proxy that may have just enough descriptors for ``places`` connections.
    private func proxy(_ stage: Stage, to upstream: String) async throws -> Proxy {
        let configuration = Self.configuration(upstream)
        // How many it needs without a connection depends on the machine's cores.
        let plain = try await stage.proxy(
            configuration: configuration,
            arguments: ["--event-loops", "1"],
            socket: "plain.sock"
        )
        let own = try await plain.figure("process_open_fds")
        return try await stage.proxy(
            configuration: configuration,
            arguments: ["--event-loops", "1"],
            limit: "-n \(Int(own) + Self.kept + 2 * Self.places)"
        )
    }

    /// What the proxy keeps for itself.
    private static let kept = 160

    @Test func `where descriptors end, accept pauses and says so, and goes on when one leaves`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await proxy(stage, to: try await stage.upstream())
            let wires = try (0..<Self.places + 8).map { _ in try Wire(proxy.address) }
            for wire in wires { try await wire.send(Wire.request("GET", "/text/5")) }
            let told = try await proxy.process.complaint("the limit of open files")
            let live = try await proxy.settled { try await proxy.connections().count }
            #expect((Self.places - 4..<Self.places + 4).contains(live), "\(told)")
            for wire in wires.prefix(live) { #expect(try await wire.reply().status == 200) }

            // Who is in is served as ever, rules change, and nothing turns in circles meanwhile.
            let before = try await proxy.figure("process_cpu_seconds_total")
            #expect(try await wires[0].ask("/text/7").status == 200)
            #expect(try await proxy.figure("process_cpu_seconds_total") - before < 0.5)
            try await proxy.control("fault", "main", "respond", "503")
            #expect(try await wires[1].ask("/text/5").status == 503)
            try await proxy.control("reset")
            #expect(try await proxy.connections().count == live)

            // One leaves, and the first of those who wait is served at once.
            for (leaving, waiting) in zip(wires, wires.dropFirst(live)).prefix(2) {
                leaving.reset()
                #expect(try await waiting.reply().status == 200)
            }
            let log = try await proxy.events { !$0.isEmpty }
            #expect(log.filter { $0.kind == "notice" }.map(\.code) == ["limit.descriptors"])
            #expect(proxy.process.errors.lines.count { $0.contains("open files") } == 1)
        }
    }

    @Test func `when all have left, as many come in again`() async throws {
        try await Stage.with { stage in
            let proxy = try await proxy(stage, to: try await stage.upstream())
            for _ in 0..<3 {
                let wires = try (0..<Self.places - 4).map { _ in try Wire(proxy.address) }
                for wire in wires { #expect(try await wire.ask("/text/5").status == 200) }
                for wire in wires { wire.reset() }
                _ = try await proxy.settled({ try await proxy.connections().count }) { $0 == 0 }
            }
            #expect(try await proxy.events().allSatisfy { $0.kind != "notice" })
        }
    }

    @Test func `a change that leaves no descriptors to connections is refused, with a remedy`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await proxy(stage, to: try await stage.upstream())
            let more = (0..<40).map {
                #""p\#($0)": { "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9" }"#
            }
            let file = try stage.write(
                #"{ "version": 1, "proxies": { \#(more.joined(separator: ", ")) } }"#,
                to: "more.json"
            )
            let result = try await proxy.admin(
                "/v1/config",
                "-X",
                "PUT",
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                "@\(file)"
            )
            #expect(result.output.contains("raise it (ulimit -n)"), "\(result.output)")
            #expect(try await Wire(proxy.address).ask("/text/5").status == 200)
        }
    }

    @Test func `the limit of a shell is raised as far as it may be`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                configuration: Self.configuration("127.0.0.1:9"),
                limit: "-Sn 300"
            )
            let hard = try await run("/bin/sh", ["-c", "ulimit -Hn"]).output
            let most = try await proxy.figure("process_max_fds")
            #expect(
                Double(hard.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .infinity <= most
            )
            #expect(most > 300)
        }
    }

    @Test func `a limit that does not suffice to begin is an error with a remedy`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(Self.configuration("127.0.0.1:9"), to: "chaos.yaml")
            for limit in [12, 40, 100] {
                let result = try await run(
                    "/bin/sh",
                    [
                        "-c", "ulimit -n \(limit); exec \"$@\"", "sh", Programs.chaosproxy,
                        "--config", file, "--socket", stage.path("a.sock"),
                    ]
                )
                #expect(result.status == 1)
                #expect(result.errors.contains("the limit of open files is \(limit)"))
                #expect(result.errors.contains("ulimit -n"))
            }
        }
    }

    @Test func `a dial whose client has gone keeps no descriptor`() async throws {
        try await Stage.with { stage in
            let full = try await stage.upstream("upstream.py", "full")
            let proxy = try await stage.proxy(
                "tcp",
                to: full,
                settings: "limits: { connect-timeout: 1h }"
            )
            let before = try await proxy.figure("process_open_fds")
            let wires = try (0..<8).map { _ in try Wire(proxy.address) }
            _ = try await proxy.settled({ try await proxy.connections().count }) { $0 == 8 }
            _ = try await proxy.settled({ try await proxy.figure("process_open_fds") }) {
                $0 == before + 16
            }
            for wire in wires { wire.reset() }
            _ = try await proxy.settled({ try await proxy.figure("process_open_fds") }) {
                $0 == before
            }
        }
    }
}

extension Proxy {
    /// One figure of the scrape that has no labels.
    func figure(_ name: String) async throws -> Double {
        let page = try PrometheusText(try await admin("/metrics").output)
        guard let value = page[name, [:]] else { throw Trouble("/metrics has no \(name)") }
        return value
    }
}
