// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `delay`: a time, or the long form `{ time, at, toward, max }`.
///
/// `time` is the distribution, written as in the short form. `at: request` holds the request on its
/// way to the server and `at: response` the answer on its way back, so they settle `toward`.
enum DelayParser {
    static let keys = ["time", "at", "toward", "max"]
    static let places = ["connect", "chunk", "request", "response"]

    private enum Place {
        case connect
        case chunk
        case request
        case response
    }

    static func read(_ item: Item) -> Delay? {
        guard item.isObject else {
            return TimeParser.read(item).map {
                Delay($0, max: nil, toward: .client, atConnect: false)
            }
        }
        guard let fields = item.fields("`delay`", known: keys) else { return nil }
        let maximum = fields["max"].map { $0.duration() }
        // Without a place the unit is held; `at: chunk` holds each chunk of an exchange too.
        let place = fields["at"].map(readPlace)
        guard
            let time = fields.required("time", hint: "such as time: 200ms")
                .flatMap(TimeParser.read),
            place != .some(nil), maximum != .some(nil),
            let toward = direction(at: place ?? .chunk, fields)
        else { return nil }
        return Delay(
            time,
            max: maximum ?? nil,
            toward: toward,
            atConnect: place == .connect,
            perChunk: place == .chunk
        )
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

    private static func direction(at place: Place?, _ fields: Fields) -> Toward? {
        guard let place else { return nil }
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
}
