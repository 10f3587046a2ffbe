// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Files and places that chaosproxy cannot start with: it says which, where, and what to do.
@Suite struct ConfigurationInputTests {
    private static let proxies = """
        version: 1
        proxies: { main: { listen: "127.0.0.1:0", upstream: "unix:/none", protocol: http } }

        """

    @Test(arguments: [
        ("version: 1\nproxies: { main: [\n", ["chaos.yaml:3:1"]),
        (
            proxies + "rules:\n  - id: a\n    then: [{ dealy: 1s }]\n",
            [":5:14", "dealy", "did you mean delay"]
        ),
        (
            proxies
                + "rules:\n  - { id: a, then: [{ hang: }] }\n  - { id: a, then: [{ hang: }] }\n",
            [":5:", "`a`"]
        ),
        (proxies + "seeed: 4\n", [":3:1", "seeed", "did you mean seed"]),
        (proxies + "include: [missing.yaml]\n", ["missing.yaml"]),
        ("", ["chaos.yaml"]),
    ])
    func `a file that is wrong ends it with 2 and the place of the fault`(
        text: String,
        hints: [String]
    ) async throws {
        try await Stage.with { stage in
            let file = try stage.write(text, to: "chaos.yaml")
            let result = try await run(
                Programs.chaosproxy,
                ["--config", file, "--socket", stage.path("a.sock")]
            )
            #expect(result.status == 2)
            #expect(result.data.isEmpty)
            for hint in hints { #expect(result.errors.contains(hint), "\(result.errors)") }
            #expect(!FileManager.default.fileExists(atPath: stage.path("a.sock")))
        }
    }

    @Test func `a port that is in use ends it with 1, and its owner is not disturbed`() async throws
    {
        try await Stage.with { stage in
            let owner = try await stage.proxy("http", to: try await stage.upstream())
            let file = try stage.write(
                """
                version: 1
                proxies: { second: { listen: "\(owner.address)", upstream: "unix:/none" } }
                """,
                to: "second.yaml"
            )
            let result = try await run(
                Programs.chaosproxy,
                ["--config", file, "--socket", stage.path("b.sock")]
            )
            #expect(result.status == 1)
            #expect(result.errors.contains("second") && result.errors.contains(owner.address))
            #expect(result.errors.contains("in use") && result.errors.contains("port 0"))
            #expect(try await curl("\(owner.url)/text/5").data.count == 5)
        }
    }

    @Test func `an admin socket that somebody answers on ends it with 1, and stays theirs`()
        async throws
    {
        try await Stage.with { stage in
            let owner = try await stage.proxy("http", to: try await stage.upstream())
            let result = try await run(
                Programs.chaosproxy,
                ["--config", owner.configuration, "--socket", owner.socket]
            )
            #expect(result.status == 1)
            #expect(result.errors.contains(owner.socket) && result.errors.contains("in use"))
            try await owner.control("healthcheck")
            #expect(try await curl("\(owner.url)/text/5").data.count == 5)
        }
    }

    @Test func `sockets of a process that was killed are replaced`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let listen = "unix:\(stage.path("main.sock"))"
            let first = try await stage.proxy("http", to: upstream, listen: listen)
            await first.process.end(SIGKILL)
            #expect(FileManager.default.fileExists(atPath: first.socket))
            let second = try await stage.proxy("http", to: upstream, listen: listen)
            #expect(try await Wire(second.address).get("/text/5").hasPrefix("HTTP/1.1 200 "))
            try await second.control("healthcheck")
        }
    }

    @Test func `a file in the place of the admin socket is not deleted`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(Self.proxies, to: "chaos.yaml")
            let precious = try stage.write("precious", to: "precious")
            let result = try await run(
                Programs.chaosproxy,
                ["--config", file, "--socket", precious]
            )
            #expect(result.status == 1 && result.errors.contains("not a socket"))
            #expect(try String(contentsOfFile: precious, encoding: .utf8) == "precious")
        }
    }
}
