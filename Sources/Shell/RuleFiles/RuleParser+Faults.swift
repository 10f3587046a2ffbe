// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension RuleParser {
    static let faultWords = [
        "delay", "bandwidth", "slice", "stall", "corrupt", "close", "reset", "hang", "slow-close",
        "refuse", "loss", "respond", "edit", "truncate", "malform", "swallow", "repeat",
        "rate-limit", "stale",
    ]
    /// Faults that can stand as a word alone.
    static let wordsAlone = ["close", "reset", "hang", "stall", "refuse", "stale"]
    /// Faults on whole messages of a WebSocket or of server-sent events.
    static let unbuiltFaults: Set = [
        "drop", "reorder", "batch", "inject", "close-frame", "mute", "reject", "frame",
    ]

    /// Reads the one fault that a word and its value say.
    static func readFault(_ word: String, _ item: Item) -> Fault? {
        switch word {
        case "respond": RespondParser.read(item).map { .respond($0) }
        case "edit": EditParser.read(item).map { .edit($0) }
        case "malform": AnswerFaultParser.malform(item).map { .malform($0) }
        case "swallow": AnswerFaultParser.swallow(item).map { .swallow($0) }
        case "repeat": AnswerFaultParser.readRepeat(item).map { .repeat($0) }
        case "rate-limit": AnswerFaultParser.rateLimit(item).map { .rateLimit($0) }
        case "stale": AnswerFaultParser.stale(item).map { .stale($0) }
        case "close": EndingParser.close(item, isReset: false).map { .close($0) }
        case "reset": EndingParser.close(item, isReset: true).map { .close($0) }
        case "hang": EndingParser.hang(item).map { .hang($0) }
        case "slow-close": EndingParser.slowClose(item).map { .slowClose($0) }
        case "refuse": EndingParser.refuse(item).map { .refuse($0) }
        case "truncate": EndingParser.truncate(item).map { .truncate($0) }
        default: readStreamFault(word, item)
        }
    }

    private static func readStreamFault(_ word: String, _ item: Item) -> Fault? {
        switch word {
        case "delay": DelayParser.read(item).map { .delay($0) }
        case "bandwidth": StreamFaultParser.bandwidth(item).map { .bandwidth($0) }
        case "slice": StreamFaultParser.slice(item).map { .slice($0) }
        case "stall": StreamFaultParser.stall(item).map { .stall($0) }
        case "corrupt": StreamFaultParser.corrupt(item).map { .corrupt($0) }
        case "loss": StreamFaultParser.loss(item).map { .loss($0) }
        default: nil
        }
    }

    /// Whether the word is a fault or a preset; says so where it is not.
    static func isKnown(
        _ word: String,
        _ item: Item,
        at position: DocumentNode.Position?
    ) -> Bool {
        if faultWords.contains(word) || Preset.named[word] != nil { return true }
        if unbuiltFaults.contains(word) {
            item.notBuilt(word, at: position)
        } else {
            item.fail(
                "unknown-key",
                "`\(word.prefix(60))` is not a fault",
                hint: faultRemedy(for: word),
                at: position
            )
        }
        return false
    }

    private static func faultRemedy(for word: String) -> String {
        let presets = Preset.all.map(\.name)
        let nearest = NearestWord.remedy(for: word, among: faultWords)
        guard nearest.hasPrefix("known") else { return nearest }
        return NearestWord.hint(word, among: presets) ?? nearest
    }

    static func readToward(_ item: Item?, default toward: Toward = .client) -> Toward? {
        guard let item else { return toward }
        return item.word(["client": .client, "server": .server, "both": .both])
    }
}
