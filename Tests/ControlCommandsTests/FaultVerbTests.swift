// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles
import Testing

@testable import ControlCommands

@Suite struct FaultVerbTests {
    private func document(_ arguments: [String]) async throws -> String {
        let command = try await ControlProgram.parse(["fault"] + arguments)
        let fault = try #require(command as? FaultVerb)
        return try fault.document(id: "x").compact
    }

    static let goldens: [([String], String)] = [
        (
            [
                "prism", "delay", "200ms±50ms", "--request", "GET /api/v1/agents/**",
                "--probability", "30%", "--for", "1m",
            ],
            #"{"id":"x","when":{"proxy":"prism","request":"GET /api/v1/agents/**"},"#
                + #""limit":{"probability":"30%","for":"1m"},"then":[{"delay":"200ms±50ms"}]}"#
        ),
        (
            ["prism", "respond", "503", "--times", "3", "--retry-after", "5"],
            #"{"id":"x","when":{"proxy":"prism"},"limit":{"times":3},"then":[{"respond":"#
                + #"{"status":503,"headers":{"Retry-After":"5"}}}]}"#
        ),
        (
            ["prism", "respond", "200", "--json", #"{"agents": []}"#],
            #"{"id":"x","when":{"proxy":"prism"},"then":[{"respond":"#
                + #"{"status":200,"json":{"agents":[]}}}]}"#
        ),
        (
            ["db", "bandwidth", "64KB/s", "--toward", "both"],
            #"{"id":"x","when":{"proxy":"db"},"then":[{"bandwidth":"#
                + #"{"rate":"64KB/s","toward":"both"}}]}"#
        ),
        (
            ["prism", "reset", "--after", "17B"],
            #"{"id":"x","when":{"proxy":"prism"},"then":[{"reset":"17B"}]}"#
        ),
        (
            ["prism", "truncate", "50%", "--then", "reset"],
            #"{"id":"x","when":{"proxy":"prism"},"then":[{"truncate":"#
                + #"{"after":"50%","then":"reset"}}]}"#
        ),
        (
            ["prism", "hang", "--for", "10s"],
            #"{"id":"x","when":{"proxy":"prism"},"limit":{"for":"10s"},"then":["hang"]}"#
        ),
        (
            ["prism", "hang", "2s"],
            #"{"id":"x","when":{"proxy":"prism"},"then":[{"hang":"2s"}]}"#
        ),
        (
            [
                "prism", "close", "--header", "X-Tenant: acme", "--header", "X-Debug", "--query",
                "page=2", "--client", "10.0.0.0/8", "--connection", "1..10", "--host", "api.*",
                "--skip", "1", "--every", "2", "--per", "client", "--start-after", "5s",
            ],
            #"{"id":"x","when":{"proxy":"prism","host":"api.*","headers":{"X-Tenant":"acme","#
                + #""X-Debug":{"present":true}},"query":{"page":"2"},"client":"10.0.0.0/8","#
                + #""connection":"1..10"},"limit":{"skip":1,"every":2,"per":"client","#
                + #""after":"5s"},"then":["close"]}"#
        ),
    ]

    /// What each line puts into `then`.
    static let faults: [([String], String)] = [
        (
            ["slice", "100B±20B", "--spacing", "1ms"],
            #"{"slice":{"size":"100B±20B","every":"1ms"}}"#
        ),
        (["stall", "10s", "--after", "17B"], #"{"stall":{"for":"10s","after":"17B"}}"#),
        (["stall"], #""stall""#),
        (
            ["corrupt", "0.1%", "--mode", "zero", "--skip-bytes", "5B"],
            #"{"corrupt":{"rate":"0.1%","mode":"zero","skip":"5B"}}"#
        ),
        (["slow-close", "2s"], #"{"slow-close":"2s"}"#),
        (["refuse", "--cut"], #"{"refuse":{"cut":true}}"#),
        (["refuse"], #""refuse""#),
        (["loss", "5%", "--rto", "1s"], #"{"loss":{"rate":"5%","rto":"1s"}}"#),
        (
            ["respond", "200", "--body", "{{n}}", "--template", "--forward"],
            #"{"respond":{"status":200,"body":"{{n}}","template":true,"forward":true}}"#
        ),
        (
            [
                "edit", "response", "--status", "404", "--set-header", "X-A: b", "--remove-header",
                "Age", "--json-merge", #"{"a":null}"#, "--lengths", "keep",
            ],
            #"{"edit":{"response":{"status":404,"headers":{"remove":"Age","set":{"X-A":"b"}},"#
                + #""json-merge":{"a":null}},"lengths":"keep"}}"#
        ),
        (
            ["truncate", "5B", "--lengths", "fix", "--toward", "server"],
            #"{"truncate":{"after":"5B","toward":"server","lengths":"fix"}}"#
        ),
        (["malform", "bad-header"], #"{"malform":"bad-header"}"#),
        (
            ["swallow", "response", "--then", "close"],
            #"{"swallow":{"message":"response","then":"close"}}"#
        ),
        (["swallow", "request"], #"{"swallow":"request"}"#),
        (["repeat", "2"], #"{"repeat":2}"#),
        (
            [
                "rate-limit", "100/60s", "--key", "header:X-Key", "--header-style", "x",
                "--retry-after", "date",
            ],
            #"{"rate-limit":{"quota":100,"per":"60s","key":"header:X-Key","headers":"x","#
                + #""retry-after":"date"}}"#
        ),
        (["stale", "10m"], #"{"stale":"10m"}"#),
        (["stale"], #""stale""#),
        (["3g"], #""3g""#),
    ]

    @Test(arguments: faults)
    func `every fault has a line of its own, and the language takes it`(
        _ arguments: [String],
        _ item: String
    ) async throws {
        let rule = try await document(["prism"] + arguments)
        #expect(rule == #"{"id":"x","when":{"proxy":"prism"},"then":["# + item + "]}")
        _ = try RuleParser.rule(json: Array(rule.utf8))
    }

    @Test func `every word of the language can be said in a line`() {
        #expect(
            FaultWord.allValueStrings.filter { word in !Preset.all.contains { $0.name == word } }
                == FaultKind.allCases.map(\.rawValue)
        )
        #expect(Self.faults.count + Self.goldens.count > FaultKind.allCases.count)
    }

    @Test func `contents and limits have options of their own`() async throws {
        let rule = try await document([
            "prism", "close", "--cookie", "sid", "--request-body", "/user=ada",
            "--response-status", "5xx", "--cohort", "50", "--cohort-of", "header:X-User",
            "--window", "30s/5m", "--ramp", "100%/60s", "--concurrent", "3", "--budget",
            "clients=5", "--budget", "bytes=1MB", "--per", "header:X-User",
        ])
        #expect(
            rule
                == #"{"id":"x","when":{"proxy":"prism","cookies":{"sid":{"present":true}},"#
                + #""body":{"/user":"ada"},"response":{"status":"5xx"},"#
                + #""cohort":{"percent":50,"of":"header:X-User"}},"limit":{"#
                + #""per":"header:X-User","window":{"on":"30s","every":"5m"},"#
                + #""ramp":{"to":"100%","over":"60s"},"concurrent":3,"#
                + #""budget":{"clients":5,"bytes":"1MB"}},"then":["close"]}"#
        )
        _ = try RuleParser.rule(json: Array(rule.utf8))
        let bytes = try await document(["db", "reset", "--bytes", "SELECT"])
        #expect(bytes.contains(#""bytes":{"toward":"server","text":"SELECT"}"#))
    }

    @Test func `presets and the schema are shown without a proxy`() async throws {
        let list = await CommandRun.of(["preset", "list"])
        #expect(list.code == 0)
        #expect(list.output.contains("satellite"))
        let shown = await CommandRun.of(["preset", "show", "doze"])
        #expect(shown.output.contains("window: { on: 270s, every: 300s }"))
        #expect(await CommandRun.of(["preset", "show", "5g"]).code == 4)
        let schema = await CommandRun.of(["schema"])
        #expect(schema.output == LanguageSchema.document.indentedJSON)
    }

    @Test(arguments: goldens)
    func `a line of arguments is a rule as a file would have it`(
        _ arguments: [String],
        _ expected: String
    ) async throws {
        #expect(try await document(arguments) == expected)
    }

    @Test(arguments: [
        (["prism", "delay"], "`delay` needs a value, such as `delay 200ms±50ms`."),
        (["prism", "hang", "--then", "reset"], "--then says nothing about `hang`."),
        (["prism", "reset", "5B", "--after", "6B"], "`reset` has a value and --after; give one"),
        (["prism", "respond", "200", "--json", "{"], "--json is not JSON from its byte 1 on."),
        (["prism", "close", "--header", ": x"], "--header ': x' has no name."),
        (["prism", "close", "--query", "a=1", "--query", "a=2"], "--query names `a` twice"),
        (["prism", "explode"], "'explode'"),
        (["prism", "edit", "answer"], "`edit` changes a request or a response"),
        (["prism", "rate-limit", "100"], "such as 100/60s"),
        (["prism", "refuse", "5s"], "`refuse` has no value"),
        (["prism", "3g", "5s"], "`3g` is a preset and takes no value"),
        (["prism", "hang", "--window", "5s"], "--window '5s' is not on/every"),
        (["prism", "hang", "--budget", "5"], "--budget '5' has no count"),
        (["prism", "hang", "--cohort-of", "client"], "--cohort-of needs --cohort"),
    ])
    func `an option that cannot be obeyed is a usage error`(
        _ arguments: [String],
        _ message: String
    ) async {
        let run = await CommandRun.of(["fault"] + arguments)
        #expect(run.code == 2)
        #expect(run.errors.hasPrefix("chaosctl: "))
        #expect(run.errors.contains(message))
    }

    @Test func `a chosen id is the first that no rule has`() {
        let taken: Set = ["prism.delay.1", "prism.delay.2"]
        #expect(FaultVerb.unusedID(proxy: "prism", word: "delay", taken: taken) == "prism.delay.3")
        #expect(FaultVerb.unusedID(proxy: "tag:a b", word: "hang", taken: []) == "tag-a-b.hang.1")
    }

    @Test func `the id of the new rule is all that is printed, and how to end it is told`()
        async throws
    {
        let (run, requests) = try await CommandRun.of(["fault", "db", "delay", "1s"]) { request in
            switch request.line {
            case "GET /v1/proxies": .document(Samples.proxies)
            case "GET /v1/rules": .document(Samples.rules)
            default: .document("{}", status: 201)
            }
        }
        #expect(run.code == 0)
        #expect(run.output == "db.delay.1\n")
        #expect(run.errors.contains("chaosctl rule remove db.delay.1"))
        #expect(requests.last?.line == "POST /v1/rules?wait=applied")
        #expect(requests.last?.headers["content-type"] == "application/json")
        #expect(
            requests.last?.body
                == #"{"id":"db.delay.1","when":{"proxy":"db"},"then":[{"delay":"1s"}]}"#
        )
    }

    @Test func `a fault on a proxy that does not exist is not found, and nothing is changed`()
        async throws
    {
        let (run, requests) = try await CommandRun.of(["fault", "dp", "delay", "1s"]) { _ in
            .document(Samples.proxies)
        }
        #expect(run.code == 4)
        #expect(
            run.errors == """
                chaosctl: there is no proxy named dp.
                          There are: db.

                """
        )
        #expect(requests.map(\.line) == ["GET /v1/proxies"])
    }
}
