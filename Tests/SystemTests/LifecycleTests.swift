// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How chaosproxy starts, obeys signals and ends.
@Suite struct LifecycleTests {
    @Test func `SIGTERM lets an exchange under way complete, and then ends with 0`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                arguments: ["--drain", "60s"]
            )
            let idle = try Wire(proxy.address)
            _ = try await idle.get("/text/1")
            let busy = try Wire(proxy.address)
            try await busy.send("GET /half/drain HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await busy.read(until: "first")
            proxy.process.signal(SIGTERM)
            _ = try await proxy.process.complaint("stopping")
            #expect(try await idle.readToEnd().ending == .end)
            #expect(throws: Trouble.self) { try Wire(proxy.address) }
            _ = try await curl("http://\(upstream)/open/drain")
            #expect(String(decoding: try await busy.read(5), as: UTF8.self) == "other")
            #expect(try await proxy.process.status() == 0)
            #expect(!FileManager.default.fileExists(atPath: proxy.socket))
        }
    }

    @Test func `a drain that takes too long is cut at its limit`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                arguments: ["--drain", "300ms"]
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /half/never HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.read(until: "first")
            proxy.process.signal(SIGTERM)
            #expect(try await wire.readToEnd().ending == .reset)
            #expect(try await proxy.process.status() == 0)
        }
    }

    @Test func `a second SIGTERM ends at once`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                arguments: ["--drain", "1h"]
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /half/never HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.read(until: "first")
            proxy.process.signal(SIGTERM)
            _ = try await proxy.process.complaint("stopping")
            proxy.process.signal(SIGTERM)
            #expect(try await proxy.process.status() == 1)
        }
    }

    @Test func `SIGHUP takes a good file as a whole, and nothing of a bad one`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            let live = try Wire(proxy.address)
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            let good = try String(contentsOfFile: proxy.configuration, encoding: .utf8)
                .replacing(
                    "rules: []",
                    with: "rules:\n  - id: teapot\n    then: [{ respond: 418 }]"
                )
            try stage.write(good, to: "chaos.yaml")
            proxy.process.signal(SIGHUP)
            _ = try await proxy.process.complaint("read ")
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 418 "))

            let bad =
                good.replacing("respond: 418", with: "respond: 500")
                + "\n  - id: bad\n    then: [{ dealy: 1s }]\n"
            try stage.write(bad, to: "chaos.yaml")
            proxy.process.signal(SIGHUP)
            let complaint = try await proxy.process.complaint("was not taken")
            #expect(complaint.contains("chaos.yaml") && complaint.contains("dealy"))
            #expect(try await live.get("/text/1").hasPrefix("HTTP/1.1 418 "))
            #expect(try await proxy.control("rule", "list", "--output", "json").contains("teapot"))
        }
    }

    @Test func `--check says what it thinks of a file, and starts nothing`() async throws {
        try await Stage.with { stage in
            let good = try stage.write(
                """
                version: 1
                proxies: { a: { listen: "127.0.0.1:1", upstream: "unix:/none" } }
                """,
                to: "good.yaml"
            )
            let valid = try await run(Programs.chaosproxy, ["--check", "--config", good])
            #expect(valid.status == 0 && valid.output.contains("1 proxy"))
            let bad = try stage.write("version: 1\nproxies: { a: { listen: 5 } }\n", to: "bad.yaml")
            let invalid = try await run(Programs.chaosproxy, ["--check", "--config", bad])
            #expect(invalid.status == 2 && invalid.errors.contains("bad.yaml:2:"))
            let unused = try await run(Programs.chaosproxy, ["--chekc", "--config", good])
            #expect(unused.status == 2)
        }
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "unix"])
    func `a proxy listens on IPv4, IPv6 and Unix sockets`(listen: String) async throws {
        try await Stage.with { stage in
            let place = listen == "unix" ? "unix:\(stage.path("main.sock"))" : listen
            let proxy = try await stage.proxy("http", to: try await stage.upstream(), listen: place)
            #expect(try await Wire(proxy.address).get("/text/1").hasPrefix("HTTP/1.1 200 "))
            let answer =
                listen == "unix"
                ? try await curl(
                    "-w",
                    "%{http_code}",
                    "-o",
                    "/dev/null",
                    "--unix-socket",
                    stage.path("main.sock"),
                    "http://any/text/1"
                )
                : try await curl("-w", "%{http_code}", "-o", "/dev/null", "\(proxy.url)/text/1")
            #expect(answer.output == "200")
            await proxy.process.end()
            #expect(!FileManager.default.fileExists(atPath: stage.path("main.sock")))
        }
    }
}
