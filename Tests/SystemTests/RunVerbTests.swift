// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `chaosctl run`: a proxy for one command.
@Suite(.timeLimit(.minutes(15))) struct RunVerbTests {
    @Test func `a command finds the proxy in its environment, and the summary tells of it`()
        async throws
    {
        try await Stage.with { stage in
            let finished = try await stage.run(
                stage.configuration(try await stage.prism()),
                options: ["--summary", stage.path("summary.json"), "--seed", "7"],
                "curl -s -o /dev/null -w '%{http_code}\\n' $CHAOS_MY_WEB_URL/down; "
                    + "curl -s -o /dev/null -w '%{http_code}\\n' http://$CHAOS_MY_WEB_ADDRESS/health; "
                    + "test -S $CHAOS_SOCKET && dirname $CHAOS_SOCKET"
            )
            #expect(finished.status == 0, "\(finished.errors)")
            let lines = finished.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 3 && lines.first == "503")
            #expect(
                !FileManager.default.fileExists(atPath: lines.last ?? "/"),
                "its folder is gone"
            )
            #expect(finished.errors.contains("2 exchanges on 2 connections, seed 7"))
            #expect(finished.errors.contains("down       1  respond 1"))
            #expect(finished.errors.contains("elsewhere"))
            #expect(finished.errors.contains("wanted `GET /elsewhere`"))
            let summary = try String(contentsOfFile: stage.path("summary.json"), encoding: .utf8)
            #expect(summary.contains(#""faults":{"respond":1}"#))
            #expect(summary.contains(#""must_fire":false"#))
        }
    }

    @Test func `the exit code is the command's, and 3 when a rule that must fire did not`()
        async throws
    {
        try await Stage.with { stage in
            let file = stage.configuration("127.0.0.1:9", tags: "must-fire")
            let idle = try await stage.run(file, "true")
            #expect(idle.status == 3)
            #expect(idle.errors.contains("`down` is tagged must-fire and never fired."))
            #expect(try await stage.run(file, "exit 42").status == 42)
            #expect(try await stage.run(file, "kill -9 $$").status == 137)
            let fired = try await stage.run(file, "curl -s $CHAOS_MY_WEB_URL/down; exit 0")
            #expect(fired.status == 0)
            // What a test resets in between has fired nevertheless.
            let reset = "curl -s $CHAOS_MY_WEB_URL/down; \(Programs.chaosctl) reset >/dev/null"
            #expect(try await stage.run(file, reset).status == 0)
        }
    }

    @Test func `what cannot be started is said, and nothing is left running`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(stage.configuration("127.0.0.1:9"), to: "chaos.yaml")
            let none = try await SystemTests.run(
                Programs.chaosctl,
                ["run", "-f", file, "--", "no-such-command", "-x"]
            )
            #expect(none.status == 127)
            #expect(none.errors.contains("cannot run `no-such-command`: No such file"))
            let folder = try await SystemTests.run(
                Programs.chaosctl,
                ["run", "-f", file, "--", stage.folder.path]
            )
            #expect(folder.status == 126)
            let bad = try stage.write("version: 1\nproxies: { a: { lisen: x } }\n", to: "bad.yaml")
            let refused = try await SystemTests.run(
                Programs.chaosctl,
                ["run", "-f", bad, "--", "true"]
            )
            #expect(refused.status == 2 && refused.errors.contains("bad.yaml:2:"))
            let log = try await SystemTests.run(
                Programs.chaosctl,
                ["run", "-f", file, "--event-log", "/nowhere/e", "--", "true"]
            )
            #expect(log.status == 1 && log.errors.contains("--event-log: cannot make /nowhere/e"))
        }
    }

    @Test func `a signal is passed on to the command, and the summary still comes`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(stage.configuration("127.0.0.1:9"), to: "chaos.yaml")
            let script = "trap 'echo told; exit 5' TERM; echo up; while :; do sleep 0.05; done"
            let run = try stage.start(
                Programs.chaosctl,
                ["run", "-f", file, "--", "sh", "-c", script]
            )
            _ = try await run.line("up")
            run.signal(SIGTERM)
            #expect(try await run.status() == 5)
            #expect(run.output.lines == ["up", "told"])
            _ = try await run.complaint("0 exchanges")
        }
    }

    @Test func `the proxy ends with a chaosctl that was killed`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(stage.configuration("127.0.0.1:9"), to: "chaos.yaml")
            let run = try stage.start(
                Programs.chaosctl,
                ["run", "-f", file, "--", "sh", "-c", "echo $CHAOS_MY_WEB_ADDRESS; exec cat"]
            )
            let address = try await run.line("127.0.0.1:")
            run.signal(SIGKILL)
            // What it ran has inherited its input, and ends with that.
            run.closeInput()
            _ = try await run.status()
            var refusals = 0
            for _ in 0..<Proxy.looks where refusals == 0 {
                let answer = try await curl("-o", "/dev/null", "http://\(address)/down")
                if answer.status == 7 { refusals += 1 }
            }
            #expect(refusals == 1)
        }
    }
}

extension Stage {
    fileprivate func configuration(_ upstream: String, tags: String = "x") -> String {
        """
        version: 1
        proxies:
          my-web: { listen: "127.0.0.1:1", upstream: "\(upstream)", protocol: http }
        rules:
          - id: down
            tags: [\(tags)]
            when: { request: GET /down }
            then: [{ respond: 503 }]
          - id: elsewhere
            when: { request: GET /elsewhere }
            then: [hang]
        """
    }

    fileprivate func run(
        _ configuration: String,
        options: [String] = [],
        _ script: String
    ) async throws -> Finished {
        let file = try write(configuration, to: "chaos.yaml")
        return try await SystemTests.run(
            Programs.chaosctl,
            ["run", "-f", file] + options + ["--", "sh", "-c", script]
        )
    }
}
