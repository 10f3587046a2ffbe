// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads the faults that slow, cut or change bytes: `bandwidth`, `slice`, `stall`, `corrupt`, `loss`.
enum StreamFaultParser {
    static let bandwidthKeys = ["rate", "burst", "share", "toward"]
    static let sliceKeys = ["size", "every", "toward"]
    static let stallKeys = ["after", "for", "toward"]
    static let corruptKeys = ["rate", "mode", "skip", "toward"]
    static let lossKeys = ["rate", "rto", "toward"]
    /// The largest size of a slice: 16 MiB.
    static let maximumSlice = 16 << 20
    private static let times = Duration.milliseconds(1)...Quantity.maximumDuration

    static func bandwidth(_ item: Item) -> Bandwidth? {
        guard item.isObject else {
            return item.rate().map { Bandwidth(rate: $0, burst: .zero, toward: .client) }
        }
        guard let fields = item.fields("`bandwidth`", known: bandwidthKeys) else { return nil }
        let shares: KeyValuePairs<String, Bandwidth.Share> = [
            "connection": .connection, "rule": .rule, "proxy": .proxy,
        ]
        let burst = fields["burst"].map { $0.bytes() } ?? .zero
        let share = fields["share"].map { $0.word(shares) } ?? .connection
        guard
            let rate = fields.required("rate", hint: "such as rate: 64KB/s")?.rate(),
            let burst, let share, let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Bandwidth(rate: rate, burst: burst, toward: toward, share: share)
    }

    static func slice(_ item: Item) -> Slice? {
        guard item.isObject else {
            return size(item).map { Slice(size: $0, every: Slice.defaultSpacing, toward: .client) }
        }
        guard let fields = item.fields("`slice`", known: sliceKeys) else { return nil }
        let spacing = Duration.microseconds(100)...Quantity.maximumDuration
        let every = fields["every"].map { $0.duration(spacing) } ?? Slice.defaultSpacing
        guard
            let size = fields.required("size", hint: "such as size: 100B ± 20B").flatMap(size),
            let every, let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Slice(size: size, every: every, toward: toward)
    }

    /// `100B`, or `100B ± 20B`.
    private static func size(_ item: Item) -> ClosedRange<Int>? {
        guard let text = item.text,
            let parts = Quantity.split(text, at: "±") ?? Quantity.split(text, at: "+-")
        else { return item.bytes(1...maximumSlice).map { $0.bytes...$0.bytes } }
        guard let middle = item.bytes(of: parts.left), let spread = item.bytes(of: parts.right)
        else { return nil }
        guard spread < middle, middle.bytes + spread.bytes <= maximumSlice else {
            item.badValue(
                "\(item.quoted) reaches outside 1B to \(maximumSlice)B",
                hint: "the spread is less than the middle"
            )
            return nil
        }
        return middle.bytes - spread.bytes...middle.bytes + spread.bytes
    }

    static func stall(_ item: Item) -> Stall? {
        if item.node.isNull { return Stall(after: .zero, for: nil, toward: .client) }
        guard item.isObject else {
            return item.duration(times).map { Stall(after: .zero, for: $0, toward: .client) }
        }
        guard let fields = item.fields("`stall`", known: stallKeys) else { return nil }
        let duration = fields["for"].map { $0.duration(times) }
        let after = fields["after"].map { $0.bytes() } ?? .zero
        guard duration != .some(nil), let after,
            let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Stall(after: after, for: duration ?? nil, toward: toward)
    }

    static func corrupt(_ item: Item) -> Corrupt? {
        guard item.isObject else {
            return RuleParser.readProbability(item).map {
                Corrupt(rate: $0, mode: .flip, skip: .zero, toward: .client)
            }
        }
        guard let fields = item.fields("`corrupt`", known: corruptKeys) else { return nil }
        let modes: KeyValuePairs<String, Corrupt.Mode> = [
            "flip": .flip, "zero": .zero, "random": .random,
        ]
        let mode = fields["mode"].map { $0.word(modes) } ?? .flip
        let skip = fields["skip"].map { $0.bytes() } ?? .zero
        guard
            let rate = fields.required("rate", hint: "such as rate: 0.1%")
                .flatMap(RuleParser.readProbability),
            let mode, let skip, let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Corrupt(rate: rate, mode: mode, skip: skip, toward: toward)
    }

    static func loss(_ item: Item) -> Loss? {
        guard item.isObject else {
            return RuleParser.readProbability(item).map {
                Loss(rate: $0, timeout: Loss.defaultTimeout, toward: .client)
            }
        }
        guard let fields = item.fields("`loss`", known: lossKeys) else { return nil }
        let timeout = fields["rto"].map { $0.duration(times) } ?? Loss.defaultTimeout
        guard
            let rate = fields.required("rate", hint: "such as rate: 5%")
                .flatMap(RuleParser.readProbability),
            let timeout, let toward = RuleParser.readToward(fields["toward"])
        else { return nil }
        return Loss(rate: rate, timeout: timeout, toward: toward)
    }
}
