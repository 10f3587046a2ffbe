// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension DocumentNode {
    /// The tree without its positions, of which the same thing is read again.
    ///
    /// Where text is expected, `1.10` is that text and no number. A value that would be written in
    /// another way than it was becomes text here, except in content, where the number is meant.
    package var source: DocumentValue { source(under: "", at: .keys) }

    private enum Place {
        /// The keys of the language.
        case keys
        /// Names of somebody's choice: of headers, parameters, cookies.
        case names
        /// A tree of JSON that a message is made of, or a note.
        case content
    }

    private static let nameMaps: Set = ["headers", "query", "cookies", "body", "set", "add"]
    private static let contents: Set = ["json", "json-merge"]
    private static let switches: Set = [
        "enabled", "final", "template", "forward", "cut", "headers", "absent", "present", "one-way",
    ]

    private func source(under key: String, at place: Place) -> DocumentValue {
        switch content {
        case .scalar(let value, let text):
            let isSwitch = place == .keys && Self.switches.contains(key)
            return place == .content ? value : Self.kept(value, text, isSwitch: isSwitch)
        case .array(let nodes): return .array(nodes.map { $0.source(under: key, at: place) })
        case .object(let members):
            return .object(
                members.map { member in
                    let inside = Self.inside(key, place, member.key)
                    let value = member.node.source(under: member.key, at: inside)
                    return DocumentValue.Member(key: member.key, value: value)
                }
            )
        }
    }

    /// What the members of a map are, and this one among them.
    private static func inside(_ key: String, _ place: Place, _ member: String) -> Place {
        switch place {
        case .content: .content
        case .keys where nameMaps.contains(key): .names
        case .names where key == "set" || key == "add": .names
        case .keys, .names:
            contents.contains(member) || member.hasPrefix("x-") ? .content : .keys
        }
    }

    private static func kept(
        _ value: DocumentValue,
        _ text: String,
        isSwitch: Bool
    ) -> DocumentValue {
        let written: String? =
            switch value {
            case .int(let number): String(number)
            case .double(let number): String(number)
            case .bool(let bool) where !isSwitch: bool ? "true" : "false"
            default: nil
            }
        return written.map { $0 == text } ?? true ? value : .string(text)
    }
}
