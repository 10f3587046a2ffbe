// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import ControlCommands

@Suite struct PartitionVerbTests {
    private static let partitions = """
        {"generation":4,"partitions":[{"id":"db.partition.1","in_force":true,"how":"hang",\
        "percent":80,"cuts":[{"proxy":"db","to_server":true,"to_client":true},{"proxy":"api",\
        "to_server":false,"to_client":true}],"changes_in":5000000000,"expires_in":29000000000,\
        "lease":"lease-1","source":{"id":"db.partition.1","proxy":"db"}},{"id":"flap",\
        "in_force":false,"how":"reset","percent":12.5,"cuts":[{"proxy":"db","to_server":true,\
        "to_client":false}],"source":{}}]}
        """

    private static let leases = """
        {"leases":[{"id":"lease-1","ttl":10000000000,"expires_in":4000000000,"renewals":2,\
        "rules":["a","b"],"partitions":["split"]}]}
        """

    static let goldens: [([String], String)] = [
        (
            ["partition", "db", "--id", "x", "--how", "hang", "--for", "30s"],
            #"{"id":"x","proxy":"db","how":"hang","for":"30s"}"#
        ),
        (
            [
                "partition", "cut", "tag:a", "--id", "x", "--toward", "client", "--percent", "80",
                "--flap-down", "5s", "--flap-up", "10s",
            ],
            #"{"id":"x","proxy":"tag:a","toward":"client","percent":80,"#
                + #""flap":{"down":"5s","up":"10s"}}"#
        ),
        (
            [
                "partition", "create", "minority", "--group", "a,b", "--group", "c", "--one-way",
                "--percent", "12.5%",
            ],
            #"{"id":"minority","groups":[["a","b"],["c"]],"one-way":true,"percent":"12.5%"}"#
        ),
    ]

    @Test(arguments: goldens)
    func `a line of arguments is a partition as a file would have it`(
        _ arguments: [String],
        _ body: String
    ) async throws {
        let (run, requests) = try await CommandRun.of(arguments) { _ in
            .document("{}", status: 201)
        }
        #expect(run.code == 0)
        #expect(requests.map(\.line) == ["POST /v1/partitions?wait=applied"])
        #expect(requests.map(\.body) == [body])
    }

    @Test func `a chosen id is one that no partition has, and how to heal it is told`()
        async throws
    {
        let (run, requests) = try await CommandRun.of(["partition", "db"]) { request in
            request.method == "GET" ? .document(Self.partitions) : .document("{}", status: 201)
        }
        #expect(run.output == "db.partition.2\n")
        #expect(run.errors.contains("chaosctl partition heal db.partition.2"))
        #expect(requests.last?.body == #"{"id":"db.partition.2","proxy":"db"}"#)
    }

    @Test(arguments: [
        (["partition", "create", "x", "--group", "a"], "Give --group at least twice."),
        (["partition", "db", "--flap-up", "1s"], "--flap-down and --flap-up belong together."),
        (["partition"], "proxy"),
        (["mark", "x", "--data", "{"], "--data is not JSON from its byte 1 on."),
        (["lease", "create"], "--ttl"),
    ])
    func `what cannot be obeyed is a usage error`(
        _ arguments: [String],
        _ message: String
    ) async {
        let run = await CommandRun.of(arguments)
        #expect(run.code == 2)
        #expect(run.errors.contains(message))
    }

    @Test(arguments: [
        (["partition", "heal", "a b"], "DELETE /v1/partitions/a%20b?wait=applied", ""),
        (["panic"], "POST /v1/panic?wait=applied", ""),
        (["unpanic"], "POST /v1/unpanic?wait=applied", ""),
        (["mark", "step 1"], "POST /v1/marks?wait=applied", #"{"name":"step 1"}"#),
        (
            ["mark", "x", "--data", #"{"n": 1}"#], "POST /v1/marks?wait=applied",
            #"{"name":"x","data":{"n":1}}"#
        ),
        (["lease", "end", "l"], "DELETE /v1/leases/l?wait=applied", ""),
        (
            ["rule", "enable", "a", "--for", "1s", "--lease", "l/1"],
            "POST /v1/rules/a/enable?wait=applied&for=1s&lease=l%2F1", ""
        ),
        (
            ["partition", "db", "--id", "x", "--lease", "l"],
            "POST /v1/partitions?wait=applied&lease=l", #"{"id":"x","proxy":"db"}"#
        ),
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
    }

    @Test func `partitions and leases are listed in columns`() async throws {
        let (partitions, _) = try await CommandRun.of(["partition", "list"]) { _ in
            .document(Self.partitions)
        }
        #expect(
            partitions.output == """
                ID              STATE                 HOW    PERCENT  CUTS               LEASE
                db.partition.1  cut, heals in 29.0 s  hang        80  db, api -> client  lease-1
                flap            whole                 reset     12.5  db -> server

                """
        )
        let (leases, _) = try await CommandRun.of(["lease", "list"]) { _ in
            .document(Self.leases)
        }
        #expect(
            leases.output == """
                ID          TTL  ENDS IN  RENEWALS  RULES  PARTITIONS
                lease-1  10.0 s   4.00 s         2  a, b   split

                """
        )
    }

    @Test func `a lease is made and renewed, and its id is all that is printed`() async throws {
        let lease = """
            {"id":"lease-1","ttl":10000000000,"expires_in":10000000000,"renewals":0,"rules":[],\
            "partitions":[]}
            """
        let (made, requests) = try await CommandRun.of(["lease", "create", "--ttl", "10s"]) { _ in
            .document(lease, status: 201)
        }
        #expect(made.output == "lease-1\n")
        #expect(requests.map(\.line) == ["POST /v1/leases?wait=applied"])
        #expect(requests.map(\.body) == [#"{"ttl":"10s"}"#])
        let (renewed, lines) = try await CommandRun.of(["lease", "renew", "lease-1"]) { _ in
            .document(lease)
        }
        #expect(renewed.output == "lease lease-1 ends in 10.0 s\n")
        #expect(lines.map(\.line) == ["POST /v1/leases/lease-1/renew?wait=applied"])
    }

    @Test func `a lease of the environment holds for what is made, unless another is named`()
        async throws
    {
        let proxy = try FakeProxy { request in
            request.method == "GET" ? .document(Samples.config, tag: 4) : .document("{}")
        }
        defer { proxy.close() }
        let environment = ["CHAOS_SOCKET": proxy.path, "CHAOS_LEASE": "mine"]
        _ = await CommandRun.of(["rule", "enable", "a"], environment: environment)
        _ = await CommandRun.of(
            ["rule", "enable", "a", "--lease", "other"],
            environment: environment
        )
        _ = await CommandRun.of(
            ["rule", "apply", "-f", "-"],
            environment: environment,
            input: "id: new\nthen: [hang]\n"
        )
        let fault = ["fault", "tag:x", "hang", "--id", "y"]
        _ = await CommandRun.of(fault, environment: environment)
        #expect(
            proxy.requests.map(\.line).filter { !$0.hasPrefix("GET") } == [
                "POST /v1/rules/a/enable?wait=applied&lease=mine",
                "POST /v1/rules/a/enable?wait=applied&lease=other",
                "PUT /v1/config?wait=applied&lease=mine",
                "POST /v1/rules?wait=applied&lease=mine",
            ]
        )
    }

    @Test func `a mark is a line of the events`() async throws {
        let events = """
            {"seq":1,"time":"2026-03-01T12:00:00.123456789Z","t":5,"kind":"mark","name":"step 1",\
            "data":{"orders":[1,2]}}
            """
        let (run, _) = try await CommandRun.of(["events"]) { _ in .document(events + "\n") }
        #expect(run.output == "12:00:00.123 mark   step 1 {\"orders\":[1,2]}\n")
    }
}
