// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import FaultModel

/// The index against a scan of every rule, with rules and requests drawn from small alphabets so
/// that they meet often.
@Suite struct RuleIndexTests {
    @Test(arguments: SeededNumbers.seeds(40))
    func `the index finds exactly what a scan of all rules finds`(block: UInt64) throws {
        for seed in block * 100..<block * 100 + 100 {
            var numbers = SeededNumbers(seed: seed)
            let matchers = try (0..<numbers.below(30) + 1).map { _ in try matcher(&numbers) }
            let rules = matchers.enumerated().map { Rule.sample("\($0)", when: $1) }
            var asker = Asker(rules)
            for _ in 0..<5 {
                let request = SampleRequest(&numbers)
                asker.connection = request.connection
                let expected = matchers.indices.filter { request.isMeant(by: matchers[$0]) }
                let found = asker.ask(request.head).ruleNames
                guard found != expected.map(String.init) else { continue }
                Issue.record(
                    "\(request): index \(found), scan \(expected); CHAOS_SEED=\(block), \(seed)"
                )
                return
            }
        }
    }

    @Test(arguments: SeededNumbers.seeds(500))
    func `a stream finds exactly the rules without keys about a request`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let matchers = try (0..<20).map { _ in try matcher(&numbers) }
        var asker = Asker(matchers.enumerated().map { Rule.sample("\($0)", when: $1) })
        let request = SampleRequest(&numbers)
        asker.connection = request.connection
        let expected = matchers.indices.filter {
            !matchers[$0].needsRequest && request.isMeant(by: matchers[$0])
        }
        #expect(asker.askStream().ruleNames == expected.map(String.init), "CHAOS_SEED=\(seed)")
    }

    @Test func `ten thousand rules leave one candidate`() throws {
        let matchers = try (0..<10_000).map {
            Matcher.request(try RequestPattern("GET /api/v1/agents/a\($0)"))
        }
        let index = RuleIndex(matchers)
        var scratch = MatchScratch()
        let head = SampleHead(path: "/api/v1/agents/a777")
        let bytes = head.bytes
        index.candidates(for: head.facts, in: bytes.span, client: nil, using: &scratch)
        #expect(scratch.candidates == [777])
    }

    private func matcher(_ numbers: inout SeededNumbers) throws -> Matcher {
        var matcher = Matcher.everything
        if !numbers.once(in: 3) {
            matcher.requests = try (0..<numbers.below(2) + 1).map { _ in
                try RequestPattern(numbers.pick(Self.methods) + " " + path(&numbers))
            }
        }
        if numbers.once(in: 4) { matcher.host = value(&numbers, Self.hosts, ignoresCase: true) }
        if numbers.once(in: 4) {
            matcher.headers = [named(&numbers, ["x-a", "x-b"])]
        }
        if numbers.once(in: 5) { matcher.query = [named(&numbers, ["q", "r"])] }
        if numbers.once(in: 5) {
            matcher.clients = Self.blocks.shuffled(using: &numbers).prefix(numbers.below(2) + 1)
                .compactMap(AddressBlock.init)
        }
        if numbers.once(in: 6) {
            matcher.connections = [numbers.pick([.odd, .even, .range(1...2), .range(3...9)])]
        }
        return matcher
    }

    private func path(_ numbers: inout SeededNumbers) -> String {
        let segments = (0..<numbers.below(4)).map { _ in numbers.pick(Self.segments) }
        let path = "/" + segments.joined(separator: "/")
        return numbers.once(in: 3) ? path + (segments.isEmpty ? "**" : "/**") : path
    }

    private func named(
        _ numbers: inout SeededNumbers,
        _ names: [String]
    ) -> Matcher.NamedPattern {
        Matcher.NamedPattern(
            name: numbers.pick(names),
            value: value(&numbers, ["1", "2", "on", "o*", "?"], ignoresCase: false)
        )
    }

    private func value(
        _ numbers: inout SeededNumbers,
        _ texts: [String],
        ignoresCase: Bool
    ) -> ValuePattern {
        switch numbers.below(8) {
        case 0: .present
        case 1: .absent
        case 2: .any(texts.prefix(2).map { .text(TextPattern($0, ignoresCase: ignoresCase)) })
        default: .text(TextPattern(numbers.pick(texts), ignoresCase: ignoresCase))
        }
    }

    private static let methods = ["GET", "POST", "ANY"]
    private static let segments = ["a", "b", "a%20b", "*", "{id}", "a*", "*b", "", "%61"]
    private static let hosts = ["Example.com", "b.test", "*.test", "10.0.0.1"]
    private static let blocks = ["10.0.0.1", "10.0.0.2", "10.0.0.0/8", "::1", "::/0"]
}

/// A request as the scan sees it: names and values, nothing pointed into, nothing indexed.
private struct SampleRequest: CustomStringConvertible {
    let method: String
    let path: String
    let host: String?
    let headers: [(String, String)]
    let query: [(String, String)]?
    let connection: ConnectionFacts

    init(_ numbers: inout SeededNumbers) {
        method = numbers.pick(["GET", "POST", "PUT"])
        let segments = (0..<numbers.below(4)).map { _ in
            numbers.pick(["a", "b", "a b", "a%20b", "ab", "", "%61", "%6"])
        }
        path = "/" + segments.joined(separator: "/")
        host =
            numbers.once(in: 4)
            ? nil
            : numbers.pick(["example.com", "EXAMPLE.com:8080", "b.test", "c.test", "10.0.0.1"])
        headers = (0..<numbers.below(3)).map { _ in
            (numbers.pick(["X-A", "x-b"]), numbers.pick(["1", "2", "on", "off", ""]))
        }
        query =
            numbers.once(in: 3)
            ? nil
            : (0..<numbers.below(3)).map { _ in
                (numbers.pick(["q", "r"]), numbers.pick(["1", "2", "on", "off", ""]))
            }
        connection = ConnectionFacts(
            ordinal: UInt64(numbers.below(5)) + 1,
            client: numbers.once(in: 5)
                ? nil : IPAddress(numbers.pick(["10.0.0.1", "10.0.0.2", "11.0.0.1", "::1"]))
        )
    }

    var head: SampleHead {
        var fields = headers
        if let host { fields.append(("Host", host)) }
        return SampleHead(
            method,
            path: path,
            query: query?.map { "\($0.0)=\($0.1)" }.joined(separator: "&"),
            fields: fields
        )
    }

    var description: String { "\(method) \(path) \(host ?? "-") \(headers) \(connection)" }

    func isMeant(by matcher: Matcher) -> Bool {
        let client = connection.client
        let isClient =
            matcher.clients.isEmpty
            || client.map { client in matcher.clients.contains { $0.contains(client) } } ?? false
        let isConnection =
            matcher.connections.isEmpty
            || matcher.connections.contains { $0.contains(connection.ordinal) }
        let isRequest = matcher.requests.isEmpty || matcher.requests.contains(where: isMeant)
        let name = host.map { String($0.prefix { $0 != ":" }) }
        let isHost = matcher.host.map { holds($0, for: name.map { [$0] } ?? []) } ?? true
        let areHeaders = matcher.headers.allSatisfy { pattern in
            holds(
                pattern.value,
                for: headers.filter { Array($0.0.lowercased().utf8) == pattern.name }.map(\.1)
            )
        }
        let isQuery = matcher.query.allSatisfy { pattern in
            holds(
                pattern.value,
                for: (query ?? []).filter { Array($0.0.utf8) == pattern.name }.map(\.1)
            )
        }
        return isClient && isConnection && isRequest && isHost && areHeaders && isQuery
    }

    private func isMeant(by pattern: RequestPattern) -> Bool {
        guard pattern.method == nil || pattern.method == Array(method.utf8) else { return false }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard
            pattern.matchesRest
                ? parts.count >= pattern.segments.count : parts.count == pattern.segments.count
        else { return false }
        return zip(pattern.segments, parts).allSatisfy { segment, part in
            // The one malformed escape of the sample stands for itself.
            let decoded =
                part == "%6" ? "%6" : part.replacing("%20", with: " ").replacing("%61", with: "a")
            return switch segment {
            case .any: true
            case .literal(let bytes): bytes == Array(decoded.utf8)
            case .glob(let glob): glob.matches(String(decoded))
            }
        }
    }

    private func holds(_ pattern: ValuePattern, for values: [String]) -> Bool {
        switch pattern {
        case .present: !values.isEmpty
        case .absent: values.isEmpty
        case .expression(let expression):
            values.contains { isFound(expression, in: Array($0.utf8)) }
        case .text(let text): values.contains { text.matches($0) }
        case .any(let patterns): patterns.contains { holds($0, for: values) }
        }
    }
}
