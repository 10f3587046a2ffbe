// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads how delays are spread: `200ms`, `200ms ± 50ms`, `lognormal(100ms, 2s)` and the like.
enum TimeParser {
    /// Every distribution with a name, and what it looks like.
    static let samples: KeyValuePairs<String, String> = [
        "uniform": "uniform(5s, 15s)", "normal": "normal(200ms, 30ms)",
        "lognormal": "lognormal(100ms, 2s)", "exponential": "exponential(200ms)",
        "pareto": "pareto(100ms, 1.5)",
    ]
    /// The largest shape of `pareto`: beyond it every draw is the least.
    static let maximumShape = 1_000.0

    static func read(_ item: Item) -> Delay.Distribution? {
        guard let text = item.text else {
            item.badValue("expected a time", hint: "such as 200ms or uniform(5s, 15s)")
            return nil
        }
        if let parts = Quantity.split(text, at: "±") ?? Quantity.split(text, at: "+-") {
            return spread(item, middle: parts.left, by: parts.right)
        }
        if let parenthesis = text.firstIndex(of: "(") {
            return call(item, Quantity.trimmed(text[..<parenthesis]), text[parenthesis...])
        }
        return item.duration().map { .fixed($0) }
    }

    private static func spread(
        _ item: Item,
        middle: String,
        by spread: String
    ) -> Delay.Distribution? {
        guard let middle = item.duration(of: middle), let spread = item.duration(of: spread) else {
            return nil
        }
        guard spread <= middle else {
            item.badValue(
                "\(item.quoted) would be negative",
                hint: "the spread is at most the middle"
            )
            return nil
        }
        guard middle + spread <= Quantity.maximumDuration else {
            item.badValue("\(item.quoted) reaches past 24h")
            return nil
        }
        return .uniform(lower: middle - spread, upper: middle + spread)
    }

    private static func call(
        _ item: Item,
        _ name: String,
        _ rest: Substring
    ) -> Delay.Distribution? {
        guard let sample = samples.first(where: { $0.key == name })?.value else {
            let names = samples.map(\.key)
            item.badValue(
                "`\(name.prefix(60))` is no distribution",
                hint: NearestWord.hint(name, among: names)
                    ?? "known are \(names.joined(separator: ", "))"
            )
            return nil
        }
        let arguments = rest.dropFirst().dropLast().split(
            separator: ",",
            maxSplits: 2,
            omittingEmptySubsequences: false
        ).map { Quantity.trimmed($0) }
        guard rest.hasSuffix(")"), arguments.count == (name == "exponential" ? 1 : 2) else {
            item.badValue("\(item.quoted) is not a time", hint: "such as \(sample)")
            return nil
        }
        return distribution(item, name, arguments)
    }

    private static func distribution(
        _ item: Item,
        _ name: String,
        _ arguments: [String]
    ) -> Delay.Distribution? {
        guard let first = item.duration(of: arguments[0]) else { return nil }
        switch name {
        case "exponential":
            guard isPositive(first, "the mean", item) else { return nil }
            return .exponential(mean: first)
        case "pareto":
            guard let shape = shape(item, arguments[1]), isPositive(first, "the least", item)
            else { return nil }
            return .pareto(minimum: first, shape: shape)
        default: break
        }
        guard let second = item.duration(of: arguments[1]) else { return nil }
        switch name {
        case "normal": return .normal(mean: first, deviation: second)
        case "lognormal":
            guard isPositive(first, "the median", item) else { return nil }
            guard first <= second else {
                item.badValue(
                    "\(item.quoted) has a p99 below its median",
                    hint: "the median goes first, then the time that 99 % stay below"
                )
                return nil
            }
            return .lognormal(median: first, p99: second)
        default:
            guard first <= second else {
                item.badValue(
                    "\(item.quoted) ends before it begins",
                    hint: "the lower time goes first"
                )
                return nil
            }
            return .uniform(lower: first, upper: second)
        }
    }

    private static func isPositive(_ time: Duration, _ what: String, _ item: Item) -> Bool {
        if time > .zero { return true }
        item.badValue("\(what) of \(item.quoted) has to be more than zero")
        return false
    }

    private static func shape(_ item: Item, _ text: String) -> Double? {
        if let shape = Quantity.number(text), shape > 0, shape <= maximumShape { return shape }
        item.badValue(
            "`\(text.prefix(60))` is not a shape",
            hint:
                "a number over 0 and up to \(Int(maximumShape)); the smaller, the heavier the tail"
        )
        return nil
    }
}
