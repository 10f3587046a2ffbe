// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import RuleFiles

extension ExplainReply {
    /// What is explained, and a table with one rule a line.
    func lines(colour: Bool) -> [String] {
        var table = TextTable([.text("rule"), .text("verdict"), .text("faults"), .text("why")])
        for rule in rules {
            table.add([
                .init(rule.rule), .init(rule.verdict, rule.tone),
                .init(rule.faults.map(\.amount).joined(separator: ", ")), .init(rule.why),
            ])
        }
        return about + (table.lines(colour: colour) ?? ["no rules"])
    }

    /// What came nearest to matching a rule, and a table with one key a line.
    func nearest(colour: Bool) -> [String] {
        guard let rule = rules.first else { return ["no rules"] }
        var table = TextTable([.text("key"), .text("answer"), .text("wanted"), .text("was")])
        for check in rule.checks {
            let tone: Tone = check.answer == "fails" ? .bad : .normal
            table.add([
                .init(check.key), .init(check.answer, tone), .init(check.wantedText),
                .init(check.was ?? ""),
            ])
        }
        let compared = considered.map { ["nearest of \($0) exchanges:"] } ?? []
        return (exchange == nil ? [] : compared) + about
            + [PlainText.shown("\(rule.rule): \(rule.verdict), \(rule.why)")]
            + (table.lines(colour: colour) ?? [])
    }

    /// What is explained, and by the rules of which generation.
    private var about: [String] {
        var lines: [String] = []
        if let request, let proxy {
            let place = exchange.map { "\($0.id), " } ?? ""
            var line = "\(place)\(request) on \(proxy)"
            if let exchange {
                line += " -> \(exchange.status.map(String.init) ?? "no answer") \(exchange.outcome)"
            }
            lines.append(PlainText.shown(line))
        }
        if let recordedGeneration, recordedGeneration != generation {
            lines.append(
                "it began in generation \(recordedGeneration);"
                    + " these are the rules of generation \(generation)"
            )
        }
        return lines
    }
}

extension RuleExplanation {
    fileprivate var tone: Tone {
        switch verdict {
        case "fires": .bad
        case "may-fire", "not-known": .normal
        default: .quiet
        }
    }

    /// The reason, and for an exchange what the rule did then.
    fileprivate var why: String {
        guard let recorded, !recorded.isEmpty else { return reason }
        return reason + "; it fired then: " + recorded.map(\.amount).joined(separator: ", ")
    }
}

extension RuleExplanation.Check {
    fileprivate var wantedText: String {
        guard let wanted else { return "" }
        return wanted.text ?? String(decoding: wanted.json, as: UTF8.self)
    }
}

extension ExchangeReply.Fault {
    /// `delay 203 ms`.
    fileprivate var amount: String {
        fault + (delay.map { " \(Amount.time($0))" } ?? "")
    }
}
