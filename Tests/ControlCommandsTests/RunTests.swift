// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import Foundation
import Testing

@testable import ControlCommands

@Suite struct RunTests {
    @Test(arguments: [
        ("prism", "PRISM"), ("my-db.2", "MY_DB_2"), ("ärger", "_RGER"), ("a b", "A_B"),
    ])
    func `a proxy's name becomes part of a variable's`(name: String, word: String) {
        #expect(ProxyVariables.word(name) == word)
    }

    @Test func `names that become the same variable are refused`() {
        #expect(
            throws: ProxyVariables.Clash(first: "a-b", second: "a_b", variable: "CHAOS_A_B_URL")
        ) {
            try ProxyVariables.check(["x", "a-b", "a_b"])
        }
    }

    @Test func `a command is told where each proxy listens`() throws {
        var proxy = try AdminJSON.decode(ProxiesReply.self, from: Data(Samples.proxies.utf8))
            .proxies[0]
        #expect(
            ProxyVariables.of([proxy]) == [
                "CHAOS_DB_URL": "tcp://127.0.0.1:43211", "CHAOS_DB_ADDRESS": "127.0.0.1:43211",
            ]
        )
        proxy.transport = "http"
        proxy.address = "0.0.0.0:80"
        #expect(ProxyVariables.of([proxy])["CHAOS_DB_URL"] == "http://127.0.0.1:80")
        proxy.address = "[::]:80"
        #expect(ProxyVariables.of([proxy])["CHAOS_DB_URL"] == "http://[::1]:80")
        proxy.address = "unix:/p.sock"
        #expect(ProxyVariables.of([proxy])["CHAOS_DB_URL"] == "unix:/p.sock")
        proxy.address = nil
        #expect(ProxyVariables.of([proxy]).isEmpty)
    }

    @Test func `the proxy beside chaosctl wins, then CHAOSPROXY, then the path`() throws {
        let beside = URL(fileURLWithPath: "/opt/chaosctl")
        let environment = ["CHAOSPROXY": "/named", "PATH": "/a:/b"]
        func find(_ known: Set<String>, _ environment: [String: String]) throws -> String {
            try ProgramPath.ofProxy(beside: beside, environment: environment) { known.contains($0) }
        }
        #expect(try find(["/opt/chaosproxy", "/named"], environment) == "/opt/chaosproxy")
        #expect(try find(["/named", "/b/chaosproxy"], environment) == "/named")
        #expect(try find(["/b/chaosproxy"], ["PATH": "/a:/b"]) == "/b/chaosproxy")
        #expect(throws: Complaint.self) { try find(["/b/chaosproxy"], environment) }
        #expect(throws: Complaint.self) { try find([], ["PATH": "/a:/b"]) }
    }

    @Test func `the summary tells what fired by the faults, not by counters that a test resets`()
        throws
    {
        let summary = try summary(
            tags: ["must-fire"],
            metrics: """
                chaosproxy_connections_total{proxy="p"} 3
                chaosproxy_exchanges_total{proxy="p",status_class="2xx"} 4
                chaosproxy_exchanges_total{proxy="p",status_class="5xx"} 2
                chaosproxy_faults_total{rule="slow",fault="delay"} 5
                chaosproxy_faults_total{rule="slow",fault="respond"} 2
                chaosproxy_events_dropped_total{reader="file"} 7
                chaosproxy_events_dropped_total{reader="follower"} 9
                """
        )
        #expect(summary.exchanges == 6 && summary.connections == 3 && summary.eventsMissed == 7)
        #expect(
            summary.fired == [.init(rule: "slow", fired: 5, faults: ["delay": 5, "respond": 2])]
        )
        #expect(summary.neverFired.map(\.rule) == ["a\u{1b}[31m"])
        #expect(summary.unmet.isEmpty && summary.outcome == 0)
        #expect(
            summary.lines(colour: false) == [
                "chaosctl: 6 exchanges on 3 connections, seed 18446744073709551615",
                "FIRED  TIMES  FAULTS", "slow       5  delay 5, respond 2",
                "NEVER FIRED  MATCHES  STATE", "a\\u{1B}[31m        0  off",
                "chaosctl: the event log's file missed 7 records.",
            ]
        )
    }

    @Test func `a rule that must fire and did not makes a success inconclusive, and only that`()
        throws
    {
        #expect(try summary(tags: ["must-fire"], code: 0).outcome == 3)
        #expect(try summary(tags: ["must-fire"], code: 9).outcome == 9)
        #expect(try summary(tags: ["other"], code: 0).outcome == 0)
        let gone = try summary(tags: [], code: 0, mustFire: ["removed"])
        #expect(gone.outcome == 3 && gone.unmet == ["removed"])
        #expect(gone.lines(colour: false).last?.contains("`removed`") == true)
    }

    @Test func `a metric is found by its labels, whatever they hold`() {
        let reader = MetricsReader(
            #"x{a="1\\2\"3\n4{5}=,",b="é"} 1.5"# + "\n# HELP x y\n\nx{a=\"\"} 2\ny 3e2\nz\n"
        )
        #expect(
            reader["x"] == [
                .init(labels: ["a": "1\\2\"3\n4{5}=,", "b": "é"], value: 1.5),
                .init(labels: ["a": ""], value: 2),
            ]
        )
        #expect(reader.sum("x") == 3.5 && reader.sum("x", ["b": "é"]) == 1.5)
        #expect(reader.sum("y") == 300 && reader["z"].isEmpty)
    }

    @Test func `a file that is not valid and a command that is not there are wrong usage`() async {
        let nothing = await CommandRun.of(["run", "-f", "x.yaml"])
        #expect(nothing.code == 2 && nothing.errors.contains("there is no command to run"))
        let missing = await CommandRun.of(["run", "-f", "/nowhere/x.yaml", "--", "true"])
        #expect(missing.code == 2 && missing.errors.contains("/nowhere/x.yaml"))
    }

    private func summary(
        tags: [String],
        code: Int32 = 0,
        metrics: String = "",
        mustFire: [String] = []
    ) throws -> RunSummary {
        var rules = try AdminJSON.decode(RulesReply.self, from: Data(Samples.rules.utf8)).rules
        rules[0].tags = tags
        return RunSummary(
            exitCode: code,
            status: try AdminJSON.decode(StatusReply.self, from: Data(Samples.status.utf8)),
            rules: rules,
            metrics: MetricsReader(metrics),
            mustFire: mustFire
        )
    }
}
