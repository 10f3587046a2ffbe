// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct ExpressionTests {
    @Test func `a value between slashes is a regular expression, and a host's ignores case`() throws
    {
        let when = "host: '/^API\\d/', headers: { a: [x, '/a|b/'] }, query: { q: '/\\//', p: / }"
        let text = document("  when: { \(when) }\n  then: [hang]")
        let rules = try parse(text).get().rules
        let matcher = try #require(rules.first?.rule.when)
        let host = try RegularExpression("^API\\d", ignoresCase: true)
        #expect(matcher.host == .expression(host))
        let header = ValuePattern.any([
            .text(TextPattern("x")), .expression(try RegularExpression("a|b")),
        ])
        #expect(matcher.headers == [Matcher.NamedPattern(name: "a", value: header)])
        let slash = ValuePattern.expression(try RegularExpression("\\/"))
        #expect(matcher.query.contains(Matcher.NamedPattern(name: "q", value: slash)))
        let lone = ValuePattern.text(TextPattern("/"))
        #expect(matcher.query.contains(Matcher.NamedPattern(name: "p", value: lone)))
    }
}
