// SPDX-License-Identifier: Apache-2.0

/// What POST `/v1/explain` is sent: what the rules are to be explained for.
package enum ExplainDocument: Hashable, Sendable {
    /// A request that was only thought of.
    case request(ImaginedRequest)
    /// An exchange that happened, by its id.
    case exchange(String)
    /// What came nearest to matching this rule.
    case rule(String)

    package init(json: [UInt8]) throws(InvalidConfiguration) {
        self = try JSONReader.read(json).part(
            of: "explain",
            else: "this is no question",
            Self.read
        )
    }

    private static let subjects = ["request", "exchange", "rule"]
    private static let places = ["proxy", "client", "connection", "unit"]

    private static func read(_ item: Item) -> ExplainDocument? {
        guard let fields = item.fields("a question", known: subjects + places) else { return nil }
        let given = subjects.filter { fields[$0] != nil }
        guard given.count == 1, let subject = fields[given[0]] else {
            item.badValue(
                "a question is about one of \(subjects.joined(separator: ", "))",
                hint: "such as {\"request\": {\"url\": \"http://prism/api/v1/agents\"}}"
            )
            return nil
        }
        if given[0] == "request" {
            return ImaginedRequest.read(subject, places: fields).map { .request($0) }
        }
        for key in places {
            guard let stray = fields[key] else { continue }
            stray.badValue("`\(key)` belongs to a request; what happened has its own")
            return nil
        }
        if given[0] == "rule" { return subject.string("a rule's id").map { .rule($0) } }
        return subject.string("an exchange's id").map { .exchange($0) }
    }
}

/// A request as somebody describes it, and where it would arrive.
package struct ImaginedRequest: Hashable, Sendable {
    /// Default `GET`.
    package var method: String
    /// `/path?query`, or the whole `http://host/path?query`.
    package var target: String
    package var headers: [Header]
    package var body: String?
    /// The proxy's name; `nil`: the one that the target's host names, or the only one.
    package var proxy: String?
    package var client: String?
    /// The connection's ordinal on the proxy, from 1.
    package var connection: UInt64?
    /// The exchange's ordinal on its connection, from 0.
    package var unit: UInt64?

    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How many header fields one may have.
    package static let maximumHeaders = 1_000

    package init(method: String = "GET", target: String, headers: [Header] = []) {
        self.method = method
        self.target = target
        self.headers = headers
    }

    fileprivate static func read(_ item: Item, places: Fields) -> ImaginedRequest? {
        let known = ["method", "url", "path", "headers", "body"]
        guard let fields = item.fields("a request", known: known) else { return nil }
        let target: String?
        switch (fields["url"], fields["path"]) {
        case (let url?, nil): target = url.string("`url`")
        case (nil, let path?): target = path.string("`path`")
        default:
            item.badValue(
                "a request has either `url` or `path`",
                hint: "such as {\"path\": \"/api/v1/agents\"}"
            )
            return nil
        }
        let method = fields["method"].map { $0.string("`method`") } ?? "GET"
        let headers = fields["headers"].map(readHeaders) ?? []
        guard let target, let method, let headers else { return nil }
        var request = ImaginedRequest(method: method, target: target, headers: headers)
        if let body = fields["body"] {
            guard let text = body.text else {
                body.badValue("`body` has to be text")
                return nil
            }
            request.body = text
        }
        guard request.takePlace(places) else { return nil }
        return request
    }

    private mutating func takePlace(_ fields: Fields) -> Bool {
        if let item = fields["proxy"] {
            proxy = item.string("a proxy's name")
            guard proxy != nil else { return false }
        }
        if let item = fields["client"] {
            client = item.string("a client's address")
            guard client != nil else { return false }
        }
        if let item = fields["connection"] {
            connection = item.integer(1...UInt64.max)
            guard connection != nil else { return false }
        }
        if let item = fields["unit"] {
            unit = item.integer(0...UInt64.max)
            guard unit != nil else { return false }
        }
        return true
    }

    /// A field that is there more than once has a list of values.
    private static func readHeaders(_ item: Item) -> [Header]? {
        guard let members = item.named("`headers`") else { return nil }
        var headers: [Header] = []
        for member in members {
            for value in member.item.oneOrMore("`\(member.name)`") {
                guard let text = value.text else {
                    value.badValue("a header field's value has to be text")
                    return nil
                }
                headers.append(Header(name: member.name, value: text))
            }
        }
        guard headers.count <= maximumHeaders else {
            item.badValue("more than \(maximumHeaders) header fields")
            return nil
        }
        return headers
    }
}
