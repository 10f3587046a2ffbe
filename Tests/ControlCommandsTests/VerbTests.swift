// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ControlCommands

@Suite struct VerbTests {
    @Test func `rules are listed in columns, and an id cannot command the terminal`() async throws {
        let (run, _) = try await CommandRun.of(["rule", "list"]) { _ in .document(Samples.rules) }
        #expect(
            run.output == """
                ID           STATE                            FAULTS          MATCHES  FIRED  ABOUT
                slow         on for 29.0 s                    delay                12      3  Slow.
                a\\u{1B}[31m  off, budget of requests used up  respond, close        0      0

                """
        )
        #expect(run.code == 0)
        #expect(run.errors.isEmpty)
    }

    @Test func `proxies are listed with their real addresses`() async throws {
        let (run, _) = try await CommandRun.of(["proxy", "list"]) { _ in
            .document(Samples.proxies)
        }
        #expect(
            run.output == """
                NAME  STATE      PROTOCOL  ADDRESS          UPSTREAM       LIVE  TOTAL  TO SERVER  TO CLIENT
                db    listening  tcp       127.0.0.1:43211  10.0.0.5:5432     2     17   1.50 KiB   64.0 MiB

                """
        )
    }

    @Test func `the status keeps all 64 bits of the seed, in every format`() async throws {
        for format in ["table", "json", "yaml"] {
            let (run, requests) = try await CommandRun.of(["status", "-o", format]) { _ in
                .document(Samples.status)
            }
            #expect(run.output.contains("18446744073709551615"))
            #expect(requests.map(\.line) == ["GET /v1/status"])
        }
    }

    @Test func `the status is a line a fact`() async throws {
        let (run, _) = try await CommandRun.of(["status"]) { _ in .document(Samples.status) }
        #expect(
            run.output == """
                version       0.1.0
                process       7, up 1 h 02 m
                seed          18446744073709551615
                environment   test
                generation    4
                panic         every fault is off until `chaosctl unpanic`
                proxies       1 of 2 enabled
                rules         2 of 3 enabled, 1 in force
                partitions    1 of 2 in force
                leases        3
                connections   2 live, 17 in all
                faults fired  5
                events        99, followed by 0

                """
        )
    }

    @Test func `a rule is shown as it is and as it was written`() async throws {
        let (run, _) = try await CommandRun.of(["rule", "show", "slow"]) { _ in
            .document(Samples.rule)
        }
        #expect(
            run.output == """
                id       slow
                about    Slow.
                state    on for 29.0 s
                tags     x
                faults   delay
                matches  12
                fired    3
                active   2
                window   open, closes in 4.00 s

                as it was written:
                  about: Slow.
                  id: slow
                  then:
                    - delay: "2s"
                  when:
                    proxy: db

                """
        )
    }

    @Test func `connections are listed, also when no verb is given`() async throws {
        let (run, _) = try await CommandRun.of(["connections"]) { _ in
            .document(Samples.connections)
        }
        #expect(
            run.output == """
                ID  PROXY  NTH  CLIENT           UPSTREAM           AGE  TO SERVER  TO CLIENT  EXCHANGES   HELD  RULES
                17  db       3  127.0.0.1:50000  10.0.0.5:5432  1.25 ms       17 B   2.00 KiB          0  512 B  slow

                """
        )
    }

    @Test func `a terminal gets colours, unless NO_COLOR is set`() async throws {
        let (run, _) = try await CommandRun.of(["proxy", "list"], isTerminal: true) { _ in
            .document(Samples.proxies)
        }
        #expect(run.output.contains("\u{1b}[32mlistening\u{1b}[0m"))
        let proxy = try FakeProxy { _ in .document(Samples.proxies) }
        defer { proxy.close() }
        let plain = await CommandRun.of(
            ["proxy", "list"],
            environment: ["CHAOS_SOCKET": proxy.path, "NO_COLOR": "1"],
            isTerminal: true
        )
        #expect(plain.code == 0)
        #expect(!plain.output.contains("\u{1b}"))
    }

    @Test(arguments: [
        (["rule", "enable", "a/b c"], "POST /v1/rules/a%2Fb%20c/enable?wait=applied", ""),
        (
            ["rule", "enable", "a", "--for", "30s"], "POST /v1/rules/a/enable?wait=applied&for=30s",
            ""
        ),
        (["rule", "disable", "a"], "POST /v1/rules/a/disable?wait=applied", ""),
        (["rule", "remove", "a"], "DELETE /v1/rules/a?wait=applied", ""),
        (["rule", "reset-counters", "a"], "POST /v1/rules/a/reset-counters?wait=applied", ""),
        (["proxy", "enable", "p"], "POST /v1/proxies/p/enable?wait=applied", ""),
        (["proxy", "disable", "p"], "POST /v1/proxies/p/disable?wait=applied", ""),
        (["reset"], "POST /v1/reset?wait=applied", ""),
        (["connections", "kill", "17"], "DELETE /v1/connections/17?how=rst", ""),
        (["connections", "kill", "17", "--how", "fin"], "DELETE /v1/connections/17?how=fin", ""),
    ])
    func `a change is one request`(
        _ arguments: [String],
        _ line: String,
        _ body: String
    ) async throws {
        let (run, requests) = try await CommandRun.of(arguments) { _ in .document("{}") }
        #expect(run.code == 0)
        #expect(requests.map(\.line) == [line])
        #expect(requests.map(\.body) == [body])
        #expect(requests.first?.headers["content-type"] == "application/json")
    }

    @Test func `a healthcheck that succeeds is silent`() async throws {
        let (run, requests) = try await CommandRun.of(["healthcheck"]) { _ in
            .document(#"{"status":"ok"}"#)
        }
        #expect(run.code == 0)
        #expect(run.output + run.errors == "")
        #expect(requests.map(\.line) == ["GET /readyz"])
    }

    @Test func `a proxy that is not ready fails the healthcheck`() async throws {
        let (run, _) = try await CommandRun.of(["healthcheck"]) { _ in
            .document(#"{"status":"starting"}"#, status: 503)
        }
        #expect(run.code == 1)
        #expect(run.errors == "chaosctl: the proxy is not ready.\n")
    }

    @Test func `events are a line each, and a JSON reader gets a document a line`() async throws {
        let events = """
            {"seq":1,"time":"2026-03-01T12:00:00.123456789Z","t":5,"kind":"fault","conn":4,\
            "proxy":"db","ordinal":3,"unit":0,"rule":"slow","fault":"delay","toss":0.25,\
            "delay":203000000}

            {"seq":2,"time":"2026-03-01T12:00:01.000000000Z","t":6,"kind":"missed","missed":7}
            """
        let (run, requests) = try await CommandRun.of(["events", "--since", "3"]) { _ in
            .document(events)
        }
        #expect(
            run.output == """
                12:00:00.123 fault  db#3.0 delay 203 ms by slow (drew 0.2500)
                12:00:01.000 missed 7 records were missed: this reader is too slow

                """
        )
        #expect(requests.map(\.line) == ["GET /v1/events?follow=false&since=3"])
        let (json, _) = try await CommandRun.of(["events", "-o", "json"]) { _ in
            .document(events)
        }
        #expect(json.output.split(separator: "\n").count == 2)
        #expect(json.output.hasPrefix(#"{"seq":1,"time""#))
    }

    @Test func `who follows is told when the stream ends`() async throws {
        let (run, requests) = try await CommandRun.of(["events", "-f", "--kind", "fault"]) { _ in
            .document("")
        }
        #expect(run.code == 6)
        #expect(run.errors == "chaosctl: the proxy ended the stream of events.\n")
        #expect(requests.map(\.line) == ["GET /v1/events?follow=true&kind=fault"])
    }
}
