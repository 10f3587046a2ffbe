// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension RuleParser {
    static let limitKeys = [
        "probability", "skip", "times", "every", "per", "after", "for", "window", "ramp",
        "concurrent", "budget",
    ]
    static let budgetKeys = ["clients", "connections", "requests", "bytes"]
    private static let positive: ClosedRange<UInt64> = 1...UInt64(Int64.max)

    static func readLimit(_ item: Item) -> Limit? {
        guard let fields = item.fields("`limit`", known: limitKeys) else { return nil }
        var limit = Limit.none
        if let ramp = fields["ramp"].flatMap(readRamp) {
            limit.ramp = ramp
            limit.probability = .never
        }
        if let probability = fields["probability"].flatMap(readProbability) {
            limit.probability = probability
        }
        if let skip = fields["skip"]?.integer(0...UInt64(Int64.max)) { limit.skip = skip }
        limit.times = fields["times"]?.integer(positive)
        if let every = fields["every"]?.integer(positive) { limit.every = every }
        if let scope = fields["per"].flatMap(readScope) { limit.scope = scope }
        limit.concurrent = fields["concurrent"]?.integer(positive)
        limit.budget = fields["budget"].flatMap(readBudget)
        if let after = fields["after"]?.duration() { limit.after = after }
        limit.duration = fields["for"]?.duration(.milliseconds(1)...Quantity.maximumDuration)
        limit.window = fields["window"].flatMap(readWindow)
        return limit
    }

    static func readProbability(_ item: Item) -> Probability? {
        if let text = item.text, let share = Quantity.share(text, fractions: true) {
            return try? Probability(share)
        }
        let number = item.text.flatMap(Double.init) ?? -1
        item.badValue(
            "\(item.quoted) is not a probability",
            hint: (0...100).contains(number)
                ? "did you mean \(item.text ?? "")%?" : "from 0% to 100%, or from 0 to 1"
        )
        return nil
    }

    private static func readScope(_ item: Item) -> Limit.Scope? {
        if let header = HeaderKey.read(item) { return header.name.map { .header($0) } }
        return item.word(
            ["rule": .rule, "connection": .connection, "client": .client],
            and: HeaderKey.form
        )
    }

    private static func readRamp(_ item: Item) -> Limit.Ramp? {
        guard let fields = item.fields("`ramp`", known: ["to", "over"]) else { return nil }
        let to = fields.required("to", hint: "such as to: 100%").flatMap(readProbability)
        let over = fields.required("over", hint: "such as over: 60s")
            .flatMap { $0.duration(.milliseconds(1)...Quantity.maximumDuration) }
        guard let to, let over else { return nil }
        return Limit.Ramp(to: to, over: over)
    }

    private static func readWindow(_ item: Item) -> Limit.Window? {
        guard let fields = item.fields("`window`", known: ["on", "every"]) else { return nil }
        let range = Limit.Window.shortest...Quantity.maximumDuration
        let on = fields.required("on", hint: "such as on: 30s").flatMap { $0.duration(range) }
        let every = fields.required("every", hint: "such as every: 5m")
            .flatMap { $0.duration(range) }
        guard let on, let every else { return nil }
        guard on < every else {
            fields["on"]?.badValue(
                "a window that is open for \(fields["on"]?.quoted ?? "") never closes",
                hint: "`on` is shorter than `every`; without `window` the rule is always in force"
            )
            return nil
        }
        return Limit.Window(on: on, every: every)
    }

    static func readBudget(_ item: Item) -> Limit.Budget? {
        guard let fields = item.fields("`budget`", known: budgetKeys) else { return nil }
        guard !fields.members.isEmpty else {
            item.badValue(
                "an empty budget would never be reached",
                hint: "name at least one of \(budgetKeys.joined(separator: ", "))"
            )
            return nil
        }
        return Limit.Budget(
            clients: fields["clients"]?.integer(1...Limit.Budget.maximumClients),
            connections: fields["connections"]?.integer(positive),
            requests: fields["requests"]?.integer(positive),
            bytes: fields["bytes"]?.bytes(1...Quantity.maximumBytes).map { UInt64($0.bytes) }
        )
    }
}

/// `header:NAME` where it stands for the values of a header field.
struct HeaderKey {
    /// In lower case; `nil` after it was reported that there is none.
    let name: [UInt8]?

    static let prefix = "header:"
    static let form = "header:NAME"

    /// `nil`, without a report, for anything else.
    static func read(_ item: Item) -> HeaderKey? {
        guard let text = item.text, text.hasPrefix(prefix) else { return nil }
        let name = Quantity.trimmed(text.dropFirst(prefix.count))
        guard FieldSyntax.isToken(name) else {
            item.badValue("\(item.quoted) names no header", hint: "such as header:X-Tenant")
            return HeaderKey(name: nil)
        }
        return HeaderKey(name: Array(name.lowercased().utf8))
    }
}
