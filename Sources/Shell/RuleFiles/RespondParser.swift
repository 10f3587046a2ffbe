// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `respond`: a status, or the long form with headers and a body.
enum RespondParser {
    private static let statuses: ClosedRange<UInt16> = 200...599
    /// Statuses whose answers have no content (RFC 9110, 6.4.1).
    private static let withoutContent: Set<UInt16> = [204, 304]

    static func read(_ item: Item) -> Respond? {
        guard item.isObject else {
            return readStatus(item).map {
                Respond(status: $0, reason: nil, headers: [], body: .empty)
            }
        }
        let keys = ["status", "reason", "headers", "body", "json", "forward", "template"]
        guard let fields = item.fields("`respond`", known: keys, notBuilt: ["file"]) else {
            return nil
        }
        for key in ["forward", "template"] where fields[key]?.bool() == true {
            fields[key]?.notBuilt("\(key): true")
        }
        let reason = fields["reason"].map(readReason)
        var headers = fields["headers"].map(readHeaders) ?? []
        let body = readBody(fields, &headers)
        guard
            let status = fields.required("status", hint: "such as status: 503").flatMap(readStatus),
            let body
        else { return nil }
        if withoutContent.contains(status), fields["body"] != nil || fields["json"] != nil {
            (fields["body"] ?? fields["json"])?.badValue("an answer of \(status) has no body")
            return nil
        }
        return Respond(status: status, reason: reason ?? nil, headers: headers, body: .bytes(body))
    }

    private static func readStatus(_ item: Item) -> UInt16? {
        if let text = item.text, let status = UInt16(text), statuses.contains(status) {
            return status
        }
        item.badValue(
            "\(item.quoted) is not a final status",
            hint: "from 200 to 599, such as 503"
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

    /// The body's bytes; adds the type that it has unless one is given.
    private static func readBody(_ fields: Fields, _ headers: inout [Respond.Field]) -> [UInt8]? {
        let hasType = headers.contains { $0.name.lowercased() == "content-type" }
        switch (fields["body"], fields["json"]) {
        case (nil, nil): return []
        case (_?, let json?):
            json.badValue("`body` and `json` exclude each other", hint: "keep one")
            return nil
        case (let body?, nil):
            guard case .scalar(_, let text) = body.node.content else {
                body.badValue("`body` has to be text", hint: "write a tree as `json:`")
                return nil
            }
            if !hasType {
                headers.append(.init(name: "Content-Type", value: "text/plain; charset=utf-8"))
            }
            return Array(text.utf8)
        case (nil, let json?):
            if !hasType { headers.append(.init(name: "Content-Type", value: "application/json")) }
            return json.node.value.json
        }
    }

    private static func readHeaders(_ item: Item) -> [Respond.Field] {
        (item.named("`headers`") ?? []).flatMap { name, position, item -> [Respond.Field] in
            guard FieldSyntax.isToken(name) else {
                item.fail("bad-value", "`\(name)` is not a header's name", at: position)
                return []
            }
            guard !FieldSyntax.computed.contains(name.lowercased()) else {
                item.fail(
                    "bad-value",
                    "`\(name)` is computed by the proxy",
                    hint: "leave it out",
                    at: position
                )
                return []
            }
            return item.oneOrMore("the list of values").compactMap { item in
                guard case .scalar(_, let text) = item.node.content, FieldSyntax.isValue(text)
                else {
                    item.badValue("a header's value has to be one line of text")
                    return nil
                }
                return Respond.Field(name: name, value: text)
            }
        }
    }
}
