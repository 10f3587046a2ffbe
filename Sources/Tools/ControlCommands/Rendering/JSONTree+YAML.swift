// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension JSONTree {
    /// As YAML 1.2 in block style with keys sorted; every text that another reader could take for
    /// something else is in double quotes, where YAML's escapes are those of JSON.
    var yaml: String { yamlLines().joined(separator: "\n") }

    private func yamlLines() -> [String] {
        switch self {
        case .array(let items) where !items.isEmpty:
            items.flatMap { item in
                let lines = item.yamlLines()
                return ["- " + (lines.first ?? "")] + lines.dropFirst().map { "  " + $0 }
            }
        case .object(let members) where !members.isEmpty:
            members.sorted { $0.key < $1.key }.flatMap { member in
                let key = Self.plainOrQuoted(member.key)
                let lines = member.value.yamlLines()
                return member.value.isBlock
                    ? ["\(key):"] + lines.map { "  " + $0 }
                    : ["\(key): \(lines.first ?? "")"]
            }
        case .string(let text): [Self.plainOrQuoted(text)]
        default: [compact]
        }
    }

    private var isBlock: Bool {
        switch self {
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }

    private static func plainOrQuoted(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// Whether a reader of YAML 1.1 or 1.2 takes these characters, unquoted, for this very text.
    private static func isPlain(_ text: String) -> Bool {
        let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        guard let first = text.unicodeScalars.first, isLetter(first) || first == "/",
            !words.contains(text.lowercased())
        else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            isLetter(scalar) || ("0"..."9").contains(scalar)
                || "-_./*%+".unicodeScalars.contains(scalar)
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }
}
