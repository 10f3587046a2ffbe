// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

/// One request to the admin socket, taken apart; free of any server's types.
struct AdminRequest: Sendable {
    var method: String
    /// The segments of the path, percent-decoded one by one: an id may hold a slash.
    var path: [String]
    var query: [String: String]
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    /// Of a body: 16 MiB.
    static let maximumBody = DocumentBounds.bytes

    /// Takes a request target apart.
    init(
        method: String,
        target: String,
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) throws(AdminFailure) {
        self.method = method
        self.headers = headers
        self.body = body
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = []
        for segment in (parts.first ?? "").split(separator: "/") {
            path.append(try Self.decoded(segment))
        }
        query = [:]
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decoded(words[0])
            let value = words.count > 1 ? try Self.decoded(words[1]) : ""
            guard query.updateValue(value, forKey: name) == nil else {
                throw AdminFailure(
                    400,
                    "request.bad-query",
                    "`\(name)` is asked more than once"
                )
            }
        }
    }

    private static func decoded(_ text: Substring) throws(AdminFailure) -> String {
        guard let bytes = PercentDecoding.decoded(Array(text.utf8)),
            let decoded = String(validating: bytes, as: UTF8.self)
        else {
            throw AdminFailure(
                400,
                "request.bad-target",
                "`\(text)` is not percent-encoded UTF-8"
            )
        }
        return decoded
    }

    /// - Throws: 400 for a parameter that this endpoint does not have.
    func allowQuery(_ names: String...) throws(AdminFailure) { try allowQuery(names) }

    func allowQuery(_ names: [String]) throws(AdminFailure) {
        for name in query.keys.sorted() where !names.contains(name) {
            throw AdminFailure(
                400,
                "request.unknown-parameter",
                "there is no parameter `\(name)` here",
                hint: names.isEmpty ? "leave it out" : "known are \(names.joined(separator: ", "))"
            )
        }
    }

    /// A parameter that is on or off: `?name` and `?name=true` are on.
    func flag(_ name: String) throws(AdminFailure) -> Bool? {
        switch query[name] {
        case nil: return nil
        case "", "true": return true
        case "false": return false
        case let value?: throw .badParameter(name, value, "true or false")
        }
    }

    /// The generation of `If-Match` (RFC 9110, 13.1.1); `nil` without one, or for `*`.
    func expectedGeneration() throws(AdminFailure) -> UInt64? {
        guard let value = headers["if-match"], value != "*" else { return nil }
        let digits =
            value.hasPrefix("\"") && value.hasSuffix("\"") && value.utf8.count > 2
            ? value.dropFirst().dropLast() : value[...]
        guard let generation = UInt64(digits) else {
            throw AdminFailure(
                400,
                "request.bad-header",
                "If-Match is `\(value)`, not a generation",
                hint: "send the ETag of GET /v1/config"
            )
        }
        return generation
    }

    /// The body, which has to say that it is JSON.
    func json(orType other: String? = nil) throws(AdminFailure) -> [UInt8] {
        try checkContentType(orType: other)
        guard body.count <= Self.maximumBody else { throw .bodyTooLarge }
        return body
    }

    func checkContentType(orType other: String? = nil) throws(AdminFailure) {
        let type = (headers["content-type"] ?? "").split(separator: ";").first ?? ""
        let name = type.lowercased().filter { $0 != " " }
        guard name == "application/json" || other != nil && name == other else {
            throw AdminFailure(
                415,
                "request.not-json",
                name.isEmpty ? "the body has no Content-Type" : "the body is \(name)",
                hint: "send Content-Type: application/json"
            )
        }
    }
}

extension AdminFailure {
    static func badParameter(_ name: String, _ value: String, _ expected: String) -> AdminFailure {
        AdminFailure(
            400,
            "request.bad-parameter",
            "`\(name)` is `\(value.prefix(60))`",
            hint: "write \(expected)"
        )
    }

    static let bodyTooLarge = AdminFailure(
        413,
        "request.too-large",
        "the body is larger than \(AdminRequest.maximumBody >> 20) MiB",
        hint: "send the rules in parts"
    )
}

/// What a request is answered.
struct AdminAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: Body

    enum Body: Sendable {
        case bytes([UInt8])
        case events(EventFeed)
    }
}
