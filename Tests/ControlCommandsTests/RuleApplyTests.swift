// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminContract
import Synchronization
import Testing

@testable import ControlCommands

@Suite struct RuleApplyTests {
    private static let proxies: JSONTree = [
        "db": ["listen": "127.0.0.1:0", "upstream": "10.0.0.5:5432"]
    ]

    @Test(arguments: [
        "rules:\n  - id: a\n    when: { proxy: db }\n    then: [hang]\n",
        "---\n# some rules\nversion: 1\nrules:\n- id: a\n  when:\n    proxy: db\n  then:\n  - hang\n",
        "- id: a\n  when: { proxy: db }\n  then: [hang]\n",
        "id: a\nwhen:\n  proxy: db\nthen:\n  - hang\n",
        #"{"rules": [{"id": "a", "when": {"proxy": "db"}, "then": ["hang"]}]}"#,
        "{\n\"version\": 1, \"rules\":\n[{\"id\": \"a\", \"when\": {\"proxy\": \"db\"}, \"then\": [\"hang\"]}]\n}\n",
        #"[{"id": "a", "when": {"proxy": "db"}, "then": ["hang"]}]"#,
        "{\"id\": \"a\",\n\"when\": {\"proxy\": \"db\"},\n\"then\": [\"hang\"]}\n",
    ])
    func `every way to write a rule down gives the same rule`(_ text: String) throws {
        let rules = try RuleDocument(text: text, file: "r.yaml").rules(for: Self.proxies)
        #expect(
            rules.map(\.pretty) == [
                (["id": "a", "when": ["proxy": "db"], "then": ["hang"]] as JSONTree).pretty
            ]
        )
    }

    @Test(arguments: [
        ("rules:\n  - id: a\n    then:\n      - dealy: 1s\n", "r.yaml:4:9:"),
        ("id: a\nthen:\n  - dealy: 1s\n", "r.yaml:3:5:"),
        ("- id: a\n  then:\n  - dealy: 1s\n", "r.yaml:3:5:"),
    ])
    func `an error names the line and column of the file itself`(
        _ text: String,
        _ place: String
    ) async throws {
        let (run, requests) = try await CommandRun.of(["rule", "apply", "-f", "-"], input: text) {
            _ in .document(Samples.config, tag: 4)
        }
        #expect(run.code == 2)
        let expected = place.replacing("r.yaml", with: "standard input")
        #expect(run.errors.hasPrefix(expected), "\(run.errors)")
        #expect(run.errors.contains("did you mean delay?"))
        #expect(requests.map(\.method) == ["GET"])
    }

    @Test func `a whole configuration is not taken for a file of rules`() async throws {
        let text = "version: 1\nproxies:\n  a: {}\nrules: []\n"
        let (run, _) = try await CommandRun.of(["rule", "apply", "-f", "-"], input: text) {
            _ in .document(Samples.config, tag: 4)
        }
        #expect(run.code == 2)
        #expect(run.errors.hasPrefix("standard input:2:1: /proxies: this is a whole configuration"))
    }

    @Test func `a rule replaces the one of its id in its place, and others are added behind`()
        async throws
    {
        let text = "rules:\n- {id: new, then: [hang]}\n- {id: slow, then: [close]}\n"
        let (run, requests) = try await CommandRun.of(["rule", "apply", "-f", "-"], input: text) {
            $0.method == "GET" ? .document(Samples.config, tag: 4) : .document("{}")
        }
        #expect(run.code == 0)
        #expect(run.output == "added new\nreplaced slow\n")
        let put = try #require(requests.last)
        #expect(put.line == "PUT /v1/config?wait=applied")
        #expect(put.headers["if-match"] == "\"4\"")
        #expect(
            put.body.hasSuffix(
                #""rules":[{"id":"slow","then":["close"]},{"id":"gone","then":["hang"]},"#
                    + #"{"id":"new","then":["hang"]}]}"#
            )
        )
        #expect(put.body.contains(#""seed":"18446744073709551615""#))
    }

    @Test func `a change by somebody else in between is merged anew, three times at most`()
        async throws
    {
        let text = "id: new\nthen: [hang]\n"
        let refusals = Mutex(2)
        let (run, requests) = try await CommandRun.of(["rule", "apply", "-f", "-"], input: text) {
            request in
            if request.method == "GET" { return .document(Samples.config, tag: 4) }
            let isRefused = refusals.withLock { left in
                left -= 1
                return left >= 0
            }
            return isRefused
                ? .failure(412, "config.stale", "somebody was faster") : .document("{}")
        }
        #expect(run.code == 0)
        #expect(requests.filter { $0.method == "PUT" }.count == 3)

        let (lost, attempts) = try await CommandRun.of(["rule", "apply", "-f", "-"], input: text) {
            $0.method == "GET"
                ? .document(Samples.config, tag: 4)
                : .failure(412, "config.stale", "somebody was faster")
        }
        #expect(lost.code == 5)
        #expect(lost.errors.hasPrefix("chaosctl: somebody was faster.\n"))
        #expect(attempts.filter { $0.method == "PUT" }.count == 4)
    }

    @Test func `a refusal names the rule and not only its place`() async throws {
        let refusal = """
            {"error":{"code":"rule.needs-http","message":"`respond` needs HTTP",\
            "path":"/rules/2/then/0"}}
            """
        let (run, _) = try await CommandRun.of(
            ["rule", "apply", "-f", "-"],
            input: "id: new\nthen: [hang]\n"
        ) {
            $0.method == "GET"
                ? .document(Samples.config, tag: 4) : .document(refusal, status: 422)
        }
        #expect(run.code == 2)
        #expect(
            run.errors == """
                chaosctl: `respond` needs HTTP.
                          This is the rule new.
                          At /rules/2/then/0.

                """
        )
    }

    @Test func `a file that is not there is told by its name`() async {
        let run = await CommandRun.of(
            ["rule", "apply", "-f", "/nowhere/r.yaml", "--socket", "/nowhere/s"])
        #expect(run.code == 2)
        #expect(run.errors.hasPrefix("chaosctl: cannot read /nowhere/r.yaml: "))
    }
}
