// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Reads the faults that a request asks for itself: `delay=200ms; probability=50%`.
///
/// Each part is a word and the short form of its value; a word alone where the language takes it.
/// Presets without a limit are words too. Nothing here reads a file or fills in a template.
package enum RequestFaultText {
    /// Bytes of the text.
    package static let maximumLength = 1_024
    /// Faults in one text, those of its presets counted.
    package static let maximumFaults = 8
    /// The id of every rule that is made here.
    package static let ruleID = "request-fault"

    /// The faults that can be asked for: those with a short form that act on one request alone.
    static let words = RuleParser.faultWords.filter {
        !["edit", "rate-limit", "refuse", "stale"].contains($0)
    }

    /// A rule that matches everything and holds the faults, in order.
    ///
    /// - Throws: ``InvalidConfiguration`` with one error, whose message and hint are for the client.
    package static func parse(_ text: String) throws(InvalidConfiguration) -> Rule {
        let report = Report()
        let whole = item("", "", report)
        guard text.utf8.count <= maximumLength else {
            whole.badValue("the text is longer than \(maximumLength) bytes")
            try report.settle()
            return rule([], .none)
        }
        var faults: [Fault] = []
        var limit = Limit.none
        for part in text.split(separator: ";").map({ Quantity.trimmed($0) }) where !part.isEmpty {
            read(part, report, &faults, &limit)
        }
        if faults.isEmpty {
            whole.badValue("no fault is asked for", hint: "such as delay=200ms")
        }
        if faults.count > maximumFaults {
            whole.badValue("more than \(maximumFaults) faults are asked for")
        }
        try report.settle()
        return rule(faults, limit)
    }

    private static func rule(_ faults: [Fault], _ limit: Limit) -> Rule {
        Rule(
            id: ruleID,
            about: nil,
            tags: [],
            isEnabled: true,
            when: .everything,
            limit: limit,
            then: faults
        )
    }

    private static func item(_ word: String, _ value: String?, _ report: Report) -> Item {
        let scalar = DocumentNode.Content.scalar(
            value.map { .string($0) } ?? .null,
            text: value ?? ""
        )
        return Item(
            DocumentNode(scalar, at: nil),
            path: word.isEmpty ? "" : "/\(word.prefix(60))",
            domain: "request-fault",
            file: nil,
            report: report
        )
    }

    private static func read(
        _ part: String,
        _ report: Report,
        _ faults: inout [Fault],
        _ limit: inout Limit
    ) {
        let pair = Quantity.split(part, at: "=")
        let word = pair?.left ?? part
        let item = item(word, pair?.right, report)
        if word == "probability" {
            limit.probability = RuleParser.readProbability(item) ?? .always
        } else if let preset = Preset.named[word], preset.limit == nil, pair == nil {
            faults += preset.faults.compactMap { RuleParser.readFault($0.word, item.with($0.node)) }
        } else if words.contains(word) {
            guard pair != nil || RuleParser.wordsAlone.contains(word) else {
                item.badValue("`\(word)` needs a value", hint: "write \(word)=...")
                return
            }
            if let fault = RuleParser.readFault(word, item) { faults.append(fault) }
        } else {
            item.fail(
                "unknown-key",
                "`\(word.prefix(60))` cannot be asked for",
                hint: NearestWord.remedy(for: word, among: words + ["probability"])
            )
        }
    }
}
