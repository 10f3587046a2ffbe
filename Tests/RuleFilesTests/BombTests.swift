// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

/// Small documents that mean a great deal: each is refused, at little cost.
@Suite(.timeLimit(.minutes(15))) struct BombTests {
    private static func nested(_ open: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + String(repeating: close, count: count)
    }

    @Test(arguments: [
        nested("[", "]", 100_000), nested("[", "", 200_000), nested("{a: ", "}", 100_000),
        nested("- ", "", 100_000), nested("? ", "", 100_000), nested("a: [", "", 50_000),
        nested("!!seq [", "", 50_000),
        nested("&a [", "", 50_000), nested("{? ", "", 50_000), nested("- ? ", "", 50_000),
        nested("[{a: ", "}]", 50_000),
    ])
    func `what is nested without end is refused where it is too deep`(text: String) throws {
        let error = try #require(firstError("version: 1\nx-a:\n  \(text)"))
        #expect(error.code.hasPrefix("config."))
        let json = text.replacing("a: ", with: "\"a\":")
        #expect(throws: InvalidConfiguration.self) { try DocumentValue(json: Array(json.utf8)) }
        #expect(throws: InvalidConfiguration.self) { try RuleParser.rule(json: Array(json.utf8)) }
    }

    @Test func `aliases of long texts count as often as they are used`() throws {
        let long = String(repeating: "x", count: 1 << 20)
        let aliases = Array(repeating: "*a", count: 1_000).joined(separator: ", ")
        let text = """
            version: 1
            x-a: &a \(long)
            rules:
              - id: r
                then: [{ respond: { status: 200, json: [\(aliases)] } }]
            """
        let error = try #require(firstError(text))
        #expect(error.code == "config.malformed")
        // At the anchor, where the text is.
        #expect(error.line == 2)
    }

    @Test(arguments: [
        "<<: *a", "<<: [*a, *a]", "<<: { enabled: false }", "\"<<\": *a",
    ])
    func `a merge key is no key`(member: String) throws {
        let text = """
            version: 1
            x-a: &a { enabled: false }
            rules:
              - id: r
                then: [hang]
                \(member)
            """
        let error = try #require(firstError(text))
        #expect(["rule.unknown-key", "config.malformed"].contains(error.code))
        #expect(error.line == 6)
    }

    @Test func `an anchor that holds itself is refused`() {
        #expect(firstError("version: 1\nx-a: &a [*a]\n") != nil)
        #expect(firstError("version: 1\nx-a: &a { b: *a }\n") != nil)
    }

    @Test func `what is not there in a text has its place all the same`() throws {
        let error = try #require(firstError("version: 1\nx-a: \"\u{1}\"\n"))
        #expect(error.code == "config.malformed")
        #expect(error.line == 2)
    }

    @Test(arguments: [
        String(repeating: "9", count: 100_000), "1e99999",
        "0x" + String(repeating: "f", count: 9_999),
        "0." + String(repeating: "0", count: 100_000) + "1",
    ])
    func `a number of any size is refused where none can be, or kept as it was written`(
        number: String
    ) throws {
        for place in ["times", "probability", "after"] {
            let error = firstError(document("  limit: { \(place): \(number) }\n  then: [hang]"))
            // A probability of next to nothing is one.
            if place != "probability" || !number.hasPrefix("0.") {
                #expect(error?.path == "/rules/0/limit/\(place)")
            }
        }
        let text = document("  when: { headers: { a: \(number) } }\n  then: [hang]")
        let first = try parse(text).get()
        let again = try Configuration.parse(json: first.document.json)
        #expect(again.rules.map(\.rule) == first.rules.map(\.rule))
    }
}
