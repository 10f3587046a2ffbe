// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing
import WireFormats

@testable import MessageContent

@Suite struct MustacheRendererTests {
    private let renderer = MustacheRenderer()

    @Test(
        arguments: [
            ("{{request.method}} {{request.path}} {{request.host}}", "GET /a%20b/c h:1"),
            ("{{request.query.q}}|{{request.query.none}}|", "<1&\">||"),
            ("{{request.headers.x-a}} {{request.headers.X-A}}", "1, 2 1, 2"),
            ("{{request.segments.0}} {{request.segments.1}}{{request.segments.9}}", "a b c"),
            ("{{proxy}} {{client}} {{connection}} {{exchange}}", "api 10.0.0.1 3 0"),
            ("{{rule}} {{fired}} {{plusone(fired)}}", "flaky 7 8"),
            ("{{time.unix}} {{time.milliseconds}}", "784111777 784111777123"),
            ("{{time.http}}", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("{{time.iso8601}}", "1994-11-06T08:49:37.123Z"),
            ("{\"q\":{{json(request.query.q)}}}", "{\"q\":\"<1&\\\">\"}"),
            (
                "{{#request.query.q}}yes{{/request.query.q}}{{^request.query.none}}no{{/request.query.none}}",
                "yesno"
            ),
            ("\n{{#request}}\n{{method}}\n{{/request}}\n", "\nGET\n"),
            ("{{% CONTENT_TYPE:HTML}}{{request.query.q}}", "&lt;1&amp;&quot;&gt;"),
            ("{{.}}{{request}}{{request.method.text}}{{none.none}}{{...}}", ""),
            ("{{minusone(exchange)}} {{uppercased(rule)}}", "-1 FLAKY"),
            ("no tags", "no tags"), ("", ""),
        ]
    )
    func `a template speaks of the request, the place and the time`(
        template: String,
        text: String
    ) throws {
        #expect(try rendered(template) == text)
    }

    @Test func `numbers are drawn anew for each mention and are the same for the same seed`() throws
    {
        let template = "{{random.fraction}} {{random.integer}} {{random.hex}} {{random.uuid}}"
        let first = try rendered(template)
        #expect(try rendered(template) == first)
        #expect(try rendered(template, seed: 2) != first)
        #expect(try MustacheRenderer().rendered(template, with: facts()).get() == Array(first.utf8))
        let twice = try rendered("{{random.hex}} {{random.hex}}").split(separator: " ")
        #expect(twice.count == 2 && twice[0] != twice[1])
        let uuid = try rendered("{{random.uuid}}")
        let pattern = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(uuid.wholeMatch(of: pattern) != nil, "\(uuid)")
        #expect(try rendered("{{random.hex}}").wholeMatch(of: /[0-9a-f]{16}/) != nil)
        let number = try #require(Int(try rendered("{{random.integer}}")))
        #expect((0..<1 << 53).contains(number))
    }

    @Test(
        arguments: [
            ("a\n{{#b}}", "a section is not closed at line 2, column"),
            ("{{#a}}{{/b}}", "a section is closed that is not the open one at line 1, column"),
            ("{{a", "the template ends inside a tag"), ("{{a b}}", "a tag is not closed"),
            ("{{> a}}", "a tag begins with >"), ("{{=<% %>=}}", "a tag begins with ="),
            ("{{<a}}{{/a}}", "a tag begins with <"), ("{{$a}}{{/a}}", "a tag begins with $"),
            ("{{% CONTENT_TYPE:X}}", "a pragma is not"),
            ("{{" + String(repeating: "a(", count: 65), "there are more than 64 transforms"),
            (String(repeating: "{{#a}}", count: 201), "there are more than 200 sections"),
            (String(repeating: "{{a}}", count: 3_200), "the template has too many tags"),
            (String(repeating: "a", count: 1_048_577), "the template has more than 1048576 bytes"),
        ]
    )
    func `a template that cannot be rendered says why`(template: String, reason: String) throws {
        let failure = try #require(renderer.failure(of: template))
        #expect(failure.message.hasPrefix(reason), "\(failure.message)")
        #expect(renderer.rendered(template, with: facts()) == .failure(failure))
    }

    @Test func `what is rendered is bounded, however often a long value is named`() throws {
        let value = String(repeating: "é", count: 30_000)
        let tag = "{{request.headers.long}}"
        let long = FieldEdits.Pair(name: "Long", value: value)
        let some = try rendered(String(repeating: tag, count: 17), headers: [long])
        #expect(some.utf8.count == 17 * 60_000)
        let result = renderer.rendered(
            String(repeating: tag, count: 18),
            with: facts(headers: [long])
        )
        let message = "the rendered template has more than 1048576 bytes"
        #expect(result == .failure(TemplateFailure(message: message)))
    }

    @Test func `the deepest template renders`() throws {
        let open = String(repeating: "{{#request}}", count: 200)
        let close = String(repeating: "{{/request}}", count: 200)
        #expect(try rendered(open + "{{method}}" + close) == "GET")
        let nested =
            String(repeating: "json(", count: 15) + "rule" + String(repeating: ")", count: 15)
        #expect(try rendered("{{\(nested)}}").utf8.count < 1_048_576)
    }

    @Test func `transforms that double a value are bounded too`() {
        let open = String(repeating: "json(", count: 60)
        let template = "{{\(open)rule\(String(repeating: ")", count: 60))}}"
        let message = "the rendered template has more than 1048576 bytes"
        let result = renderer.rendered(template, with: facts())
        #expect(result == .failure(TemplateFailure(message: message)))
    }

    @Test func `compiled templates are kept up to their bounds`() throws {
        for number in 0..<MustacheRenderer.maximumTemplates { _ = try rendered("\(number)") }
        #expect(renderer.cachedTemplates == MustacheRenderer.maximumTemplates)
        _ = try rendered("0")
        #expect(renderer.cachedTemplates == MustacheRenderer.maximumTemplates)
        _ = try rendered("one more")
        #expect(renderer.cachedTemplates == 1)
        let large = String(repeating: "a", count: 1_000_000)
        for number in 0..<9 { _ = renderer.failure(of: large + "\(number)") }
        #expect(renderer.cachedTemplates < 9)
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `no template traps`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let pieces = [
            "{{", "}}", "{", "}", "#", "^", "/", "!", "&", "%", "=", ">", "<", "$", "request",
            ".", "method", "random", "hex", " ", "\n", "\r\n", "(", ")", "json", "plusone", "é",
            "{{#request}}", "{{/request}}", "{{% CONTENT_TYPE:HTML}}", "\u{301}", "", "{{!x}}",
            "{{minusone(exchange)}}", "{{count(request.query)}}", "{{a()}}", "{{.}}",
        ]
        for _ in 0..<40 {
            let template = (0..<numbers.below(20)).map { _ in numbers.pick(pieces) }.joined()
            _ = renderer.rendered(template, with: facts())
        }
    }

    private func rendered(
        _ template: String,
        seed: UInt64 = 1,
        headers: [FieldEdits.Pair] = []
    ) throws -> String {
        let facts = facts(seed: seed, headers: headers)
        return String(decoding: try renderer.rendered(template, with: facts).get(), as: UTF8.self)
    }

    private func facts(seed: UInt64 = 1, headers: [FieldEdits.Pair] = []) -> TemplateFacts {
        let stream = Draw.Stream(seed: seed, proxy: "api", rule: "flaky")
        let respond = Respond(status: 503, reason: nil, headers: [], body: .empty)
        return TemplateFacts(
            request: TemplateFacts.Request(
                method: "GET",
                host: "h:1",
                path: "/a%20b/c",
                query: [.init(name: "q", value: "<1&\">"), .init(name: "q", value: "2")],
                headers: headers + [.init(name: "X-A", value: "1"), .init(name: "x-a", value: "2")]
            ),
            proxy: "api",
            connection: 3,
            exchange: 0,
            client: "10.0.0.1",
            rule: "flaky",
            fired: 7,
            wallTime: 784_111_777_123_456_789,
            firing: Firing(
                rule: "flaky",
                serial: 1,
                fault: .respond(respond),
                position: 0,
                draw: Draw(stream: stream, connection: 3, unit: 0),
                toss: nil
            )
        )
    }
}
