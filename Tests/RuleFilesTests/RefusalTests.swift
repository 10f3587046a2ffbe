// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct RefusalTests {
    @Test(arguments: [
        // Text of the document, then where and what is wrong.
        (
            "version: 1\nrules:\n  - id: a\n    then:\n      - dealy: 1s\n",
            "chaos.yaml:5:9: /rules/0/then/0/dealy: `dealy` is not a fault (did you mean delay?)"
        ),
        (
            "version: 1\nseeds: 4\n",
            "chaos.yaml:2:1: /seeds: `seeds` is not a key of a configuration (did you mean seed?)"
        ),
        (
            "version: 2\n",
            "chaos.yaml:1:10: /version: `2` is not a version of the language (write version: 1)"
        ),
        (
            "version: 1\nrules:\n  - id: a\n    limit: { probability: 60 }\n    then: [hang]\n",
            "chaos.yaml:4:27: /rules/0/limit/probability: `60` is not a probability"
                + " (did you mean 60%?)"
        ),
        (
            "version: 1\nrules:\n  - id: a\n    then: [{ delay: 200 }]\n",
            "chaos.yaml:4:21: /rules/0/then/0/delay: `200` has no unit (did you mean 200ms?)"
        ),
        (
            "version: 1\nrules:\n  - id: a\n    when: { request: get /a }\n    then: [hang]\n",
            "chaos.yaml:4:22: /rules/0/when/request: `get /a` has a method in lower case"
                + " (did you mean GET?)"
        ),
        (
            "version: 1\nproxies:\n  prism: { listen: '[::1]:0', upstream: 'h:1' }\nrules:\n"
                + "  - id: a\n    when: { proxy: prsim }\n    then: [hang]\n",
            "chaos.yaml:6:20: /rules/0/when/proxy: there is no proxy `prsim` (did you mean prism?)"
        ),
        (
            document("  when: { headers: { a: '/(x)\\1/' } }\n  then: [hang]"),
            "chaos.yaml:7:27: /rules/0/when/headers/a: a back reference has no linear-time"
                + " meaning, at character 5 of `/(x)\\1/` (write out what it may repeat)"
        ),
    ])
    func `an error names its place and its remedy`(text: String, description: String) {
        #expect(firstError(text)?.description == description)
    }

    @Test(arguments: [
        ("", "config.malformed"), ("[1]", "config.bad-value"),
        ("version: 1\nversion: 1", "config.duplicate-key"),
        ("version: 1\n---\nversion: 1", "config.malformed"), ("version: [", "config.malformed"),
        ("version: !!binary 1", "config.malformed"), ("rules: []", "config.missing-key"),
        (
            "version: 1\nenvironment: production\nrules: [{ id: a, then: [hang] }]",
            "config.production"
        ),
        (
            "version: 1\nrules: [{ id: a, then: [hang] }, { id: a, then: [hang] }]",
            "rule.duplicate-id"
        ),
        ("version: 1\nrules: [{ id: a }]", "rule.missing-key"),
        ("version: 1\nrules: [{ id: a, then: [] }]", "rule.bad-value"),
        (
            "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2' },"
                + " b: { listen: 'h:1', upstream: 'h:2' } }",
            "proxy.duplicate-listen"
        ),
        (
            "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2',"
                + " on-upstream-failure: 502 } }",
            "proxy.bad-value"
        ),
        (
            "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2',"
                + " limits: { buffer: 1KiB } } }",
            "proxy.bad-value"
        ),
        ("version: 1\nproxies: { a: { listen: 'h:1' } }", "proxy.missing-key"),
    ])
    func `a document with one fault in it is refused by its code`(text: String, code: String) {
        #expect(firstError(text)?.code == code)
    }

    @Test(arguments: [
        "when: { proxy: db, request: GET /a }\n  then: [hang]",
        "when: { proxy: db }\n  then: [{ respond: 503 }]",
        "when: { proxy: d* }\n  then: [{ truncate: 5B }]",
    ])
    func `HTTP is not asked of a tcp proxy`(rule: String) {
        #expect(firstError(document("  \(rule)"))?.code == "rule.needs-http")
    }

    @Test func `two faults in one item are refused`() {
        let error = firstError(document("  then: [{ delay: 1s, hang: 1s }]"))
        #expect(error?.code == "rule.bad-value")
        #expect(error?.path == "/rules/0/then/0")
    }

    @Test(arguments: [
        ("delay: uniform(1s, 2s)", "/rules/0/then/0/2s)"),
        ("delay: { time: uniform(1s, 2s) }", "/rules/0/then/0/delay/2s)"),
    ])
    func `a value that a comma has cut is to be put in quotes`(fault: String, path: String) {
        let error = firstError(document("  then: [{ \(fault) }]"))
        #expect(error?.code == "rule.unknown-key")
        #expect(error?.path == path)
        #expect(error?.hint?.contains("quotes") == true)
    }

    @Test func `aliases are put in place within a bound`() throws {
        let shared = "version: 1\nrules:\n  - { id: a, then: &t [hang] }\n  - { id: b, then: *t }\n"
        #expect(try parse(shared).get().rules.count == 2)
        var laughs = "version: 1\nx-0: &a0 [1, 1]\n"
        for level in 1...40 {
            laughs += "x-\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(firstError(laughs)?.code == "config.malformed")
        #expect(firstError(laughs + "? *a40\n: 1\n")?.line == 43)
        #expect(firstError(laughs + "*a40 : 1\n")?.line == 43)
        #expect(firstError(laughs + "[*a40]: 1\n")?.line == 43)
    }

    @Test func `no more than the bound of errors is told`() {
        let rules = (0..<50).map { "{ id: r\($0), dealy: 1, then: [hang] }" }.joined(
            separator: ", "
        )
        guard case .failure(let error) = parse("version: 1\nrules: [\(rules)]") else {
            Issue.record("accepted")
            return
        }
        #expect(error.errors.count == InvalidConfiguration.maximumErrors)
    }
}
