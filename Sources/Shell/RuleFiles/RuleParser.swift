// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Makes a ``Rule`` of its document.
package enum RuleParser {
    /// Bytes of a rule's id.
    package static let maximumIDLength = 200
    /// Faults in one rule.
    package static let maximumFaults = 64

    /// Reads one rule.
    ///
    /// - Parameter path: a JSON Pointer to the rule in the document that it is a part of.
    package static func rule(
        from value: DocumentValue,
        path: String = ""
    ) throws(InvalidConfiguration) -> RuleEntry {
        try rule(from: DocumentNode(value), path: path)
    }

    /// Reads one rule from the text of a JSON document.
    package static func rule(json: [UInt8]) throws(InvalidConfiguration) -> RuleEntry {
        try rule(from: try JSONReader.read(json), path: "")
    }

    private static func rule(
        from node: DocumentNode,
        path: String
    ) throws(InvalidConfiguration) -> RuleEntry {
        try node.part(of: "rule", at: path, else: "this is not a rule", read)
    }

    static let ruleKeys = ["id", "about", "tags", "enabled", "final", "when", "limit", "then"]

    /// The rule, or `nil` after everything that is wrong with it has been reported.
    static func read(_ item: Item) -> RuleEntry? {
        guard let fields = item.fields("a rule", known: ruleKeys) else { return nil }
        let before = item.report.errors.count
        let id = fields.required("id", hint: "every rule has a name of its own").flatMap(readID)
        if let item = fields["about"], item.text == nil { item.badValue("`about` has to be text") }
        let isEnabled = fields["enabled"].map { $0.bool() } ?? true
        let endsReading = fields["final"].map { $0.bool() } ?? false
        let when = fields["when"].map { readMatcher($0) } ?? .everything
        let tags = fields["tags"].map(readTags) ?? []
        let then = fields.required("then", hint: "name at least one fault")
            .flatMap(ThenParser.read)
        guard let then else {
            _ = fields["limit"].map(readLimit)
            return nil
        }
        let expansion = Expansion(of: item, fields["limit"], then)
        let limit = expansion.limit.map(readLimit) ?? Limit.none
        guard let id, let isEnabled, let endsReading, let when, let limit,
            item.report.errors.count == before
        else { return nil }
        let rule = Rule(
            id: id,
            about: fields["about"]?.text ?? expansion.about,
            tags: tags + expansion.tags.filter { !tags.contains($0) },
            isEnabled: isEnabled,
            when: when,
            limit: limit,
            then: then.faults,
            endsReading: endsReading
        )
        guard RuleSense(rule, fields).holds() else { return nil }
        return RuleEntry(rule: rule, node: expansion.node, path: item.path, file: item.file)
    }

    static func readID(_ item: Item) -> String? {
        guard let id = item.string("an id") else { return nil }
        guard id.utf8.count <= maximumIDLength else {
            item.badValue("the id is longer than \(maximumIDLength) bytes")
            return nil
        }
        guard !id.contains(where: \.isWhitespace) else {
            item.badValue(
                "the id holds a space",
                hint: "write \(id.split(separator: " ").joined(separator: "-"))"
            )
            return nil
        }
        return id
    }

    static func readTags(_ item: Item) -> [String] {
        (item.list("`tags`") ?? []).compactMap { $0.string("a tag") }
    }
}

extension RuleParser {
    /// Reads a duration as rules write it, such as `30s`; `nil` when the text is none, or too long.
    package static func duration(_ text: String) -> Duration? {
        guard let duration = try? Quantity.duration(text),
            duration <= Quantity.maximumDuration
        else { return nil }
        return duration
    }
}
