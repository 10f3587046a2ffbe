// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `delay`: a time, or the long form `{ time, at, toward, max }`.
///
/// `time` is the distribution, written as in the short form. `at: request` holds the request on its
/// way to the server and `at: response` the answer on its way back, so they settle `toward`.
enum DelayParser {
    private static let unbuilt: Set = ["normal", "lognormal", "exponential", "pareto"]

    private enum Place {
        case connect
        case chunk
        case request
        case response
    }

    static func read(_ item: Item) -> Delay? {
        guard item.isObject else {
            return distribution(item).map {
                Delay($0, max: nil, toward: .client, atConnect: false)
            }
        }
        guard let fields = item.fields("`delay`", known: ["time", "at", "toward", "max"]) else {
            return nil
        }
        let range = Duration.zero...Quantity.maximumDuration
        let maximum = fields["max"]?.duration(range)
        let place = fields["at"].map(readPlace) ?? .chunk
        guard let time = fields.required("time", hint: "such as time: 200ms").flatMap(distribution),
            let place, let toward = direction(at: place, fields)
        else { return nil }
        return Delay(time, max: maximum, toward: toward, atConnect: place == .connect)
    }

    private static func readPlace(_ item: Item) -> Place? {
        if item.text == "message" {
            item.notBuilt("at: message")
            return nil
        }
        return item.word([
            "connect": .connect, "chunk": .chunk, "request": .request, "response": .response,
        ])
    }

    private static func direction(at place: Place, _ fields: Fields) -> Toward? {
        let implied: Toward = place == .request ? .server : .client
        guard let given = fields["toward"] else { return implied }
        guard let toward = RuleParser.readToward(given) else { return nil }
        guard place == .chunk || place == .connect || toward == implied else {
            given.badValue(
                "`toward` contradicts `at`",
                hint: "leave `toward` out, or write at: chunk"
            )
            return nil
        }
        return toward
    }

    private static func distribution(_ item: Item) -> Delay.Distribution? {
        guard let text = item.text else {
            item.badValue("expected a time", hint: "such as 200ms or uniform(5s, 15s)")
            return nil
        }
        if let parts = split(text, at: "±") ?? split(text, at: "+-") {
            return spread(item, middle: parts.left, by: parts.right)
        }
        if let parenthesis = text.firstIndex(of: "(") {
            return call(item, String(text[..<parenthesis]), text[parenthesis...])
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
        _ arguments: Substring
    ) -> Delay.Distribution? {
        let name = Quantity.trimmed(name)
        if unbuilt.contains(name) {
            item.notBuilt(name)
            return nil
        }
        guard name == "uniform", arguments.hasSuffix(")"),
            let parts = split(String(arguments.dropFirst().dropLast()), at: ",")
        else {
            item.badValue("\(item.quoted) is not a time", hint: "such as uniform(5s, 15s)")
            return nil
        }
        guard let lower = item.duration(of: parts.left), let upper = item.duration(of: parts.right)
        else { return nil }
        guard lower <= upper else {
            item.badValue("\(item.quoted) ends before it begins", hint: "the lower time goes first")
            return nil
        }
        return .uniform(lower: lower, upper: upper)
    }

    private static func split(_ text: String, at mark: String) -> (left: String, right: String)? {
        text.firstRange(of: mark).map { range in
            (
                Quantity.trimmed(text[..<range.lowerBound]),
                Quantity.trimmed(text[range.upperBound...])
            )
        }
    }
}
