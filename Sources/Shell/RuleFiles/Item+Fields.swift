// SPDX-License-Identifier: Apache-2.0

/// The known members of one object, each an ``Item``.
struct Fields {
    let item: Item
    fileprivate(set) var members: [String: Item] = [:]

    subscript(key: String) -> Item? { members[key] }

    /// The member, which has to be there.
    func required(_ key: String, hint: String? = nil) -> Item? {
        if let member = members[key] { return member }
        item.fail("missing-key", "`\(key)` is missing", hint: hint)
        return nil
    }
}

extension Item {
    /// Reads an object whose keys are a closed set.
    ///
    /// Keys that begin with `x-` are ignored, an unknown one is reported with the nearest known,
    /// and a word of the language that is not built yet is refused by name.
    func fields(_ what: String, known: [String], notBuilt: Set<String> = []) -> Fields? {
        guard case .object(let members) = node.content else {
            badValue("\(what) has to be a map of \(known.joined(separator: ", "))")
            return nil
        }
        var fields = Fields(item: self)
        for member in members where !member.key.hasPrefix("x-") {
            let item = child(member.node, member.key)
            if known.contains(member.key) {
                fields.members[member.key] = item
            } else if notBuilt.contains(member.key) {
                item.notBuilt(member.key, at: member.keyPosition)
            } else {
                item.fail(
                    "unknown-key",
                    "`\(member.key.prefix(60))` is not a key of \(what)",
                    hint: NearestWord.remedy(for: member.key, among: known),
                    at: member.keyPosition
                )
            }
        }
        return fields
    }

    /// The members of an object whose keys are names of somebody's choice.
    func named(
        _ what: String,
        atMost bound: Int = .max
    ) -> [(name: String, position: DocumentNode.Position?, item: Item)]? {
        guard case .object(let members) = node.content else {
            badValue("\(what) has to be a map of names")
            return nil
        }
        guard members.count <= bound else {
            badValue("\(what) has more than \(bound) names")
            return nil
        }
        return members.map { ($0.key, $0.keyPosition, child($0.node, $0.key)) }
    }
}
