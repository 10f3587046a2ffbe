// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventRecords
import FaultModel
import RuleFiles

extension RuleExplanation {
    /// - Parameters:
    ///   - explanation: What Core says of the rule.
    ///   - loaded: The rule as it was written.
    ///   - settledBy: The last rule in front of it that fires.
    ///   - recorded: Every fault that fired then; `nil` when nothing happened yet.
    init(
        _ explanation: Explanation,
        of loaded: DesiredState.Loaded,
        settledBy: String?,
        recorded: [FaultRecord]?
    ) {
        let checks = explanation.checks.map { Check($0, of: loaded.source) }
        self.init(
            rule: explanation.rule,
            verdict: explanation.verdict.rawValue,
            reason: "",
            off: loaded.off,
            key: zip(checks, explanation.checks).first { $1.answer == .fails }?.0.key,
            checks: checks,
            limits: explanation.limits.map { Limit(key: $0.key, reason: $0.reason) },
            toss: explanation.toss,
            faults: explanation.faults.map {
                ExchangeReply.Fault(
                    rule: explanation.rule,
                    fault: $0.fault,
                    delay: $0.delay?.nanoseconds
                )
            },
            recorded: recorded.map { faults in
                faults.filter { $0.rule == explanation.rule }.map {
                    ExchangeReply.Fault(
                        rule: $0.rule,
                        fault: $0.fault,
                        toss: $0.toss,
                        delay: $0.delay
                    )
                }
            }
        )
        reason = sentence(explanation.verdict, settledBy)
    }

    /// A rule that there is nothing to compare with.
    init(notCompared loaded: DesiredState.Loaded) {
        self.init(
            rule: loaded.standing.rule.id,
            verdict: (loaded.off == nil ? Explanation.Verdict.notKnown : .off).rawValue,
            reason: "no exchange is kept that it could be compared with",
            off: loaded.off,
            key: nil,
            checks: [],
            limits: [],
            toss: nil,
            faults: [],
            recorded: nil
        )
    }

    private func sentence(_ verdict: Explanation.Verdict, _ settledBy: String?) -> String {
        switch verdict {
        case .fires: toss.map { "it matches, and draws \($0)" } ?? "it matches"
        case .mayFire, .heldBack: "it matches; " + limitText
        case .notReached:
            "it matches, but `\(settledBy ?? "a rule")` in front of it settles the end"
        case .notMatched: missText ?? "it needs an exchange, and this is a stream"
        case .notKnown: openText ?? "not all is known that it asks for"
        case .off: "\(off ?? "not in force"); " + (missText ?? openText ?? "it would match")
        }
    }

    private var limitText: String {
        limits.map { "\($0.key): \($0.reason)" }.joined(separator: "; ")
    }

    private var missText: String? { checks.first { $0.answer == "fails" }?.sentence }

    private var openText: String? { checks.first { $0.answer == "unknown" }?.sentence }
}

extension RuleExplanation.Check {
    /// - Parameter source: The rule as it was written: it says what was wanted, and spells names.
    fileprivate init(_ check: KeyCheck, of source: DocumentValue) {
        var words = check.key
        var wanted = source["when"]?[words[0]]
        if words.count > 1, case .object(let members) = wanted {
            let ignoresCase = words[0] == "headers"
            let member = members.first {
                ignoresCase ? $0.key.lowercased() == words[1].lowercased() : $0.key == words[1]
            }
            words[1] = member?.key ?? words[1]
            wanted = member?.value
        }
        self.init(
            key: words.joined(separator: "/"),
            answer: check.answer.rawValue,
            wanted: wanted,
            was: check.was
        )
    }

    fileprivate var sentence: String {
        let wantedText = wanted.map { ", wanted \(Self.text($0))" } ?? ""
        if answer == "unknown" { return "\(key) is not known\(wantedText)" }
        return (was.map { "\(key) is `\($0)`" } ?? "\(key) is not there") + wantedText
    }

    private static func text(_ value: DocumentValue) -> String {
        if let text = value.text { return "`\(text)`" }
        return String(decoding: value.json, as: UTF8.self)
    }
}
