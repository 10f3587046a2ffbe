// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The faults that end something, and the one that slows it.
extension RuleParser {
    static func readBandwidth(_ item: Item) -> Bandwidth? {
        guard item.isObject else {
            return item.rate().map { Bandwidth(rate: $0, burst: .zero, toward: .client) }
        }
        let keys = ["rate", "burst", "share", "toward"]
        guard let fields = item.fields("`bandwidth`", known: keys) else { return nil }
        if let share = fields["share"] {
            if let text = share.text, ["rule", "proxy"].contains(text) {
                share.notBuilt("share: \(text)")
            } else {
                _ = share.word(["connection": true])
            }
        }
        let burst = fields["burst"].map { $0.bytes() } ?? .zero
        guard let rate = fields.required("rate")?.rate(), let burst,
            let toward = readToward(fields["toward"])
        else { return nil }
        return Bandwidth(rate: rate, burst: burst, toward: toward)
    }

    static func readClose(_ item: Item, isReset: Bool) -> Close? {
        let how: Close.How = isReset ? .rst : .fin
        if item.node.isNull { return Close(after: Close.now, how: how, toward: .client) }
        guard item.isObject else {
            return readPoint(item).map { Close(after: $0, how: how, toward: .client) }
        }
        let keys = isReset ? ["after", "toward"] : ["after", "how", "toward"]
        guard
            let fields = item.fields(isReset ? "`reset`" : "`close`", known: keys),
            let after = fields["after"].map(readPoint) ?? Close.now,
            let how = fields["how"].map({ $0.word(["fin": .fin, "rst": .rst]) }) ?? how,
            let toward = readToward(fields["toward"])
        else { return nil }
        return Close(after: after, how: how, toward: toward)
    }

    /// Bytes or a time; the unit tells which.
    private static func readPoint(_ item: Item) -> Close.Point? {
        if let text = item.text, let bytes = try? Quantity.bytes(text) { return .bytes(bytes) }
        if let text = item.text, (try? Quantity.duration(text)) != nil {
            return item.duration().map { .time($0) }
        }
        item.badValue(
            "\(item.quoted) is neither a count of bytes nor a duration",
            hint: "such as 17B or 5s"
        )
        return nil
    }

    static func readHang(_ item: Item) -> Hang? {
        if item.node.isNull { return Hang(for: nil) }
        let range = Duration.milliseconds(1)...Quantity.maximumDuration
        guard item.isObject else { return item.duration(range).map { Hang(for: $0) } }
        guard let fields = item.fields("`hang`", known: ["for"]) else { return nil }
        guard let duration = fields["for"] else { return Hang(for: nil) }
        return duration.duration(range).map { Hang(for: $0) }
    }

    static func readTruncate(_ item: Item) -> Truncate? {
        guard item.isObject else {
            return readShare(item).map { Truncate(after: $0, then: .close) }
        }
        let keys = ["after", "then", "lengths", "toward"]
        guard let fields = item.fields("`truncate`", known: keys) else { return nil }
        if let lengths = fields["lengths"] {
            if lengths.text == "fix" {
                lengths.notBuilt("lengths: fix")
            } else {
                _ = lengths.word(["keep": true])
            }
        }
        if let toward = readToward(fields["toward"]), toward != .client {
            fields["toward"]?.notBuilt("toward: \(fields["toward"]?.text ?? "")")
        }
        let endings: KeyValuePairs<String, Truncate.Ending> = [
            "close": .close, "reset": .reset, "hang": .hang,
        ]
        guard
            let after = fields.required("after", hint: "such as 17B or 50%").flatMap(readShare),
            let then = fields["then"].map({ $0.word(endings) }) ?? .close
        else { return nil }
        return Truncate(after: after, then: then)
    }

    private static func readShare(_ item: Item) -> Truncate.Point? {
        if let text = item.text, text.hasSuffix("%") {
            if let share = Quantity.share(text, fractions: false) { return .share(share) }
            item.badValue("\(item.quoted) is not a share from 0% to 100%")
            return nil
        }
        return item.bytes().map { .bytes($0) }
    }
}
