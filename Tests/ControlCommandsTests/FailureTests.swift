// SPDX-License-Identifier: Apache-2.0
import AdminClient
import Foundation
import Testing

@testable import ControlCommands

@Suite struct FailureTests {
    @Test(arguments: [
        (400, 2), (401, 1), (403, 1), (404, 4), (405, 1), (409, 5), (412, 5), (413, 2), (415, 2),
        (422, 2), (500, 1),
    ])
    func `the status of a refusal decides the exit code`(_ status: Int, _ code: Int32) async throws
    {
        let (run, _) = try await CommandRun.of(["reset"]) { _ in
            .failure(status, "some.code", "it cannot be")
        }
        #expect(run.code == code)
        #expect(run.errors.hasPrefix("chaosctl: it cannot be.\n"))
    }

    @Test func `a refusal is told with its place and its remedy, aligned and harmless`()
        async throws
    {
        let body = """
            {"error":{"code":"rule.unknown-key","message":"`d\\u001by` is not a fault",\
            "path":"/then/0/dy","hint":"did you mean delay?"}}
            """
        let (run, _) = try await CommandRun.of(["reset"]) { _ in .document(body, status: 422) }
        #expect(
            run.errors == """
                chaosctl: `d\\u{1B}y` is not a fault.
                          At /then/0/dy.
                          Did you mean delay?

                """
        )
    }

    @Test func `what to do next is said in the words of chaosctl, not of the socket`()
        async throws
    {
        let (run, _) = try await CommandRun.of(["rule", "remove", "nope"]) { _ in
            .failure(404, "rule.unknown", "there is no rule `nope`")
        }
        #expect(
            run.errors == """
                chaosctl: there is no rule `nope`.
                          `chaosctl rule list` shows those that are there.

                """
        )
    }

    @Test func `where there is no socket, what to do is said`() async {
        let run = await CommandRun.of(["status", "--socket", "/nowhere/admin.sock"])
        #expect(run.code == 6)
        #expect(
            run.errors == """
                chaosctl: cannot reach the proxy at /nowhere/admin.sock: there is no such socket.
                          Start it with `chaosproxy --config FILE`, or name another socket with --socket.

                """
        )
    }

    @Test func `a socket that nobody listens at is told apart from none`() async throws {
        let proxy = try FakeProxy { _ in .document("{}") }
        let path = proxy.path + ".stale"
        // The file of a socket stays behind when its owner dies.
        try FileManager.default.linkItem(atPath: proxy.path, toPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        proxy.close()
        let run = await CommandRun.of(["status", "--socket", path])
        #expect(run.code == 6)
        #expect(run.errors.contains("nothing is listening"))
    }

    @Test func `a change whose answer is lost is inconclusive, a question is not`() async throws {
        let silent: @Sendable (FakeProxy.Request) -> FakeProxy.Answer = { _ in
            FakeProxy.Answer(isSilent: true)
        }
        let (change, _) = try await CommandRun.of(["reset"], answering: silent)
        #expect(change.code == 3)
        #expect(change.errors.contains("Whether the change was made is unknown"))
        let (question, _) = try await CommandRun.of(["status"], answering: silent)
        #expect(question.code == 6)
    }

    @Test func `somebody else's server is not taken for a proxy`() async throws {
        let (run, _) = try await CommandRun.of(["status"]) { _ in
            .document("<html>", status: 404)
        }
        #expect(run.code == 1)
        #expect(run.errors.contains("does not speak as chaosproxy does"))
        let (page, _) = try await CommandRun.of(["status"]) { _ in .document("<html>") }
        #expect(page.code == 1)
    }

    @Test(arguments: [
        ["rulez"], ["rule", "show"], ["status", "--output", "xml"], ["status", "-x"],
    ])
    func `wrong usage exits with 2`(_ arguments: [String]) async {
        let run = await CommandRun.of(arguments)
        #expect(run.code == 2)
        #expect(run.errors.hasPrefix("chaosctl: "))
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [
        (["--version"], "0."), (["--help"], "USAGE"), (["rule", "apply", "--help"], "--file"),
        (["--generate-completion-script", "bash"], "chaosctl"),
        (["--generate-completion-script", "zsh"], "chaosctl"),
        (["--generate-completion-script", "fish"], "chaosctl"),
    ])
    func `help, version and completions are asked for and succeed`(
        _ arguments: [String],
        _ part: String
    ) async {
        let run = await CommandRun.of(arguments)
        #expect(run.code == 0)
        #expect(run.output.contains(part))
        #expect(run.errors.isEmpty)
    }

    @Test func `a proxy that cannot be looked for is cannot be reached`() async {
        let run = await CommandRun.of(["status"])
        #expect(run.code == 6)
        #expect(run.errors.contains("CHAOS_SOCKET"))
        let url = await CommandRun.of(["status"], environment: ["CHAOS_URL": "ftp://x"])
        #expect(url.code == 2)
    }
}
