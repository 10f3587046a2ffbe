// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// One value of a document while it is read: knows its place, and tells what is wrong with it.
///
/// Every reading method returns `nil` after it has reported why, so that a reader can go on and
/// find the next error.
struct Item {
    let node: DocumentNode
    /// A JSON Pointer (RFC 6901).
    let path: String
    /// `rule`, `proxy` or `config`: the first word of the error codes.
    let domain: String
    let file: String?
    let report: Report

    init(_ node: DocumentNode, path: String, domain: String, file: String?, report: Report) {
        self.node = node
        self.path = path
        self.domain = domain
        self.file = file
        self.report = report
    }

    func child(_ node: DocumentNode, _ step: String, domain: String? = nil) -> Item {
        let escaped =
            step.contains { $0 == "~" || $0 == "/" }
            ? step.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
            : step
        return Item(
            node,
            path: "\(path)/\(escaped)",
            domain: domain ?? self.domain,
            file: file,
            report: report
        )
    }

    /// Another value in the same place.
    func with(_ node: DocumentNode) -> Item {
        Item(node, path: path, domain: domain, file: file, report: report)
    }

    /// The same value, with errors of another domain.
    func inDomain(_ domain: String) -> Item {
        Item(node, path: path, domain: domain, file: file, report: report)
    }

    // MARK: Telling

    /// - Parameter code: with the domain in front when it has none of its own.
    func fail(
        _ code: String,
        _ message: String,
        hint: String? = nil,
        at position: DocumentNode.Position? = nil
    ) {
        let position = position ?? node.position
        report.add(
            RuleFileError(
                code: code.contains(".") ? code : "\(domain).\(code)",
                message: message,
                file: file,
                line: position?.line,
                column: position?.column,
                path: path,
                hint: hint
            )
        )
    }

    func badValue(_ message: String, hint: String? = nil) {
        fail("bad-value", message, hint: hint)
    }

    func notBuilt(_ word: String, at position: DocumentNode.Position? = nil) {
        fail("rule.not-built", "`\(word)` is not built yet", at: position)
    }

    /// The text of a scalar, shortened for a message.
    var quoted: String {
        guard case .scalar(_, let text) = node.content else { return "this" }
        return text.unicodeScalars.count > 60 ? "`\(text.prefix(60))...`" : "`\(text)`"
    }

    // MARK: Reading

    /// The text of a scalar as it was written; `nil`, without a report, for anything else.
    var text: String? {
        guard case .scalar(let value, let text) = node.content, value != .null else { return nil }
        return text
    }

    /// Text that is not empty and holds no control characters.
    func string(_ what: String) -> String? {
        guard let text, !text.isEmpty else {
            badValue("\(what) has to be text")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            badValue("\(what) holds a control character")
            return nil
        }
        return text
    }

    func bool() -> Bool? {
        if case .scalar(.bool(let value), _) = node.content { return value }
        badValue("\(quoted) is neither true nor false", hint: "write true or false")
        return nil
    }

    func integer<Value: FixedWidthInteger>(_ range: ClosedRange<Value>) -> Value? {
        guard let text, let value = Value(text), range.contains(value) else {
            badValue(
                "\(quoted) is not a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return value
    }

    /// One of a closed set of words.
    ///
    /// - Parameter form: another form that the caller has looked for already, such as `header:NAME`.
    func word<Value>(_ words: KeyValuePairs<String, Value>, and form: String? = nil) -> Value? {
        let all = words.map(\.key) + (form.map { [$0] } ?? [])
        guard let text else {
            badValue("expected one of \(all.joined(separator: ", "))")
            return nil
        }
        if let found = words.first(where: { $0.key == text }) { return found.value }
        badValue(
            "\(quoted) is none of \(all.joined(separator: ", "))",
            hint: NearestWord.hint(text, among: words.map(\.key))
        )
        return nil
    }

    /// The items of a list, or this item alone when it is no list; an empty list is reported.
    func oneOrMore(_ what: String) -> [Item] {
        guard case .array(let nodes) = node.content else { return [self] }
        if nodes.isEmpty { badValue("\(what) is an empty list") }
        guard nodes.count <= RuleBounds.items else {
            badValue("\(what) has more than \(RuleBounds.items) items")
            return []
        }
        return nodes.enumerated().map { child($1, String($0)) }
    }

    func list(_ what: String) -> [Item]? {
        guard case .array(let nodes) = node.content else {
            badValue("\(what) has to be a list", hint: "begin each item with `- `")
            return nil
        }
        return nodes.enumerated().map { child($1, String($0)) }
    }

    var isObject: Bool {
        if case .object = node.content { true } else { false }
    }
}
