// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A name for a common fault or network: a part of a rule that a word in `then` stands for.
package struct Preset: Sendable {
    /// The word.
    package let name: String
    /// A sentence for a person.
    package let about: String
    package let kind: Kind
    /// The file, as it is in the source tree.
    package let text: String
    /// What it puts into the rule's `limit`, if anything.
    let limit: DocumentNode?
    /// Each in its long form, with its word.
    let faults: [(word: String, node: DocumentNode)]

    package enum Kind: String, Sendable, CaseIterable {
        /// `rules/presets`
        case fault
        /// `rules/profiles`
        case network
    }

    /// Every preset, the faults first, each kind in the order of names.
    package static let all: [Preset] = PresetTexts.all.compactMap {
        Preset(name: $0.name, kind: $0.kind, text: $0.text)
    }
    static let named: [String: Preset] = Dictionary(
        all.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first }
    )

    /// What a rule with this preset alone holds: `limit` and `then`.
    package var document: DocumentValue {
        var members: [DocumentValue.Member] = []
        if let limit { members.append(.init(key: "limit", value: limit.value)) }
        let then = faults.map {
            DocumentValue.object([.init(key: $0.word, value: $0.node.value)])
        }
        members.append(.init(key: "then", value: .array(then)))
        return .object(members)
    }

    /// The preset of a file: `about`, `limit`, and `then` with long forms only.
    init?(name: String, kind: Kind, text: String) {
        var reader = YAMLReader(file: nil)
        guard let node = try? reader.read(text), let about = node["about"]?.value.text,
            case .array(let items)? = node["then"]?.content
        else { return nil }
        var faults: [(word: String, node: DocumentNode)] = []
        for item in items {
            guard case .object(let members) = item.content, members.count == 1,
                case .object? = members.first?.node.content
            else { return nil }
            faults += members.map { ($0.key, $0.node) }
        }
        self.name = name
        self.about = about
        self.kind = kind
        self.text = text
        limit = node["limit"]
        self.faults = faults
    }
}

extension Preset {
    /// The preset's parts with what the item changes of them, all at the item's place.
    ///
    /// The item's value is nothing, or a map from the preset's faults, and from `limit`, to what is
    /// changed in each, as a JSON merge patch (RFC 7396) says it. `nil` after a report.
    func expansion(
        _ item: Item
    ) -> (limit: DocumentNode?, faults: [(word: String, node: DocumentNode)])? {
        let place = item.node.position
        var limit = limit?.placed(at: place)
        var faults = faults.map { (word: $0.word, node: $0.node.placed(at: place)) }
        guard !item.node.isNull else { return (limit, faults) }
        let known = Set(faults.map(\.word)).sorted() + ["limit"]
        guard let changes = item.fields("`\(name)`", known: known) else { return nil }
        for (word, change) in changes.members {
            guard change.isObject else {
                change.badValue(
                    "`\(word)` of a preset is changed by a map",
                    hint: "write the fault itself instead of `\(name)` to replace it"
                )
                return nil
            }
            if word == "limit" {
                limit = (limit ?? DocumentNode(DocumentValue.object([]))).patched(by: change.node)
            }
            for index in faults.indices where faults[index].word == word {
                faults[index].node = faults[index].node.patched(by: change.node)
            }
        }
        return (limit, faults)
    }
}

extension DocumentNode {
    /// A JSON merge patch (RFC 7396, section 2) that keeps the places of what it brings.
    func patched(by patch: DocumentNode) -> DocumentNode {
        guard case .object(let changes) = patch.content else { return patch }
        var members: [Member] = []
        if case .object(let existing) = content { members = existing }
        for change in changes {
            let place = members.firstIndex { $0.key == change.key }
            if change.node.isNull {
                if let place { members.remove(at: place) }
            } else if let place {
                members[place].node = members[place].node.patched(by: change.node)
            } else {
                members.append(change)
            }
        }
        return DocumentNode(.object(members), at: position)
    }
}
