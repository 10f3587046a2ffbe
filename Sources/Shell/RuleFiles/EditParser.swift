// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `edit`: what is changed in a real request, in a real response, or in both.
enum EditParser {
    static let keys = ["request", "response", "lengths"]
    static let requestKeys =
        ["method", "path", "query", "headers"] + MessageContent.keys + ["json-merge"]
    static let responseKeys = ["status", "headers"] + MessageContent.keys + ["json-merge"]
    static let fieldKeys = ["set", "add", "remove"]

    static func read(_ item: Item) -> Edit? {
        guard let fields = item.fields("`edit`", known: keys) else { return nil }
        guard fields["request"] != nil || fields["response"] != nil else {
            item.badValue("`edit` changes nothing", hint: "add `request:` or `response:`")
            return nil
        }
        let request = fields["request"].map { message($0, isRequest: true) }
        let response = fields["response"].map { message($0, isRequest: false) }
        let lengths = fields["lengths"].map(EndingParser.readLengths) ?? .fix
        guard request != .some(nil), response != .some(nil), let lengths else { return nil }
        return Edit(request: request ?? nil, response: response ?? nil, lengths: lengths)
    }

    private static func message(_ item: Item, isRequest: Bool) -> MessageEdit? {
        let what = isRequest ? "`request`" : "`response`"
        let known = isRequest ? requestKeys : responseKeys
        let before = item.report.errors.count
        guard let fields = withoutStray(item, isRequest).fields(what, known: known),
            item.report.errors.count == before
        else { return nil }
        guard !fields.members.isEmpty else {
            item.badValue("\(what) changes nothing", hint: "name what is changed, or leave it out")
            return nil
        }
        let status = fields["status"].map(RespondParser.status)
        let method = fields["method"].map(readMethod)
        let path = fields["path"].map(readPath)
        let body = readBody(fields)
        guard status != .some(nil), method != .some(nil), path != .some(nil), let body else {
            return nil
        }
        if let status = status ?? nil, RespondParser.withoutContent.contains(status),
            let member = MessageContent.member(of: fields) ?? fields["json-merge"]
        {
            member.badValue("a response of \(status) has no body")
            return nil
        }
        return MessageEdit(
            status: status ?? nil,
            method: method ?? nil,
            path: path ?? nil,
            query: fields["query"].map { edits($0, areHeaders: false) } ?? .none,
            headers: fields["headers"].map { edits($0, areHeaders: true) } ?? .none,
            body: body
        )
    }

    /// Says of a key of the other message where it belongs, and leaves it out.
    private static func withoutStray(_ item: Item, _ isRequest: Bool) -> Item {
        guard case .object(var members) = item.node.content else { return item }
        let own = isRequest ? requestKeys : responseKeys
        let other = isRequest ? responseKeys : requestKeys
        members.removeAll { member in
            guard other.contains(member.key), !own.contains(member.key) else { return false }
            item.child(member.node, member.key).fail(
                "bad-value",
                "a \(isRequest ? "request" : "response") has no `\(member.key)`",
                hint: "write it under `\(isRequest ? "response" : "request")`",
                at: member.keyPosition
            )
            return true
        }
        return item.with(DocumentNode(.object(members), at: item.node.position))
    }

    /// The change of the body, or `nil` for none; an outer `nil` after a report.
    private static func readBody(_ fields: Fields) -> MessageEdit.BodyEdit?? {
        let isGiven = MessageContent.keys.contains { fields[$0] != nil }
        guard let merge = fields["json-merge"] else {
            guard isGiven else { return .some(nil) }
            return MessageContent.read(fields).map { .some(.replace($0.body)) }
        }
        guard !isGiven else {
            merge.badValue("`json-merge` needs the body that comes", hint: "leave the other out")
            return nil
        }
        return .some(.merge(merge.node.value))
    }

    private static func readMethod(_ item: Item) -> String? {
        if let text = item.text, FieldSyntax.isToken(text), text.uppercased() == text {
            return text
        }
        item.badValue("\(item.quoted) is not a method in capitals", hint: "such as GET")
        return nil
    }

    private static func readPath(_ item: Item) -> String? {
        guard let text = item.string("a path") else { return nil }
        let isPlain = text.utf8.allSatisfy { (33...126).contains($0) && !"?#".utf8.contains($0) }
        guard text.hasPrefix("/"), isPlain else {
            item.badValue(
                "\(item.quoted) is not a path",
                hint: "from its slash, percent-encoded; the query is changed with `query:`"
            )
            return nil
        }
        return text
    }

    /// Reads `set` (names to values), `add` (names to a value or a list), `remove` (one name or a list).
    private static func edits(_ item: Item, areHeaders: Bool) -> FieldEdits {
        let what = areHeaders ? "`headers`" : "`query`"
        guard let fields = item.fields(what, known: fieldKeys) else { return .none }
        if fields.members.isEmpty {
            item.badValue(
                "\(what) changes nothing",
                hint: "known are \(fieldKeys.joined(separator: ", "))"
            )
        }
        return FieldEdits(
            remove: fields["remove"]?.oneOrMore("`remove`").compactMap { item in
                guard let name = item.string("a name") else { return nil }
                guard areHeaders else { return name }
                let position = item.node.position
                return FieldParser.isHeaderName(name, item, at: position) ? name : nil
            } ?? [],
            set: fields["set"].map { pairs($0, "`set`", areHeaders, lists: false) } ?? [],
            add: fields["add"].map { pairs($0, "`add`", areHeaders, lists: true) } ?? []
        )
    }

    private static func pairs(
        _ item: Item,
        _ what: String,
        _ areHeaders: Bool,
        lists: Bool
    ) -> [FieldEdits.Pair] {
        let named = item.named(what, atMost: RuleBounds.names) ?? []
        return named.flatMap { name, position, item -> [FieldEdits.Pair] in
            guard !areHeaders || FieldParser.isHeaderName(name, item, at: position) else {
                return []
            }
            let values = lists ? item.oneOrMore("the list of values") : [item]
            return values.compactMap { item in
                let value = areHeaders ? FieldParser.headerValue(item) : item.string("a value")
                return value.map { FieldEdits.Pair(name: name, value: $0) }
            }
        }
    }
}
