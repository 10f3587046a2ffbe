// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension RuleParser {
    static let limitKeys = ["probability", "skip", "times", "every", "per", "after", "for"]
    static let unbuiltLimits: Set = ["window", "ramp", "concurrent", "budget"]

    static func readLimit(_ item: Item) -> Limit? {
        guard let fields = item.fields("`limit`", known: limitKeys, notBuilt: unbuiltLimits) else {
            return nil
        }
        var limit = Limit.none
        let counts: ClosedRange<UInt64> = 0...UInt64(Int64.max)
        let positive: ClosedRange<UInt64> = 1...UInt64(Int64.max)
        if let probability = fields["probability"].flatMap(readProbability) {
            limit.probability = probability
        }
        if let skip = fields["skip"]?.integer(counts) { limit.skip = skip }
        limit.times = fields["times"]?.integer(positive)
        if let every = fields["every"]?.integer(positive) { limit.every = every }
        if let scope = fields["per"].flatMap(readScope) { limit.scope = scope }
        if let after = fields["after"]?.duration() { limit.after = after }
        limit.duration = fields["for"]?.duration(.milliseconds(1)...Quantity.maximumDuration)
        return limit
    }

    private static func readProbability(_ item: Item) -> Probability? {
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
        if let text = item.text, text.hasPrefix("header:") {
            item.notBuilt("per: \(text)")
            return nil
        }
        return item.word(["rule": .rule, "connection": .connection, "client": .client])
    }
}
