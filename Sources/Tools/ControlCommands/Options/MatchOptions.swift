// SPDX-License-Identifier: Apache-2.0
import FaultModel
import ArgumentParser

/// When a fault applies: the `when` of its rule.
struct MatchOptions: ParsableArguments {
    @Option(help: "Method and path, e.g. 'GET /api/v1/agents/**'; more than one: any of them.")
    var request: [String] = []

    @Option(help: "The Host that a request names, e.g. 'api.*'.")
    var host: String?

    @Option(
        help: ArgumentHelp("A header field; without a value: present.", valueName: "name: value")
    )
    var header: [String] = []

    @Option(
        help: ArgumentHelp("A query parameter; without a value: present.", valueName: "name=value")
    )
    var query: [String] = []

    @Option(help: "The client's address or block, e.g. 10.0.0.0/8; more than one: any of them.")
    var client: [String] = []

    @Option(help: "Connections by their ordinal on the proxy: 3, 1..10, odd or even.")
    var connection: [String] = []

    @Option(help: ArgumentHelp("A cookie; without a value: present.", valueName: "name=value"))
    var cookie: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the request's body holds, by a JSON Pointer or as text.",
            valueName: "/pointer=value"
        )
    )
    var requestBody: [String] = []

    @Option(help: "The upstream's answer: 503, 5xx; more than one: any of them.")
    var responseStatus: [String] = []

    @Option(help: "Text near the beginning of what the client sends on a tcp connection.")
    var bytes: String?

    @Option(help: "Look for --bytes in what goes to the server, or comes to the client.")
    var bytesToward: String?

    @Option(help: "A share of the clients that is always the same one, e.g. 50.")
    var cohort: String?

    @Option(help: "Of what --cohort is a share: client, connection or header:NAME.")
    var cohortOf: String?

    func document(proxy: String) throws -> JSONTree {
        var when: JSONTree = ["proxy": .string(proxy)]
        if let request = JSONTree(oneOrMore: request) {
            when = when.setting("request", to: request)
        }
        if let host { when = when.setting("host", to: .string(host)) }
        if let headers = try patterns(header, separator: ":", option: "--header") {
            when = when.setting("headers", to: headers)
        }
        if let query = try patterns(query, separator: "=", option: "--query") {
            when = when.setting("query", to: query)
        }
        if let client = JSONTree(oneOrMore: client) { when = when.setting("client", to: client) }
        if let connection = JSONTree(oneOrMore: connection) {
            when = when.setting("connection", to: connection)
        }
        return try contents(when)
    }

    /// What messages and streams hold, and whose they are.
    private func contents(_ when: JSONTree) throws -> JSONTree {
        var when = when
        if let cookies = try patterns(cookie, separator: "=", option: "--cookie") {
            when = when.setting("cookies", to: cookies)
        }
        if let body = try patterns(requestBody, separator: "=", option: "--request-body") {
            when = when.setting("body", to: body)
        }
        if let status = JSONTree(oneOrMore: responseStatus) {
            when = when.setting("response", to: ["status": status])
        }
        guard bytes != nil || bytesToward == nil, cohort != nil || cohortOf == nil else {
            throw ValidationError("--bytes-toward needs --bytes, and --cohort-of needs --cohort.")
        }
        if let bytes {
            let toward = JSONTree.string(bytesToward ?? "server")
            when = when.setting("bytes", to: ["toward": toward, "text": .string(bytes)])
        }
        if let cohort {
            var share: JSONTree = ["percent": JSONTree(scalar: cohort)]
            if let cohortOf { share = share.setting("of", to: .string(cohortOf)) }
            when = when.setting("cohort", to: share)
        }
        return when
    }

    private func patterns(
        _ texts: [String],
        separator: Character,
        option: String
    ) throws -> JSONTree? {
        guard !texts.isEmpty else { return nil }
        let members = try texts.map { text in
            let pair = try NamedValue(text, separator: separator, option: option)
            return JSONTree.Member(
                pair.name,
                pair.value.map { .string($0) } ?? ["present": .bool(true)]
            )
        }
        if let name = firstRepeated(members.map(\.key)) {
            throw ValidationError("\(option) names `\(name)` twice; a rule file can list values.")
        }
        return .object(members)
    }

    private func firstRepeated(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0.lowercased()).inserted }
    }
}

/// `name: value` or `name=value`, as options write it.
struct NamedValue: Equatable {
    let name: String
    /// `nil` when there is a name alone.
    let value: String?

    init(_ text: String, separator: Character, option: String) throws {
        let end = text.firstIndex(of: separator)
        name = Self.trimmed(text[..<(end ?? text.endIndex)])
        value = end.map { Self.trimmed(text[text.index(after: $0)...]) }
        guard !name.isEmpty else {
            throw ValidationError("\(option) '\(text)' has no name.")
        }
    }

    /// Header fields as a document has them; a name that is given more than once has a list of
    /// values, and without any field there is no document.
    static func fields(_ texts: [String], option: String) throws -> JSONTree? {
        var fields: [(name: String, values: [String])] = []
        for text in texts {
            let field = try NamedValue(text, separator: ":", option: option)
            guard let value = field.value else {
                throw ValidationError("\(option) '\(text)' has no colon and value.")
            }
            if let place = fields.firstIndex(where: {
                $0.name.lowercased() == field.name.lowercased()
            }) {
                fields[place].values.append(value)
            } else {
                fields.append((field.name, [value]))
            }
        }
        guard !fields.isEmpty else { return nil }
        return .object(
            fields.compactMap { field in
                JSONTree(oneOrMore: field.values).map { JSONTree.Member(field.name, $0) }
            }
        )
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

extension JSONTree {
    /// `nil` for none, the value itself for one, a list for more.
    init?(oneOrMore texts: [String]) {
        guard let first = texts.first else { return nil }
        self = texts.count == 1 ? .string(first) : .array(texts.map { .string($0) })
    }

    /// Digits alone as a number, anything else as text: what a rule file would hold.
    init(scalar text: String) {
        let isNumber =
            !text.isEmpty && text.utf8.count < 19
            && text.utf8.allSatisfy { (48...57).contains($0) }
            && (text == "0" || !text.hasPrefix("0"))
        self = isNumber ? .number(text) : .string(text)
    }
}
