// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension RuleParser {
    static let faultWords = [
        "delay", "bandwidth", "respond", "reset", "close", "hang", "truncate",
    ]
    static let unbuiltFaults: Set = [
        "slice", "stall", "corrupt", "slow-close", "refuse", "loss", "edit", "malform", "swallow",
        "repeat", "rate-limit", "stale", "drop", "reorder", "batch", "inject", "close-frame",
        "mute", "reject", "frame",
    ]
    /// Names for common faults and networks.
    static let unbuiltPresets: Set = [
        "NetworkTimeout", "ServerError500", "RateLimitExceeded429", "DatabaseUnavailable503",
        "PartialResponse206", "AuthenticationFailure401", "edge", "3g", "lte", "wifi", "very-bad",
        "cellular", "handover", "doze", "satellite",
    ]

    static func readFaults(_ item: Item) -> [Fault]? {
        guard let items = item.list("`then`") else { return nil }
        guard (1...maximumFaults).contains(items.count) else {
            item.badValue("`then` has \(items.count) faults; it takes 1 to \(maximumFaults)")
            return nil
        }
        let faults = items.compactMap(readFault)
        return faults.count == items.count ? faults : nil
    }

    /// A map with one key, or the word alone where a fault needs no more.
    private static func readFault(_ item: Item) -> Fault? {
        if let word = item.text {
            guard isBuilt(word, item, at: nil) else { return nil }
            let nothing = DocumentNode(.scalar(.null, text: ""), at: item.node.position)
            return readFault(word, item.child(nothing, word))
        }
        guard case .object(let members) = item.node.content else {
            item.badValue("expected a fault", hint: "such as `- delay: 200ms`")
            return nil
        }
        let named = members.filter { !$0.key.hasPrefix("x-") }
        var known: [DocumentNode.Member] = []
        for member in named {
            let place = item.child(member.node, member.key)
            if isBuilt(member.key, place, at: member.keyPosition) { known.append(member) }
        }
        guard named.count == 1 else {
            item.badValue(
                "an item of `then` has \(named.count) keys",
                hint: "begin each fault with `- `"
            )
            return nil
        }
        return known.first.flatMap { readFault($0.key, item.child($0.node, $0.key)) }
    }

    private static func isBuilt(
        _ word: String,
        _ item: Item,
        at position: DocumentNode.Position?
    ) -> Bool {
        if faultWords.contains(word) { return true }
        if unbuiltFaults.contains(word) || unbuiltPresets.contains(word) {
            item.notBuilt(word, at: position)
        } else {
            item.fail(
                "unknown-key",
                "`\(word.prefix(60))` is not a fault",
                hint: NearestWord.remedy(for: word, among: faultWords),
                at: position
            )
        }
        return false
    }

    private static func readFault(_ word: String, _ item: Item) -> Fault? {
        switch word {
        case "delay": DelayParser.read(item).map { .delay($0) }
        case "bandwidth": readBandwidth(item).map { .bandwidth($0) }
        case "respond": RespondParser.read(item).map { .respond($0) }
        case "reset": readClose(item, isReset: true).map { .close($0) }
        case "close": readClose(item, isReset: false).map { .close($0) }
        case "hang": readHang(item).map { .hang($0) }
        default: readTruncate(item).map { .truncate($0) }
        }
    }

    static func readToward(_ item: Item?, default toward: Toward = .client) -> Toward? {
        guard let item else { return toward }
        return item.word(["client": .client, "server": .server, "both": .both])
    }
}
