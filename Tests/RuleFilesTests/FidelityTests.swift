// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

/// A document that is read, shown and written back means the same, however its scalars look.
@Suite struct FidelityTests {
    static let scalars = [
        "1.10", "0x1F", "0o17", "1e3", "-0", "+5", "True", "FALSE", "017", "1.", ".5",
        "123456789012345678901234567890", "0.1", "5", "true", "\"1.10\"", "2026-11-21", ".inf",
    ]

    @Test(arguments: scalars)
    func `a plain scalar that is read as text stays as it was written`(scalar: String) throws {
        let rules = [
            "when: { headers: { a: \(scalar), b: [\(scalar)] }, host: \(scalar) }",
            "when: { query: { a: \(scalar) }, cookies: { a: \(scalar) }, body: { /a: \(scalar) } }",
            "when: { headers: { json: \(scalar) } }",
            "when: { bytes: { toward: server, text: \(scalar) } }", "tags: [\(scalar)]",
            "about: \(scalar)",
        ]
        let faults = [
            "respond: { status: 200, body: \(scalar), headers: { a: \(scalar), json: \(scalar) } }",
            "edit: { request: { query: { set: { a: \(scalar) }, add: { json: [\(scalar)] } } } }",
            "respond: { status: 200, json: { a: \(scalar) } }",
            "respond: { status: 200, json: \(scalar) }",
            "edit: { response: { json-merge: { a: \(scalar) } } }",
        ]
        for rule in rules.map({ "  \($0)\n  then: [hang]" }) + faults.map({ "  then: [\($0)]" }) {
            let first = try parse(document(rule)).get()
            let again = try Configuration.parse(json: first.document.json)
            #expect(again.rules.map(\.rule) == first.rules.map(\.rule), "\(rule)")
            #expect(again.document == first.document, "\(rule)")
        }
    }

    @Test(arguments: scalars)
    func `an id that looks like a number is the same id once written out`(scalar: String) throws {
        let text = "version: 1\nrules: [{ id: \(scalar), then: [hang] }]"
        let first = try parse(text).get()
        let again = try Configuration.parse(json: first.document.json)
        #expect(again.rules.map(\.rule.id) == first.rules.map(\.rule.id))
    }

    @Test(arguments: ["~", "null", "NULL", ""])
    func `nothing, where a text is expected, stays what it was taken for`(scalar: String) throws {
        for fault in [
            "respond: { status: 200, headers: { a: \(scalar) } }",
            "respond: { status: 200, body: \(scalar) }",
            "respond: { status: 200, json: \(scalar) }",
        ] {
            guard case .success(let first) = parse(document("  then: [{ \(fault) }]")) else {
                continue
            }
            let again = try Configuration.parse(json: first.document.json)
            #expect(again.rules.map(\.rule) == first.rules.map(\.rule), "\(fault)")
        }
    }
}
