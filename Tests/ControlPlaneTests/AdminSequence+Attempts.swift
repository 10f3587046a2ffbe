// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import RuleFiles
import TestSupport

@testable import ControlPlane

/// The requests: most are meant well, and some are not.
extension AdminSequence {
    private static let types = [
        "application/json", "application/json; charset=utf-8", "text/plain", "",
    ]
    private static let paths = [
        "/", "//", "/v1", "/v2/rules", "/v1/rules/a/b/c", "/v1/rules/%zz", "/v1/rules/%00",
        "/v1/rules/%FF", "/v1/config?x=1", "/v1/config?wait=no",
        "/v1/rules?wait=applied&wait=applied",
        "/v1/reset/x", "/v1/leases//renew", "/v1/exchanges/1.0", "/v1/exchanges?limit=0",
        "/v1/connections/1?how=x", "/v1/connections/99999999999999999999", "/v1/events?since=-1",
        "/v1/events?follow=false&kind=state", "/metrics?a", "/healthz", "/readyz", "/metrics",
        "/v1/status", "/v1/connections", "/v1/exchanges", "/v1/rules/r0/frobnicate",
        "/v1/captures", "/v1/rules/" + String(repeating: "x", count: 10_000),
    ]

    mutating func attempt() async -> AdminAttempt {
        var attempt: AdminAttempt
        switch numbers.below(20) {
        case 0...6: attempt = ruleAttempt()
        case 7, 8: attempt = partitionAttempt()
        case 9, 10: attempt = await leaseAttempt()
        case 11: attempt = AdminAttempt("POST", numbers.pick(["/v1/panic", "/v1/unpanic"]))
        case 12: attempt = AdminAttempt("POST", "/v1/unpanic")
        case 13: attempt = proxyAttempt()
        case 14, 15: attempt = await configAttempt()
        case 16: attempt = questionAttempt()
        case 17: attempt = AdminAttempt(numbers.once(in: 4) ? "POST" : "GET", "/v1/reset")
        default: attempt = strangeAttempt()
        }
        if attempt.body != nil, attempt.headers["content-type"] == nil {
            let isStrange = numbers.once(in: 20)
            attempt.headers["content-type"] = isStrange ? numbers.pick(Self.types) : Self.types[0]
        }
        if attempt.method != "GET", numbers.once(in: 6) {
            let generation = await bench.state.generation
            let tags = [
                "\"\(generation)\"", "\(generation)", "\"0\"", "\"\(generation + 1)\"", "*",
            ]
            attempt.headers["if-match"] = numbers.pick(tags + ["W/\"1\"", "", "\"", "-1"])
        }
        if attempt.body != nil, numbers.once(in: 15) { spoil(&attempt) }
        return attempt
    }

    private mutating func id(_ letter: String) -> String { "\(letter)\(numbers.below(5))" }

    private mutating func lease() async -> String {
        let leases = await bench.state.leases().leases.map(\.id)
        return leases.isEmpty || numbers.once(in: 6) ? "none" : numbers.pick(leases)
    }

    private mutating func ruleAttempt() -> AdminAttempt {
        let id = id("r")
        switch numbers.below(9) {
        case 0, 1, 2: return AdminAttempt("POST", "/v1/rules", random.rule(id: id))
        case 3: return AdminAttempt("PATCH", "/v1/rules/\(id)", patch())
        case 4: return AdminAttempt("DELETE", "/v1/rules/\(id)")
        case 5: return AdminAttempt("POST", "/v1/rules/\(id)/disable")
        case 6: return AdminAttempt("POST", "/v1/rules/\(id)/reset-counters")
        case 7: return AdminAttempt("POST", "/v1/rules/\(id)/enable")
        default:
            let time = numbers.pick(["1s", "3s", "5", "25h", "0s", "-1s"])
            return AdminAttempt("POST", "/v1/rules/\(id)/enable?for=\(time)")
        }
    }

    /// A part of another rule, or nonsense.
    private mutating func patch() -> DocumentValue {
        let other = random.rule()
        let key = numbers.pick(["enabled", "when", "limit", "then", "about", "final", "id", "x-a"])
        let values = [other[key] ?? .null, other[key] ?? .null, .null, .bool(false), .int(5)]
        let patch = DocumentValue.object([.init(key: key, value: numbers.pick(values))])
        return numbers.once(in: 10) ? .array([patch]) : patch
    }

    private mutating func partitionAttempt() -> AdminAttempt {
        let id = id("p")
        switch numbers.below(4) {
        case 0: return AdminAttempt("DELETE", "/v1/partitions/\(id)")
        case 1: return AdminAttempt("PATCH", "/v1/partitions/\(id)", partition(nil))
        default: return AdminAttempt("POST", "/v1/partitions", partition(id))
        }
    }

    private mutating func partition(_ id: String?) -> DocumentValue {
        var members: [DocumentValue.Member] =
            id.map { [.init(key: "id", value: .string($0))] } ?? []
        let nodes = ["client", "web", "db", "elsewhere"]
        let groups = DocumentValue.array([
            .array([.string("client")]), .array([.string(numbers.pick(nodes))]),
        ])
        members.append(
            numbers.once(in: 2)
                ? .init(key: "groups", value: groups)
                : .init(key: "proxy", value: .string(numbers.pick(["web", "db", "*", "none"])))
        )
        if numbers.once(in: 2) {
            members.append(
                .init(key: "how", value: .string(numbers.pick(["hang", "reset", "refuse"])))
            )
        }
        if numbers.once(in: 3) {
            let flap = DocumentValue.object([
                .init(key: "down", value: .string("1s")), .init(key: "up", value: .string("700ms")),
            ])
            members.append(.init(key: "flap", value: flap))
        }
        if numbers.once(in: 3) { members.append(.init(key: "for", value: .string("4s"))) }
        if numbers.once(in: 4) { members.append(.init(key: "percent", value: .int(80))) }
        return .object(members)
    }

    private mutating func leaseAttempt() async -> AdminAttempt {
        let lease = await lease()
        switch numbers.below(7) {
        case 0, 1:
            let ttl = DocumentValue.string(numbers.pick(["1s", "3s", "10s", "0s", "25h"]))
            return AdminAttempt("POST", "/v1/leases", .object([.init(key: "ttl", value: ttl)]))
        case 2: return AdminAttempt("DELETE", "/v1/leases/\(lease)")
        case 3: return AdminAttempt("POST", "/v1/leases/\(lease)/renew")
        case 4: return AdminAttempt("POST", "/v1/rules/\(id("r"))/enable?lease=\(lease)")
        case 5: return AdminAttempt("POST", "/v1/partitions?lease=\(lease)", partition(id("p")))
        default: return AdminAttempt("POST", "/v1/rules?lease=\(lease)", random.rule(id: id("r")))
        }
    }

    private mutating func proxyAttempt() -> AdminAttempt {
        let name = numbers.pick(["web", "db", "new", "none"])
        let proxy = DocumentValue.object([
            .init(key: "name", value: .string(name)),
            .init(
                key: "listen",
                value: .string(numbers.pick(["127.0.0.1:0", "127.0.0.1:1", "x"]))
            ),
            .init(key: "upstream", value: .string("127.0.0.1:8080")),
            .init(key: "protocol", value: .string(numbers.pick(["http", "tcp"]))),
        ])
        let patch = DocumentValue.object([
            .init(key: "tags", value: .array([.string(numbers.pick(["a", "api"]))])),
            .init(key: numbers.pick(["limits", "to", "x-a"]), value: .null),
        ])
        switch numbers.below(5) {
        case 0: return AdminAttempt("POST", "/v1/proxies", proxy)
        case 1: return AdminAttempt("PATCH", "/v1/proxies/\(name)", patch)
        case 2: return AdminAttempt("DELETE", "/v1/proxies/\(name)")
        case 3: return AdminAttempt("POST", "/v1/proxies/\(name)/disable")
        default: return AdminAttempt("POST", "/v1/proxies/\(name)/enable")
        }
    }

    /// The document of now with some rules more or less.
    private mutating func configAttempt() async -> AdminAttempt {
        var document = await bench.state.document().document
        if case .array(var rules)? = document["rules"] {
            if !rules.isEmpty, numbers.once(in: 2) { rules.remove(at: numbers.below(rules.count)) }
            for _ in 0..<numbers.below(3) { rules.append(random.rule(id: id("r"))) }
            document = document.setting("rules", to: .array(rules))
        }
        if numbers.once(in: 4) { document = document.setting("partitions", to: .array([])) }
        if numbers.once(in: 8) { document = document.setting("seed", to: .int(5)) }
        if numbers.once(in: 12) {
            document = document.setting("environment", to: .string("staging"))
        }
        let target = numbers.pick([
            "/v1/config", "/v1/config", "/v1/config?validate-only", "/v1/config?wait=applied",
            "/v1/config?lease=\(await lease())",
        ])
        return AdminAttempt("PUT", target, document)
    }

    private mutating func questionAttempt() -> AdminAttempt {
        let path = DocumentValue.object([
            .init(
                key: "path",
                value: .string(numbers.pick(["/", "/a%2Fb?x=1", "no", "/%zz", "/é"]))
            ),
            .init(key: "method", value: .string(numbers.pick(["GET", "POST", "", "a b"]))),
        ])
        var question: [DocumentValue.Member] = [.init(key: "request", value: path)]
        if numbers.once(in: 2) {
            let name = numbers.pick(["web", "db", "none", ""])
            question.append(.init(key: "proxy", value: .string(name)))
        }
        let mark = DocumentValue.object([
            .init(key: "name", value: .string(numbers.pick(["a", ""]))),
            .init(key: "data", value: random.rule()),
        ])
        switch numbers.below(4) {
        case 0: return AdminAttempt("POST", "/v1/marks", mark)
        case 1:
            let rule = DocumentValue.string(id("r"))
            return AdminAttempt("POST", "/v1/explain", .object([.init(key: "rule", value: rule)]))
        default: return AdminAttempt("POST", "/v1/explain", .object(question))
        }
    }

    mutating func waitAttempt() -> AdminAttempt {
        let conditions = [
            #"{"ready":true}"#, #"{"generation":1}"#, #"{"generation":99999}"#, #"{"idle":"20ms"}"#,
            #"{"rule":"r0","fired":1}"#, #"{"rule":"r9","matched":0}"#, #"{"rule":"r0","fired":0}"#,
            #"{"proxy":"web","connections":1}"#, #"{"proxy":"web","connections":0}"#, "5", "{}",
        ]
        var attempt = AdminAttempt("POST", "/v1/wait")
        let timeout = numbers.pick(["50ms", "200ms", "0", "601s"])
        attempt.body = Array(#"{"for":\#(numbers.pick(conditions)),"timeout":"\#(timeout)"}"#.utf8)
        attempt.headers["content-type"] = "application/json"
        return attempt
    }

    private mutating func strangeAttempt() -> AdminAttempt {
        let methods = [
            "GET", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "",
        ]
        var attempt = AdminAttempt(numbers.pick(methods), numbers.pick(Self.paths))
        // Readers of the event log that never leave are another test's affair.
        if attempt.target.hasPrefix("/v1/events"), attempt.method != "GET" { attempt.body = [] }
        return attempt
    }

    /// Makes the body something else: broken, deep, large, or of another type.
    private mutating func spoil(_ attempt: inout AdminAttempt) {
        var body = attempt.body ?? []
        switch numbers.below(7) {
        case 0: body = Array(body.dropLast(1 + numbers.below(max(1, body.count))))
        case 1:
            if !body.isEmpty { body[numbers.below(body.count)] = numbers.pick([0, 34, 91, 255]) }
        case 2: body = Array(String(repeating: "[", count: 100_000).utf8)
        case 3:
            body = Array(numbers.pick(["null", "5", "\"x\"", "[]", "{}", "", "\u{feff}{}"]).utf8)
        case 4: body += Array(repeating: UInt8(ascii: " "), count: 1 << 20)
        case 5:
            let long = String(repeating: "x", count: 1 << 20)
            body = Array(#"{"id":"\#(long)","then":["hang"],"ttl":"\#(long)"}"#.utf8)
        default:
            let deep =
                String(repeating: #"{"a":"#, count: 63) + "1" + String(repeating: "}", count: 63)
            body = Array(deep.utf8)
        }
        attempt.body = body
    }
}
