// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `--event-log`: the same lines in files, of a run that has ended.
@Suite(.timeLimit(.minutes(15))) struct EventFileTests {
    @Test func `the file holds what the event log told, to the last record`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.prism(),
                arguments: ["--event-log", stage.path("events.ndjson")],
                seed: 42
            )
            for _ in 0..<3 { _ = try await curl("-o", "/dev/null", "\(proxy.url)/api/v1/agents") }
            try await proxy.events { $0.count { $0.kind == "xchg" } == 3 }
            let told = try await proxy.control("events", "--since", "0", "--output", "json")
            await proxy.process.end()
            let text = try String(contentsOfFile: stage.path("events.ndjson"), encoding: .utf8)
            let lines = text.split(separator: "\n").map(String.init)
            #expect(lines.first?.contains(#""kind":"anchor""#) == true)
            #expect(lines.first?.contains(#""seed":42"#) == true)
            let records = try lines.dropFirst().map {
                try JSONDecoder().decode(Event.self, from: Data($0.utf8))
            }
            #expect(records.map(\.seq) == Array(1...UInt64(records.count)))
            for line in told.split(separator: "\n") {
                let event = try JSONDecoder().decode(Event.self, from: Data(line.utf8))
                let record = try #require(records.first { $0.seq == event.seq })
                #expect(record.kind == event.kind && record.target == event.target)
            }
            #expect(records.count { $0.kind == "conn" && $0.event == "closed" } == 3)
        }
    }

    @Test func `a place that cannot be written is told before anything listens`() async throws {
        try await Stage.with { stage in
            let file = try stage.write(configuration("127.0.0.1:9"), to: "chaos.yaml")
            let finished = try await run(
                Programs.chaosproxy,
                [
                    "--config", file, "--socket", stage.path("admin.sock"), "--event-log",
                    stage.path("nowhere/events"),
                ]
            )
            #expect(finished.status == 1 && finished.output.isEmpty)
            #expect(finished.errors.contains("--event-log: cannot make"))
            #expect(finished.errors.contains("nowhere/events: No such file or directory"))
        }
    }

    @Test(arguments: [["--event-log-size", "3B"], ["--event-log-files", "0"]])
    func `a bound that makes no sense is wrong usage`(arguments: [String]) async throws {
        let finished = try await run(Programs.chaosproxy, ["--config", "x"] + arguments)
        #expect(finished.status == 2 && finished.errors.contains("Error:"))
    }

    private func configuration(_ upstream: String) -> String {
        """
        version: 1
        seed: 42
        proxies:
          web: { listen: "127.0.0.1:0", upstream: "\(upstream)", protocol: http }
        """
    }
}
