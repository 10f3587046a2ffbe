// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Finds what a rule asks for and could never get.
///
/// Each part of such a rule is right by itself; together they say something that cannot be meant.
struct RuleSense {
    private let rule: Rule
    private let fields: Fields

    init(_ rule: Rule, _ fields: Fields) {
        self.rule = rule
        self.fields = fields
    }

    /// Whether nothing was found; reports what was.
    func holds() -> Bool {
        let report = fields.item.report
        let before = report.errors.count
        checkRefuse()
        checkResponse()
        checkBytes()
        checkRamp()
        return report.errors.count == before
    }

    private func fail(_ key: String, _ message: String, hint: String) {
        (fields[key] ?? fields.item).fail("senseless", message, hint: hint)
    }

    /// A closed listener knows its proxy and nothing else.
    private func checkRefuse() {
        guard rule.then.contains(where: \.isRefusal) else { return }
        if !rule.then.allSatisfy(\.isRefusal) {
            fail(
                "then",
                "nothing can be done to a connection that `refuse` refuses",
                hint: "put the other faults into a rule of their own"
            )
        }
        var onlyProxy = Matcher.everything
        onlyProxy.proxy = rule.when.proxy
        if rule.when != onlyProxy {
            fail(
                "when",
                "`refuse` closes the listener, for which there is no client and no request",
                hint: "match by `proxy` alone, or use `reset` instead"
            )
        }
        var onlyTime = Limit.none
        onlyTime.after = rule.limit.after
        onlyTime.duration = rule.limit.duration
        onlyTime.window = rule.limit.window
        if rule.limit != onlyTime {
            fail(
                "limit",
                "`refuse` closes the listener: there is nothing to count or to toss",
                hint: "only after, for and window limit it"
            )
        }
    }

    /// What comes before the answer cannot wait for it.
    private func checkResponse() {
        guard rule.when.response != nil,
            let fault = rule.then.first(where: { !$0.actsOnAnswer && !$0.isRefusal })
        else { return }
        fail(
            "then",
            "`\(fault.word)` acts before the answer that `response:` waits for",
            hint: "use what acts on the way back (toward: client), or match without `response:`"
        )
    }

    /// What streams hold is no part of a message.
    private func checkBytes() {
        guard rule.when.bytes != nil else { return }
        if rule.when.needsRequest {
            fail(
                "when",
                "`bytes` is looked for in streams, which have no requests",
                hint: "match requests by `body:` or `headers:`"
            )
        }
        if let fault = rule.then.first(where: \.needsExchange) {
            fail(
                "then",
                "`\(fault.word)` needs an HTTP exchange, and `bytes` matches streams",
                hint: "match requests by `body:` or `headers:`"
            )
        }
        if rule.then.contains(where: \.isAtConnect) {
            fail(
                "then",
                "the upstream is connected before bytes pass, so `at: connect` is too late",
                hint: "leave `at` out"
            )
        }
    }

    /// A probability that does not move is no ramp.
    private func checkRamp() {
        guard let ramp = rule.limit.ramp, ramp.to == rule.limit.probability else { return }
        fail(
            "limit",
            "the ramp ends where it begins",
            hint: "give `probability` and `to` different values"
        )
    }
}

extension Fault {
    fileprivate var isRefusal: Bool { if case .refuse = self { true } else { false } }

    fileprivate var isAtConnect: Bool {
        if case .delay(let delay) = self { delay.atConnect } else { false }
    }
}
