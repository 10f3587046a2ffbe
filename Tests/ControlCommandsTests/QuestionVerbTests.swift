// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ControlCommands

@Suite struct QuestionVerbTests {
    @Test(arguments: [
        (["wait", "--rule", "r", "--fired", "3"], #"{"rule":"r","fired":3}"#, "30s"),
        (["wait", "--rule", "r"], #"{"rule":"r","fired":1}"#, "30s"),
        (["wait", "--rule", "r", "--matched", "3"], #"{"rule":"r","matched":3}"#, "30s"),
        (["wait", "--proxy", "p", "--connections", "0"], #"{"proxy":"p","connections":0}"#, "30s"),
        (["wait", "--idle", "500ms", "--timeout", "10s"], #"{"idle":"500ms"}"#, "10s"),
        (["wait", "--generation", "7"], #"{"generation":7}"#, "30s"),
        (["wait", "--ready"], #"{"ready":true}"#, "30s"),
    ])
    func `what is waited for is one request`(
        arguments: [String],
        condition: String,
        timeout: String
    ) async throws {
        let (run, requests) = try await CommandRun.of(arguments) { _ in
            .document(#"{"message":"it is so","waited":5,"generation":1}"#)
        }
        #expect(run.code == 0 && run.output == "it is so\n")
        #expect(requests.map(\.line) == ["POST /v1/wait"])
        #expect(requests.map(\.body) == [#"{"for":\#(condition),"timeout":"\#(timeout)"}"#])
    }

    @Test func `what does not happen in time is inconclusive`() async throws {
        let (run, _) = try await CommandRun.of(["wait", "--rule", "r"]) { _ in
            .failure(504, "wait.timeout", "rule `r` fired 0 of 1 times, after 30000 ms")
        }
        #expect(run.code == 3)
        #expect(
            run.errors == """
                chaosctl: rule `r` fired 0 of 1 times, after 30000 ms.
                          Wait longer with --timeout, or look at `chaosctl events`.

                """
        )
    }

    @Test(arguments: [
        ["wait"], ["wait", "--rule", "r", "--ready"], ["wait", "--fired", "3"],
        ["wait", "--rule", "r", "--fired", "1", "--matched", "1"], ["wait", "--proxy", "p"],
        ["wait", "--ready", "--connections", "1"], ["explain"], ["explain", "a", "b", "c"],
        ["explain", "1.0", "--rule", "r"], ["explain", "1.0", "--client", "10.0.0.1"],
        ["explain", "--rule", "r", "-H", "a: b"], ["explain", "GET", "/", "-H", "a"],
        ["explain", "GET", "/", "-H", ": a"],
    ])
    func `what makes no sense is refused before the proxy is asked`(
        arguments: [String]
    ) async throws {
        let (run, requests) = try await CommandRun.of(arguments) { _ in .document("{}") }
        #expect(run.code == 2)
        #expect(requests.isEmpty)
    }

    @Test(arguments: [
        (["exchanges"], "GET /v1/exchanges"), (["exchanges", "list"], "GET /v1/exchanges"),
        (
            [
                "exchanges", "list", "--proxy", "a b", "--rule", "r", "--status", "5xx",
                "--outcome",
                "cut", "--method", "GET", "--path", "/a/*", "--since", "4", "--limit", "9",
            ],
            "GET /v1/exchanges?proxy=a%20b&rule=r&status=5xx&outcome=cut&method=GET"
                + "&path=%2Fa%2F%2A&since=4&limit=9"
        ),
        (["exchanges", "show", "17.0"], "GET /v1/exchanges/17.0"),
    ])
    func `exchanges are asked for as filters say`(
        arguments: [String],
        line: String
    ) async throws {
        let isOne = arguments.contains("show")
        let (run, requests) = try await CommandRun.of(arguments) { _ in
            .document(isOne ? Samples.exchange : #"{"exchanges":[],"newest":0}"#)
        }
        #expect(run.code == 0)
        #expect(requests.map(\.line) == [line])
        if !isOne { #expect(run.output == "no exchanges\n") }
    }

    @Test func `exchanges are listed with their faults`() async throws {
        let (run, _) = try await CommandRun.of(["exchanges"]) { _ in
            .document(#"{"exchanges":[\#(Samples.exchange)],"newest":9}"#)
        }
        #expect(
            run.output == """
                ID    BEGAN         PROXY  REQUEST   STATUS  OUTCOME      TOOK  TO SERVER  TO CLIENT  FAULTS
                17.0  12:00:00.123  prism  GET /a?b     503  answered  1.25 ms       17 B   2.00 KiB  delay 203 ms by slow (drew 0.2500), respond by slow

                """
        )
    }

    @Test func `an exchange is shown a fact a line`() async throws {
        let (run, _) = try await CommandRun.of(["exchanges", "show", "17.0"]) { _ in
            .document(Samples.exchange)
        }
        #expect(
            run.output == """
                id         17.0
                request    GET /a?b
                answer     503, answered
                proxy      prism, connection 3 on it
                client     192.0.2.1:5
                began      2026-03-01T12:00:00.123456789Z
                took       1.25 ms
                to server  17 B
                to client  2.00 KiB
                event      9
                fault      delay 203 ms by slow (drew 0.2500)
                fault      respond by slow

                """
        )
    }

    @Test func `a request is asked about with all that is known of it`() async throws {
        let arguments = [
            "explain", "POST", "http://prism/a", "-H", "A: 1", "-H", "a:2", "-H", "B: 3", "--data",
            "x",
            "--proxy", "p", "--client", "10.0.0.1", "--connection", "3", "--unit", "0",
        ]
        let (run, requests) = try await CommandRun.of(arguments) { _ in
            .document(Samples.explanation)
        }
        #expect(run.code == 0)
        #expect(requests.map(\.line) == ["POST /v1/explain"])
        #expect(
            requests.map(\.body) == [
                #"{"request":{"method":"POST","url":"http://prism/a","headers":{"A":["1","2"],"B":"3"},"#
                    + #""body":"x"},"proxy":"p","client":"10.0.0.1","connection":3,"unit":0}"#
            ]
        )
    }

    @Test(arguments: [
        (["explain", "GET", "/a"], #"{"request":{"method":"GET","path":"/a"}}"#),
        (["explain", "17.0"], #"{"exchange":"17.0"}"#),
        (["explain", "--rule", "r"], #"{"rule":"r"}"#),
    ])
    func `a question names what it is about`(arguments: [String], body: String) async throws {
        let (_, requests) = try await CommandRun.of(arguments) { _ in
            .document(Samples.explanation)
        }
        #expect(requests.map(\.body) == [body])
    }

    @Test func `an explanation is a rule a line with its reason`() async throws {
        let (run, _) = try await CommandRun.of(["explain", "17.0"]) { _ in
            .document(Samples.explanation)
        }
        #expect(
            run.output == """
                17.0, GET /a?b on prism -> 503 answered
                it began in generation 1; these are the rules of generation 2
                RULE   VERDICT      FAULTS        WHY
                alice  not-matched  respond       headers/X-User is `bob`, wanted `alice`
                slow   fires        delay 203 ms  it matches; it fired then: delay 203 ms

                """
        )
    }

    @Test func `a nearest miss is a key a line`() async throws {
        let (run, _) = try await CommandRun.of(["explain", "--rule", "alice"]) { _ in
            .document(Samples.explanation.replacing(#""rules""#, with: #""considered":5,"rules""#))
        }
        #expect(
            run.output == """
                nearest of 5 exchanges:
                17.0, GET /a?b on prism -> 503 answered
                it began in generation 1; these are the rules of generation 2
                alice: not-matched, headers/X-User is `bob`, wanted `alice`
                KEY             ANSWER  WANTED   WAS
                request         holds   GET /**  GET /a
                headers/X-User  fails   alice    bob

                """
        )
    }
}

extension Samples {
    static let exchange = """
        {"id":"17.0","seq":9,"started":"2026-03-01T12:00:00.123456789Z",\
        "ended":"2026-03-01T12:00:00.124706789Z","duration":1250000,"proxy":"prism","conn":17,\
        "ordinal":3,"unit":0,"client":"192.0.2.1:5","method":"GET","target":"/a?b","status":503,\
        "outcome":"answered","request_bytes":17,"response_bytes":2048,"rules":["slow"],\
        "faults":[{"rule":"slow","fault":"delay","toss":0.25,"delay":203000000},\
        {"rule":"slow","fault":"respond"}]}
        """

    static let explanation = """
        {"generation":2,"seed":1,"proxy":"prism","request":"GET /a?b","exchange":\(exchange),\
        "recorded_generation":1,"rules":[\
        {"rule":"alice","verdict":"not-matched","key":"headers/X-User",\
        "reason":"headers/X-User is `bob`, wanted `alice`","checks":[\
        {"key":"request","answer":"holds","wanted":"GET /**","was":"GET /a"},\
        {"key":"headers/X-User","answer":"fails","wanted":"alice","was":"bob"}],\
        "limits":[],"faults":[{"rule":"alice","fault":"respond"}]},\
        {"rule":"slow","verdict":"fires","reason":"it matches","checks":[],"limits":[],\
        "faults":[{"rule":"slow","fault":"delay","delay":203000000}],\
        "recorded":[{"rule":"slow","fault":"delay","delay":203000000}]}]}
        """
}
