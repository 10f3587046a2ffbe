// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation

/// The content of a message that a rule makes: `body`, `json`, `base64` or `file`, and `template`.
struct MessageContent {
    let body: Body
    /// What it is sent as unless the rule names a type.
    let type: String

    static let forms = ["body", "json", "base64", "file"]
    static let keys = forms + ["template"]

    /// The member that holds the content; `nil` when there is none, or after several were reported.
    static func member(of fields: Fields) -> Item? {
        let given = forms.compactMap { fields[$0] }
        if given.count > 1 {
            let names = forms.filter { fields[$0] != nil }.map { "`\($0)`" }
            given[1].badValue(
                "\(names.joined(separator: " and ")) exclude each other",
                hint: "keep one"
            )
            return nil
        }
        return given.first
    }

    /// What the fields hold; empty where they hold none, `nil` after a report.
    static func read(_ fields: Fields) -> MessageContent? {
        let isTemplate = fields["template"].map { $0.bool() } ?? false
        guard let isTemplate else { return nil }
        guard let member = member(of: fields) else {
            guard forms.allSatisfy({ fields[$0] == nil }) else { return nil }
            if isTemplate {
                fields["template"]?.badValue("there is no text to fill in", hint: "add `body:`")
                return nil
            }
            return MessageContent(body: .empty, type: "")
        }
        guard let (bytes, type) = content(fields, member) else { return nil }
        guard bytes.count <= RuleBounds.content else {
            member.badValue("the content is larger than \(RuleBounds.content >> 20) MiB")
            return nil
        }
        guard isTemplate else { return MessageContent(body: .bytes(bytes), type: type) }
        guard fields["base64"] == nil, let text = String(validating: bytes, as: UTF8.self) else {
            fields["template"]?.badValue("a template has to be text")
            return nil
        }
        guard TemplateCheck.accepts(text, member) else { return nil }
        return MessageContent(body: .template(text), type: type)
    }

    private static func content(_ fields: Fields, _ member: Item) -> ([UInt8], String)? {
        if fields["json"] != nil { return (member.node.value.json, "application/json") }
        guard case .scalar(let value, let text) = member.node.content, value != .null else {
            member.badValue(
                "the content has to be text",
                hint: member.node.isNull
                    ? "write \"\" for an empty one" : "write a tree as `json:`"
            )
            return nil
        }
        guard fields["base64"] != nil else {
            return (Array(text.utf8), "text/plain; charset=utf-8")
        }
        let joined = text.filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: joined) else {
            member.badValue("\(member.quoted) is not base64 (RFC 4648, section 4)")
            return nil
        }
        return (Array(data), "application/octet-stream")
    }
}

extension MessageContent {
    /// The map with the content of its `file` in place: as `body`, or `base64` where it is no text.
    ///
    /// The same map where it names none; `nil` after a report.
    static func withFile(in item: Item) -> DocumentNode? {
        guard case .object(var members) = item.node.content,
            let place = members.firstIndex(where: { $0.key == "file" })
        else { return item.node }
        let file = item.child(members[place].node, "file")
        if let other = members.first(where: { $0.key != "file" && forms.contains($0.key) }) {
            file.badValue("`file` and `\(other.key)` exclude each other", hint: "keep one")
            return nil
        }
        guard let path = file.string("a file") else { return nil }
        guard let origin = file.file else {
            file.fail(
                "file-remote",
                "`file` needs a place on disk, which this document has not",
                hint: "send the content itself as `body:`, or as `base64:`"
            )
            return nil
        }
        do {
            let full = FilePath.join(FilePath.folder(of: origin), path)
            let data = try RuleFileText.data(full, atMost: RuleBounds.content)
            let text = String(validating: data, as: UTF8.self)
            members[place].key = text == nil ? "base64" : "body"
            members[place].node = DocumentNode(
                DocumentValue.string(text ?? data.base64EncodedString())
            ).placed(at: file.node.position)
            return DocumentNode(.object(members), at: item.node.position)
        } catch {
            let hint = error.hint ?? "paths are relative to \(origin)"
            file.fail("missing-file", "\(file.quoted): \(error.message)", hint: hint)
            return nil
        }
    }
}
