// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension RuleParser {
    static let matcherKeys = [
        "proxy", "client", "connection", "request", "host", "headers", "query", "cookies", "body",
        "response", "bytes", "cohort",
    ]
    static let unbuiltMatchers: Set = ["tls", "message"]

    static func readMatcher(_ item: Item) -> Matcher? {
        guard
            let fields = item.fields("`when`", known: matcherKeys, notBuilt: unbuiltMatchers)
        else { return nil }
        return Matcher(
            proxy: fields["proxy"].map(readProxySelector) ?? .all,
            clients: each(fields["client"], "`client`", readBlock),
            connections: each(fields["connection"], "`connection`", readOrdinals),
            requests: each(fields["request"], "`request`", readRequest),
            host: fields["host"].flatMap { ValueParser(ignoresCase: true).read($0) },
            headers: fields["headers"].map { readNamed($0, "`headers`", .header) } ?? [],
            query: fields["query"].map { readNamed($0, "`query`", .parameter) } ?? [],
            cookies: fields["cookies"].map { readNamed($0, "`cookies`", .cookie) } ?? [],
            bodies: fields["body"].map(ContentParser.bodies) ?? [],
            response: fields["response"].flatMap(ContentParser.response),
            bytes: fields["bytes"].flatMap(ContentParser.bytes),
            cohort: fields["cohort"].flatMap(ContentParser.cohort)
        )
    }

    private static func each<Value>(
        _ item: Item?,
        _ what: String,
        _ read: (Item) -> Value?
    ) -> [Value] {
        item?.oneOrMore(what).compactMap(read) ?? []
    }

    static func readProxySelector(_ item: Item) -> ProxySelector {
        .any(
            item.oneOrMore("`proxy`").compactMap { item in
                guard let text = item.string("a proxy's name") else { return nil }
                guard text.hasPrefix("tag:") else { return .name(TextPattern(text)) }
                guard text.utf8.count > 4 else {
                    item.badValue("`tag:` has no tag", hint: "write tag:NAME")
                    return nil
                }
                return .tag(String(text.dropFirst(4)))
            }
        )
    }

    private static func readBlock(_ item: Item) -> AddressBlock? {
        if let text = item.text, let block = AddressBlock(text) { return block }
        item.badValue(
            "\(item.quoted) is neither an address nor a block of addresses",
            hint: "such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32"
        )
        return nil
    }

    private static func readOrdinals(_ item: Item) -> OrdinalSet? {
        let text = item.text ?? ""
        switch text {
        case "odd": return .odd
        case "even": return .even
        default:
            if let ordinal = UInt64(text), ordinal > 0 { return .range(ordinal...ordinal) }
            if let dots = text.firstRange(of: ".."), let lower = UInt64(text[..<dots.lowerBound]),
                let upper = UInt64(text[dots.upperBound...]), 0 < lower, lower <= upper
            {
                return .range(lower...upper)
            }
            item.badValue(
                "\(item.quoted) names no connections",
                hint: "such as 3, 1..10, odd or even; the first is 1"
            )
            return nil
        }
    }

    private static func readRequest(_ item: Item) -> RequestPattern? {
        guard let text = item.string("a request") else { return nil }
        guard !ValueParser.isExpression(text) else {
            item.badValue(
                "\(item.quoted) is a regular expression, and `request` takes none",
                hint: "write METHOD /path; `*` stands for one segment, `**` for the rest"
            )
            return nil
        }
        do {
            return try RequestPattern(text)
        } catch {
            let method = text.split(separator: " ").first.map(String.init) ?? text
            let (message, hint) = explanation(of: error, method: method)
            item.badValue("\(item.quoted) \(message)", hint: hint)
            return nil
        }
    }

    private static func explanation(
        of failure: RequestPattern.Failure,
        method: String
    ) -> (message: String, hint: String) {
        switch failure {
        case .notMethodAndPath:
            ("is not a method and a path", "such as `GET /api/v1/agents/{id}` or `ANY /**`")
        case .lowercaseMethod:
            ("has a method in lower case", "did you mean \(method.uppercased())?")
        case .pathWithoutSlash: ("has a path that does not begin with a slash", "write /path")
        case .restNotLast: ("has `**` before the end", "`**` stands for the rest of the path")
        case .queryInPath: ("has a query in the path", "match the query with `query:`")
        case .tooManySegments:
            ("has more than \(RequestPattern.maximumSegments) segments", "end it with `**`")
        case .badPercentEncoding:
            ("has a `%` without two hexadecimal digits", "write %25 for a percent sign")
        }
    }

    /// What the names of a map are names of.
    enum NameKind {
        case header
        case parameter
        case cookie
    }

    static func readNamed(
        _ item: Item,
        _ what: String,
        _ kind: NameKind
    ) -> [Matcher.NamedPattern] {
        (item.named(what, atMost: RuleBounds.names) ?? []).compactMap { name, position, item in
            if kind != .parameter, !FieldSyntax.isToken(name) {
                let noun = kind == .header ? "header" : "cookie"
                item.fail("bad-value", "`\(name)` is not a \(noun)'s name", at: position)
                return nil
            }
            guard let value = ValueParser(ignoresCase: false).read(item) else { return nil }
            let key = kind == .header ? name.lowercased() : name
            return Matcher.NamedPattern(name: key, value: value)
        }
    }
}

/// Reads what a value has to look like.
struct ValueParser {
    let ignoresCase: Bool

    func read(_ item: Item) -> ValuePattern? {
        switch item.node.content {
        case .array:
            let patterns = item.oneOrMore("the list of values").compactMap(read)
            return patterns.isEmpty ? nil : .any(patterns)
        case .object: return readPresence(item)
        case .scalar:
            guard let text = item.text else {
                item.badValue("expected a value", hint: "write \"\" for an empty one")
                return nil
            }
            guard !Self.isExpression(text) else { return readExpression(text, item) }
            return .text(TextPattern(text, ignoresCase: ignoresCase))
        }
    }

    private func readExpression(_ text: String, _ item: Item) -> ValuePattern? {
        guard text != "//" else {
            item.badValue(
                "`//` is an expression without anything to find",
                hint: "write { present: true } for any value"
            )
            return nil
        }
        do {
            let pattern = String(text.dropFirst().dropLast())
            return .expression(try RegularExpression(pattern, ignoresCase: ignoresCase))
        } catch {
            // From 1, and the slash in front counts.
            let place = "at character \(error.offset + 2) of \(item.quoted)"
            item.badValue("\(error.message), \(place)", hint: error.hint)
            return nil
        }
    }

    private func readPresence(_ item: Item) -> ValuePattern? {
        let keys = ["absent", "present"]
        guard let fields = item.fields("a test for presence", known: keys) else { return nil }
        guard fields.members.count == 1, let (key, value) = fields.members.first else {
            item.badValue("expected { absent: true } or { present: true }")
            return nil
        }
        guard let holds = value.bool() else { return nil }
        guard holds else {
            let other = key == "absent" ? "present" : "absent"
            value.badValue("`\(key)` can only be true", hint: "write { \(other): true }")
            return nil
        }
        return key == "absent" ? .absent : .present
    }

    /// Whether the text is a regular expression, `/.../`.
    static func isExpression(_ text: String) -> Bool {
        text.utf8.count >= 2 && text.hasPrefix("/") && text.hasSuffix("/")
    }
}
