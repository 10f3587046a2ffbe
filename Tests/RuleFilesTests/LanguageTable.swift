// SPDX-License-Identifier: Apache-2.0

// Long because it is a table: what the language takes, and what it refuses.

/// Rules as a person writes them, for the parser and the schema alike.
enum LanguageTable {
    /// Items of `then` that are right.
    static let faults = [
        "delay: 200ms", "delay: 1m30s", "delay: 200ms ± 50ms", "delay: 200ms+-50ms",
        "delay: uniform(5s, 15s)", "delay: normal(200ms, 30ms)", "delay: lognormal(100ms, 2s)",
        "delay: exponential(200ms)", "delay: pareto(100ms, 1.5)",
        "delay: { time: 1s, at: connect }", "delay: { time: 1s, at: request, max: 2s }",
        "delay: { time: 1s, at: chunk, toward: both }",
        "delay: { time: \"lognormal(1s, 1s)\", max: 3s }",
        "bandwidth: 64KB/s", "bandwidth: 0",
        "bandwidth: { rate: 1Mbit/s, burst: 4KiB, share: rule }",
        "bandwidth: { rate: 1Mbit/s, share: proxy, toward: both }",
        "slice: 100B", "slice: 100B ± 20B", "slice: { size: 1B, every: 1ms, toward: server }",
        "stall", "stall: 10s", "stall: { after: 17B, for: 10s, toward: both }", "stall: {}",
        "corrupt: 0.1%", "corrupt: 0.001",
        "corrupt: { rate: 1%, mode: random, skip: 17B, toward: server }",
        "close", "close: 5s", "close: { after: 5s, how: rst }", "reset", "reset: 17B",
        "reset: { after: 17B, toward: both }", "hang", "hang: 10s", "hang: { for: 10s }",
        "slow-close: 2s", "slow-close: { for: 2s, toward: both }",
        "refuse", "refuse: { cut: true }", "loss: 5%",
        "loss: { rate: 5%, rto: 1s, toward: both }",
        "respond: 503", "respond: { status: 503, reason: Nope, body: sorry, forward: false }",
        "respond: { status: 200, json: { a: 1 }, headers: { X-A: [a, b] } }",
        "respond: { status: 200, body: \"{{request.path}}\", template: true, forward: true }",
        "respond: { status: 200, base64: \"AAECAw==\" }",
        "edit: { request: { method: POST, path: /b, query: { set: { a: 1 }, remove: b } } }",
        "edit: { request: { headers: { set: { a: x }, add: { b: [y, z] }, remove: [c, d] } } }",
        "edit: { response: { status: 404, body: gone }, lengths: keep }",
        "edit: { response: { json-merge: { a: null, b: [1] } } }",
        "edit: { request: { body: \"{{n}}\", template: true } }",
        "truncate: 17B", "truncate: 50%", "truncate: { after: 50%, then: reset, lengths: keep }",
        "truncate: { after: 50%, lengths: fix }", "truncate: { after: 1B, toward: server }",
        "malform: bad-chunk-size", "malform: early-response", "swallow: request",
        "swallow: response", "swallow: { message: response, then: reset }", "repeat: 2",
        "rate-limit: { quota: 100, per: 60s }",
        "rate-limit: { quota: 1, per: 1s, key: \"header:X-Key\", headers: x, retry-after: date }",
        "stale", "stale: 10m", "stale: { max-age: 10m, headers: false }",
        "NetworkTimeout", "ServerError500", "3g", "doze", "very-bad",
        "3g: { delay: { time: 1s } }", "NetworkTimeout: { hang: { for: 5s } }", "handover",
    ]

    /// Items of `then` that are wrong, however the rest of the rule is.
    static let wrongFaults = [
        "delay: -1s", "delay: {}", "delay: 200", "delay: .5s", "delay: fast(1s)",
        "delay: uniform(1s)", "delay: exponential(1s, 2s)", "delay: pareto(1s, x)",
        "delay: { time: 1s, at: noon }", "delay: { time: 1s, toward: both-ways }",
        "delay: { times: 1s }", "bandwidth: 64KB", "bandwidth: { burst: 1B }",
        "bandwidth: { rate: 1B/s, share: all }", "slice: 100", "slice: 100ms", "slice: {}",
        "slice: { size: 1B, toward: up }", "stall: 17B", "stall: { until: 1s }",
        "corrupt: 120%", "corrupt: { mode: flip }", "corrupt: { rate: 1%, mode: swap }",
        "close: { after: 5 }", "close: { how: fast }", "reset: { how: rst }", "hang: 17B",
        "hang: { after: 1s }", "slow-close", "slow-close: 17B", "slow-close: { time: 1s }",
        "refuse: 5s", "refuse: { cut: 1 }", "loss", "loss: 5s", "loss: { rto: 1s }",
        "respond: 199", "respond: 600", "respond", "respond: { body: x }",
        "respond: { status: 200, body: x, json: 1 }", "respond: { status: 200, forward: 1 }",
        "respond: { status: 200, base64: \"*\" }",
        "respond: { status: 200, headers: { \"a b\": 1 } }",
        "respond: { status: 200, headers: { Content-Length: 1 } }", "edit", "edit: {}",
        "edit: { request: {} }", "edit: { request: { status: 200 } }",
        "edit: { response: { path: /a } }", "edit: { response: { query: { remove: a } } }",
        "edit: { request: { path: a } }", "edit: { request: { path: /a?b } }",
        "edit: { request: { method: get } }", "edit: { response: { status: 100 } }",
        "edit: { response: { body: a, json-merge: {} } }",
        "edit: { response: { headers: { Transfer-Encoding: x } } }",
        "edit: { response: { headers: { set: { Content-Length: 1 } } } }",
        "edit: { response: { body: a }, lengths: right }", "truncate: 101%", "truncate: {}",
        "truncate: { after: 1B, toward: both }",
        "truncate: { after: 1B, lengths: fix, then: reset }",
        "malform", "malform: bad-length", "malform: { kind: bad-header }", "swallow",
        "swallow: both", "swallow: { then: hang }", "repeat: 1", "repeat: 101", "repeat: many",
        "rate-limit: 100", "rate-limit: { quota: 100 }", "rate-limit: { quota: 0, per: 1s }",
        "rate-limit: { quota: 1, per: 1s, key: ip }",
        "rate-limit: { quota: 1, per: 1s, headers: rfc }", "stale: 10B",
        "stale: { age: 1s }", "dealy: 1s", "hand", "3g: 1", "NetworkTimeout: { delay: {} }",
        "drop", "mute", "reorder: { window: 5 }",
    ]

    /// Refused by the parser alone: no pattern can compare two numbers, or decode a text.
    static let senselessFaults = [
        "delay: 25h", "delay: 50ms ± 60ms", "delay: uniform(2s, 1s)", "delay: 1s1m",
        "delay: lognormal(2s, 1s)", "delay: lognormal(0s, 1s)", "delay: exponential(0s)",
        "delay: pareto(1s, 0)", "delay: pareto(0s, 1)", "delay: pareto(1s, 1001)",
        "delay: { time: 1s, at: request, toward: client }", "slice: 10B ± 10B", "slice: 0B",
        "slice: 1GiB", "slice: { size: 1B, every: 0s }", "hang: 0s", "slow-close: 0s",
        "loss: { rate: 1%, rto: 0s }", "stall: 0s", "stale: 0s",
        "rate-limit: { quota: 1, per: 500ms }", "respond: { status: 204, body: x }",
        "respond: { status: 200, headers: { a: \"x\\r\\ny\" } }",
        "respond: { status: 200, reason: \"x\\ny\" }",
        "respond: { status: 200, template: true }", "respond: { status: 200, file: none.txt }",
        "respond: { status: 200, template: true, body: \"{{#a}}\" }",
        "respond: { status: 200, template: true, body: \"{{a\" }",
        "respond: { status: 200, template: true, body: \"{{=<% %>=}}\" }",
        "respond: { status: 200, template: true, body: \"{{> other}}\" }",
        "respond: { status: 200, template: true, base64: \"AAECAw==\" }",
        "edit: { response: { status: 204, body: x } }",
        "edit: { response: { status: 304, json-merge: {} } }",
        "rate-limit: { quota: 1, per: 1s, key: \"header:a b\" }",
    ]

    /// Members of `when` that are right.
    static let matchers = [
        "proxy: [db, prism]", "proxy: pri*", "proxy: tag:api", "client: [10.0.0.0/8, \"::1\"]",
        "connection: 3", "connection: 1..10", "connection: [odd, 4]", "request: [GET /a, ANY /**]",
        "host: \"*.example\"", "headers: { X-A: [a, { absent: true }] }",
        "query: { q: { present: true } }", "cookies: { session: '/^[0-9]+$/' }",
        "body: { /user/name: ada, text: \"*urgent*\" }", "body: { /a~1b/0/~0: 5 }",
        "cohort: { percent: 50 }", "cohort: { percent: 12.5%, of: connection }",
        "cohort: { percent: 1, of: \"header:X-User\" }",
    ]

    static let wrongMatchers = [
        "connection: 0", "connection: three", "request: /a", "request: GET a",
        "request: GET /a/**/b", "request: get /a", "request: /GET/", "headers: { 'a b': 1 }",
        "headers: { a: { absent: false } }", "proxy: []", "cookies: { 'a;b': 1 }",
        "cookies: a", "body: { user: ada }", "body: hello", "response: { status: 700 }",
        "response: {}", "response: { code: 500 }", "response: 503", "bytes: { text: a }",
        "bytes: { toward: server }", "bytes: { toward: both, text: a }",
        "bytes: { toward: server, text: a, hex: '61' }", "bytes: { toward: server, hex: '6' }",
        "bytes: { toward: server, hex: 'zz' }", "bytes: { toward: server, text: '' }",
        "bytes: { toward: server, text: a, scan: 5 }", "cohort: 50", "cohort: { of: client }",
        "cohort: { percent: 101 }", "cohort: { percent: 5, of: header }",
        "cohort: { percent: 5, of: \"header:\" }", "cohorts: { percent: 5 }", "tls: {}",
        "message: {}",
    ]

    static let senselessMatchers = [
        "connection: 5..2", "client: 10.0.0.0/33", "body: { /a~2: 1 }",
        "bytes: { toward: server, text: abc, scan: 2B }",
        "bytes: { toward: server, text: a, scan: 65KiB }", "host: //", "host: '/a(b/'",
    ]

    /// Members of `limit` that are right.
    static let limits = [
        "probability: 60%", "probability: 0.5", "skip: 2", "times: 3", "every: 5", "per: client",
        "per: \"header:X-Tenant\"", "after: 5s", "for: 30s", "window: { on: 30s, every: 5m }",
        "ramp: { to: 100%, over: 60s }", "concurrent: 10", "budget: { clients: 5 }",
        "budget: { connections: 1, requests: 2, bytes: 10MB }",
    ]

    static let wrongLimits = [
        "probability: 60", "skip: -1", "times: 0", "every: 0", "per: user", "per: \"header:\"",
        "after: 5", "for: soon", "window: 30s", "window: { on: 30s }", "window: { every: 30s }",
        "ramp: 60s", "ramp: { to: 100% }", "ramp: { over: 60s }", "concurrent: 0",
        "concurrent: few", "budget: {}", "budget: { users: 5 }", "budget: { clients: 10001 }",
        "budget: { requests: 0 }", "budget: { bytes: 5 }", "windows: {}",
    ]

    static let senselessLimits = [
        "window: { on: 5m, every: 5m }", "window: { on: 5m, every: 1m }",
        "window: { on: 50ms, every: 1s }", "ramp: { to: 0%, over: 60s }",
        "ramp: { to: 50%, over: 0s }", "for: 0s", "budget: { bytes: 0B }",
    ]

    /// Whole rules, less their id, each part of which would be right.
    static let senselessRules: [(rule: String, remedy: String)] = [
        ("when: { request: GET /a }\nthen: [refuse]", "match by `proxy` alone"),
        ("when: { client: 10.0.0.1 }\nthen: [refuse]", "match by `proxy` alone"),
        ("limit: { times: 3 }\nthen: [refuse]", "only after, for and window"),
        ("limit: { probability: 50% }\nthen: [refuse]", "only after, for and window"),
        ("then: [refuse, delay: 1s]", "a rule of their own"),
        ("when: { response: { status: 503 } }\nthen: [repeat: 2]", "toward: client"),
        (
            "when: { response: { status: 5xx } }\nthen: [delay: { time: 1s, at: request }]",
            "toward: client"
        ),
        ("when: { response: { status: 5xx } }\nthen: [swallow: request]", "toward: client"),
        (
            "when: { response: { status: 5xx } }\nthen: [malform: early-response]",
            "toward: client"
        ),
        (
            "when: { bytes: { toward: server, text: a }, request: GET /a }\nthen: [reset]",
            "`body:` or `headers:`"
        ),
        ("when: { bytes: { toward: server, text: a } }\nthen: [respond: 503]", "`body:`"),
        (
            "when: { bytes: { toward: server, text: a } }\n"
                + "then: [delay: { time: 1s, at: connect }]", "leave `at` out"
        ),
        ("limit: { for: 5s }\nthen: [handover]", "{ handover: { limit: { for: ... } } }"),
    ]

    static let rightRules = [
        "when: { proxy: prism }\nlimit: { after: 5s, for: 1m }\nthen: [refuse: { cut: true }]",
        "limit: { window: { on: 1s, every: 2s } }\nthen: [refuse]",
        "when: { response: { status: [503, 4xx], headers: { a: b }, body: { /x: y } } }\n"
            + "then: [respond: 200]",
        "when: { response: { headers: { a: b } } }\n"
            + "then: [{ delay: 1s }, { edit: { response: { status: 500 } } }, swallow: response]",
        "when: { bytes: { toward: client, hex: '16 03 01', scan: 64KiB } }\nthen: [reset]",
        "when: { bytes: { toward: server, text: SELECT } }\nthen: [hang]",
        "final: true\nthen: [hang]", "limit: { after: 5s }\nthen: [handover]",
        "then: [handover: { limit: { for: 5s } }]", "then: [NetworkTimeout]",
        "limit: { ramp: { to: 10%, over: 1m }, probability: 90% }\nthen: [reset]",
    ]

    static let wrongRules = [
        "then: []", "when: {}", "then: hang", "final: 1\nthen: [hang]", "then: [5s]",
        "then: [{ delay: 1s, hang: 1s }]", "enabled: 1\nthen: [hang]", "tags: a\nthen: [hang]",
        "finally: true\nthen: [hang]", "about: []\nthen: [hang]",
    ]

    /// The whole document of a rule that is written without its id.
    static func rule(_ text: String) -> String {
        let lines = text.split(separator: "\n").map { "  \($0)" }
        return document(lines.joined(separator: "\n"))
    }

    static func fault(_ text: String) -> String { document("  then:\n    - \(text)") }

    static func matcher(_ text: String) -> String {
        document("  when: { \(text) }\n  then: [hang]")
    }

    static func limit(_ text: String) -> String {
        document("  limit: { \(text) }\n  then: [hang]")
    }

    static let right =
        faults.map(fault) + matchers.map(matcher) + limits.map(limit) + rightRules.map(rule)
    /// Refused by the parser and by the schema.
    static let wrong =
        wrongFaults.map(fault) + wrongMatchers.map(matcher) + wrongLimits.map(limit)
        + wrongRules.map(rule)
    /// Refused by the parser alone.
    static let senseless =
        senselessFaults.map(fault) + senselessMatchers.map(matcher) + senselessLimits.map(limit)
        + senselessRules.map { rule($0.rule) }
}
