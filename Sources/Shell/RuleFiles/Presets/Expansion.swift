// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// A rule written out: plain faults in `then`, and what its presets bring in `limit` and `tags`.
struct Expansion {
    /// The rule's `limit` with those of its presets; `nil` when there is none.
    let limit: Item?
    /// The rule's document, of which the same rule is read without any preset or file.
    let node: DocumentNode
    /// `preset:NAME` for each preset.
    let tags: [String]
    /// What the rule is about where it does not say so itself.
    let about: String?

    init(of rule: Item, _ limit: Item?, _ then: ThenParser) {
        self.limit = Self.merged(rule, limit, then)
        tags = then.presets.map { "preset:\($0.preset.name)" }
        about = then.presets.first?.preset.about
        var node = rule.node.setting(
            "then",
            to: DocumentNode(.array(then.nodes), at: rule.node["then"]?.position)
        )
        if !then.presets.isEmpty {
            node = Self.described(node, about, tags)
            if let limit = self.limit { node = node.setting("limit", to: limit.node) }
        }
        self.node = node
    }

    /// Each key once: a preset never overrules what the rule or another preset says.
    private static func merged(_ rule: Item, _ limit: Item?, _ then: ThenParser) -> Item? {
        var node = limit?.node
        for (preset, brought, place) in then.presets {
            guard let brought, case .object(let members) = brought.content else { continue }
            for member in members {
                if let other = node?[member.key] {
                    guard other.value != member.node.value else { continue }
                    let item = limit?.node[member.key].map { rule.child($0, "limit") } ?? place
                    item.fail(
                        "conflict",
                        "`\(preset.name)` brings a `\(member.key)` of its own",
                        hint: "leave it out, or write"
                            + " { \(preset.name): { limit: { \(member.key): ... } } }"
                    )
                }
                let object = node ?? DocumentNode(.object([]), at: place.node.position)
                node = object.setting(member.key, to: member.node)
            }
        }
        return node.map { limit?.with($0) ?? rule.child($0, "limit") }
    }

    private static func described(
        _ node: DocumentNode,
        _ about: String?,
        _ tags: [String]
    ) -> DocumentNode {
        var node = node
        if node["about"] == nil, let about {
            node = node.setting("about", to: DocumentNode(DocumentValue.string(about)))
        }
        var list: [DocumentNode] = []
        if case .array(let given)? = node["tags"]?.content { list = given }
        let known = Set(list.compactMap(\.value.text))
        list += tags.filter { !known.contains($0) }.map { DocumentNode(DocumentValue.string($0)) }
        return node.setting("tags", to: DocumentNode(.array(list), at: node["tags"]?.position))
    }
}
