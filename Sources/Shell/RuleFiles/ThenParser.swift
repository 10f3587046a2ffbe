// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads `then`, and writes it out as plain faults: without presets, and with files in place.
struct ThenParser {
    private(set) var faults: [Fault] = []
    /// The items of `then`, each a plain fault.
    private(set) var nodes: [DocumentNode] = []
    /// The presets that were named, in order, each with the place where it was.
    private(set) var presets: [(preset: Preset, limit: DocumentNode?, item: Item)] = []

    /// The faults; `nil` after everything that is wrong with them has been reported.
    static func read(_ item: Item) -> ThenParser? {
        guard let items = item.list("`then`") else { return nil }
        guard (1...RuleParser.maximumFaults).contains(items.count) else {
            item.badValue(
                "`then` has \(items.count) faults; it takes 1 to \(RuleParser.maximumFaults)"
            )
            return nil
        }
        var then = ThenParser()
        let before = item.report.errors.count
        for item in items { then.read(one: item) }
        guard item.report.errors.count == before else { return nil }
        guard then.faults.count <= RuleParser.maximumFaults else {
            item.badValue(
                "`then` has \(then.faults.count) faults with those of its presets;"
                    + " it takes at most \(RuleParser.maximumFaults)"
            )
            return nil
        }
        return then
    }

    /// A map with one key, or the word alone where no more is needed.
    private mutating func read(one item: Item) {
        if let word = item.text {
            guard RuleParser.isKnown(word, item, at: nil) else { return }
            let nothing = DocumentNode(.scalar(.null, text: ""), at: item.node.position)
            read(word, item.child(nothing, word), isAlone: true)
            return
        }
        guard case .object(let members) = item.node.content else {
            item.badValue("expected a fault", hint: "such as `- delay: 200ms`")
            return
        }
        let named = members.filter { !$0.key.hasPrefix("x-") }
        let known = named.filter {
            RuleParser.isKnown($0.key, item.child($0.node, $0.key), at: $0.keyPosition)
        }
        guard named.count == 1 else {
            item.badValue(
                "an item of `then` has \(named.count) keys",
                hint: "begin each fault with `- `"
            )
            return
        }
        if let member = known.first {
            read(member.key, item.child(member.node, member.key), isAlone: false)
        }
    }

    private mutating func read(_ word: String, _ item: Item, isAlone: Bool) {
        if let preset = Preset.named[word] {
            expand(preset, item)
        } else {
            read(fault: word, item, isAlone: isAlone)
        }
    }

    private mutating func read(fault word: String, _ item: Item, isAlone: Bool) {
        let node: DocumentNode? =
            switch word {
            case "respond": MessageContent.withFile(in: item)
            case "edit": Self.withFiles(inEdit: item)
            default: item.node
            }
        guard let node, let fault = RuleParser.readFault(word, item.with(node)) else { return }
        faults.append(fault)
        let position = item.node.position
        nodes.append(
            isAlone
                ? DocumentNode(DocumentValue.string(word)).placed(at: position)
                : DocumentNode(
                    .object([.init(key: word, keyPosition: position, node: node)]),
                    at: position
                )
        )
    }

    private static func withFiles(inEdit item: Item) -> DocumentNode? {
        var node = item.node
        for key in ["request", "response"] {
            guard let message = node[key] else { continue }
            guard let changed = MessageContent.withFile(in: item.child(message, key)) else {
                return nil
            }
            node = node.setting(key, to: changed)
        }
        return node
    }

    private mutating func expand(_ preset: Preset, _ item: Item) {
        guard let expansion = preset.expansion(item) else { return }
        presets.append((preset, expansion.limit, item))
        for (word, node) in expansion.faults {
            read(fault: word, item.child(node, word), isAlone: false)
        }
    }
}
