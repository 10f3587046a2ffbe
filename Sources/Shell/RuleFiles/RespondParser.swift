// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `respond`: a status, or the long form with headers and a body.
enum RespondParser {
    static let keys = ["status", "reason", "headers"] + MessageContent.keys + ["forward"]
    static let statuses: ClosedRange<UInt16> = 200...599
    /// Statuses whose answers have no content (RFC 9110, 6.4.1).
    static let withoutContent: Set<UInt16> = [204, 304]

    static func read(_ item: Item) -> Respond? {
        guard item.isObject else {
            return status(item).map {
                Respond(status: $0, reason: nil, headers: [], body: .empty)
            }
        }
        guard let fields = item.fields("`respond`", known: keys) else { return nil }
        let reason = fields["reason"].map(readReason)
        var headers = fields["headers"].map(readHeaders) ?? []
        let content = MessageContent.read(fields)
        let forwards = fields["forward"].map { $0.bool() } ?? false
        guard
            let status = fields.required("status", hint: "such as status: 503").flatMap(status),
            let content, let forwards, reason != .some(nil)
        else { return nil }
        if withoutContent.contains(status), let member = MessageContent.member(of: fields) {
            member.badValue("an answer of \(status) has no body")
            return nil
        }
        if !content.type.isEmpty, !headers.contains(where: { $0.name.isContentType }) {
            headers.append(.init(name: "Content-Type", value: content.type))
        }
        return Respond(
            status: status,
            reason: reason ?? nil,
            headers: headers,
            body: content.body,
            forwards: forwards
        )
    }

    static func status(_ item: Item) -> UInt16? {
        if let text = item.text, let status = UInt16(text), statuses.contains(status) {
            return status
        }
        item.badValue(
            "\(item.quoted) is not a final status",
            hint: "from \(statuses.lowerBound) to \(statuses.upperBound)"
        )
        return nil
    }

    private static func readReason(_ item: Item) -> String? {
        guard let text = item.text, FieldSyntax.isValue(text) else {
            item.badValue("the reason has to be one line of text")
            return nil
        }
        return text
    }

    private static func readHeaders(_ item: Item) -> [Respond.Field] {
        let named = item.named("`headers`", atMost: RuleBounds.names) ?? []
        return named.flatMap { name, position, item -> [Respond.Field] in
            guard FieldParser.isHeaderName(name, item, at: position) else { return [] }
            return item.oneOrMore("the list of values").compactMap { item in
                FieldParser.headerValue(item).map { Respond.Field(name: name, value: $0) }
            }
        }
    }
}

extension String {
    fileprivate var isContentType: Bool { lowercased() == "content-type" }
}

/// Reads header fields that the proxy will write.
enum FieldParser {
    static func isHeaderName(
        _ name: String,
        _ item: Item,
        at position: DocumentNode.Position?
    ) -> Bool {
        guard FieldSyntax.isToken(name) else {
            item.fail("bad-value", "`\(name.prefix(60))` is not a header's name", at: position)
            return false
        }
        guard !FieldSyntax.computed.contains(name.lowercased()) else {
            item.fail(
                "bad-value",
                "`\(name)` is computed by the proxy",
                hint: "leave it out",
                at: position
            )
            return false
        }
        return true
    }

    static func headerValue(_ item: Item) -> String? {
        guard case .scalar(let value, let text) = item.node.content, value != .null,
            FieldSyntax.isValue(text)
        else {
            item.badValue(
                "a header's value has to be one line of text",
                hint: item.node.isNull ? "write \"\" for an empty one" : nil
            )
            return nil
        }
        return text
    }
}
