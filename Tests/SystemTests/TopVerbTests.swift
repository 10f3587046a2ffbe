// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `chaosctl top`, on a terminal and into a pipe.
@Suite(.timeLimit(.minutes(15))) struct TopVerbTests {
    @Test(arguments: [["TERM": "xterm", "NO_COLOR": ""], ["TERM": "xterm", "NO_COLOR": "1"]])
    func `it fits the terminal, also when that changes, and leaves it as it was`(
        environment: [String: String]
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await proxy(on: stage)
            let finished = try await run(
                Programs.installed("python3"),
                [Programs.fixture("terminal.py"), Programs.chaosctl, "top", "--interval", "100ms"],
                environment: environment.merging(["CHAOS_SOCKET": proxy.socket]) { $1 }
            )
            #expect(finished.status == 0, "\(finished.errors)")
            let said = finished.output.split(separator: "\n").map { $0.split(separator: " ") }
            let sizes = said.prefix(2).map { words in words.dropFirst().compactMap { Int($0) } }
            #expect(sizes.count == 2 && sizes.allSatisfy { $0.count == 2 })
            #expect(sizes[0][0] > 30 && sizes[0][0] <= 100 && (5...30).contains(sizes[0][1]))
            #expect(sizes[1][0] <= 30 && sizes[1][1] <= 8)
            let rest = said.dropFirst(2).map { $0.joined(separator: " ") }
            let colour = environment["NO_COLOR"] == "" ? "colour" : "plain"
            #expect(rest == [colour, "restored", "status 0"])
        }
    }

    @Test func `into a pipe a frame is plain text`() async throws {
        try await Stage.with { stage in
            let proxy = try await proxy(on: stage)
            let watching = try stage.start(
                Programs.chaosctl,
                ["top", "--once", "--interval", "1s", "--socket", proxy.socket]
            )
            for _ in 0..<3 { _ = try await curl("-o", "/dev/null", "\(proxy.url)/down") }
            #expect(try await watching.status() == 0)
            let text = try await watching.wholeOutput()
            #expect(!text.contains("\u{1b}"))
            for part in ["PROXY", "RULE", "main", "down", "LAST FAULTS", "respond by down"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test func `without a proxy it says so and leaves the terminal alone`() async throws {
        let finished = try await run(Programs.chaosctl, ["top", "--socket", "/nowhere/x.sock"])
        #expect(finished.status == 6 && finished.output.isEmpty)
        #expect(finished.errors.contains("there is no such socket"))
        let wrong = try await run(Programs.chaosctl, ["top", "--interval", "1ms"])
        #expect(wrong.status == 2 && wrong.errors.contains("is not a time from 100ms"))
    }

    private func proxy(on stage: Stage) async throws -> Proxy {
        let proxy = try await stage.proxy(
            "http",
            to: "127.0.0.1:9",
            rules: """
                - id: down
                  when: { request: GET /down }
                  then: [{ respond: 503 }]
                """
        )
        _ = try await curl("-o", "/dev/null", "\(proxy.url)/down")
        try await proxy.events { $0.contains { $0.kind == "fault" } }
        return proxy
    }
}
