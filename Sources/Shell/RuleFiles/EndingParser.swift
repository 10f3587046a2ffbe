// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads the faults that end something: `close`, `reset`, `hang`, `slow-close`, `refuse`, `truncate`.
enum EndingParser {
    static let closeKeys = ["after", "how", "toward"]
    static let resetKeys = ["after", "toward"]
    static let truncateKeys = ["after", "then", "lengths", "toward"]
    static let slowCloseKeys = ["for", "toward"]
    static let endings: KeyValuePairs<String, Truncate.Ending> = [
        "close": .close, "reset": .reset, "hang": .hang,
    ]
    private static let times = Duration.milliseconds(1)...Quantity.maximumDuration

    static func close(_ item: Item, isReset: Bool) -> Close? {
        let how: Close.How = isReset ? .rst : .fin
        if item.node.isNull { return Close(after: Close.now, how: how, toward: .client) }
        guard item.isObject else {
            return point(item).map { Close(after: $0, how: how, toward: .client) }
        }
        let keys = isReset ? resetKeys : closeKeys
        guard
            let fields = item.fields(isReset ? "`reset`" : "`close`", known: keys),
            let after = fields["after"].map(point) ?? Close.now,
            let how = fields["how"].map({ $0.word(["fin": .fin, "rst": .rst]) }) ?? how,
            let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Close(after: after, how: how, toward: toward)
    }

    /// Bytes or a time; the unit tells which.
    private static func point(_ item: Item) -> Close.Point? {
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

    static func hang(_ item: Item) -> Hang? {
        if item.node.isNull { return Hang(for: nil) }
        guard item.isObject else { return item.duration(times).map { Hang(for: $0) } }
        guard let fields = item.fields("`hang`", known: ["for"]) else { return nil }
        guard let duration = fields["for"] else { return Hang(for: nil) }
        return duration.duration(times).map { Hang(for: $0) }
    }

    static func slowClose(_ item: Item) -> SlowClose? {
        guard item.isObject else {
            return item.duration(times).map { SlowClose(delay: $0, toward: .client) }
        }
        guard let fields = item.fields("`slow-close`", known: slowCloseKeys) else { return nil }
        let delay = fields.required("for", hint: "such as for: 2s").flatMap { $0.duration(times) }
        guard let delay, let toward = RuleParser.readToward(fields["toward"]) else { return nil }
        return SlowClose(delay: delay, toward: toward)
    }

    static func refuse(_ item: Item) -> Refuse? {
        if item.node.isNull { return Refuse(cutsLive: false) }
        guard let fields = item.fields("`refuse`", known: ["cut"]) else { return nil }
        guard let cut = fields["cut"] else { return Refuse(cutsLive: false) }
        return cut.bool().map { Refuse(cutsLive: $0) }
    }

    static func truncate(_ item: Item) -> Truncate? {
        guard item.isObject else {
            return share(item).map { Truncate(after: $0, then: .close) }
        }
        guard let fields = item.fields("`truncate`", known: truncateKeys) else { return nil }
        let lengths = fields["lengths"].map(readLengths) ?? .keep
        let toward: Toward? =
            fields["toward"].map { $0.word(["client": .client, "server": .server]) } ?? .client
        guard
            let after = fields.required("after", hint: "such as 17B or 50%").flatMap(share),
            let then = fields["then"].map({ $0.word(endings) }) ?? .close,
            let lengths, let toward
        else { return nil }
        if lengths == .fix, let then = fields["then"] {
            then.badValue(
                "with `lengths: fix` the body ends as it promises, so nothing comes then",
                hint: "leave `then` out, or write lengths: keep"
            )
            return nil
        }
        return Truncate(after: after, then: then, lengths: lengths, toward: toward)
    }

    static func readLengths(_ item: Item) -> Lengths? { item.word(["keep": .keep, "fix": .fix]) }

    private static func share(_ item: Item) -> Truncate.Point? {
        if let text = item.text, text.hasSuffix("%") {
            if let share = Quantity.share(text, fractions: false) { return .share(share) }
            item.badValue("\(item.quoted) is not a share from 0% to 100%")
            return nil
        }
        return item.bytes().map { .bytes($0) }
    }
}
