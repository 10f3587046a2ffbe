// SPDX-License-Identifier: Apache-2.0

extension JSONTree {
    /// The value that a JSON Pointer (RFC 6901) leads to; `nil` where it leads nowhere.
    ///
    /// - Parameter pointer: its steps, unescaped; empty for the whole document.
    package func value(at pointer: [String]) -> JSONTree? {
        var here = self
        for step in pointer {
            switch here {
            case .object:
                guard let next = here[step] else { return nil }
                here = next
            case .array(let items):
                guard let index = Self.index(step), index < items.count else { return nil }
                here = items[index]
            default: return nil
            }
        }
        return here
    }

    /// Digits without leading zeros (RFC 6901, section 4).
    private static func index(_ step: String) -> Int? {
        guard step == "0" || !step.hasPrefix("0"), step.utf8.allSatisfy(ASCII.isDigit) else {
            return nil
        }
        return Int(step)
    }

    /// This document changed by a JSON merge patch (RFC 7396, section 2).
    ///
    /// What the patch does not name keeps its place, and its numbers their digits.
    package func merging(_ patch: DocumentValue) -> JSONTree {
        guard case .object(let changes) = patch else { return JSONTree(patch) }
        var members: [Member] = []
        if case .object(let existing) = self { members = existing }
        for change in changes {
            let position = members.firstIndex { $0.key == change.key }
            if case .null = change.value {
                members.removeAll { $0.key == change.key }
            } else if let position {
                members[position].value = members[position].value.merging(change.value)
            } else {
                members.append(Member(change.key, JSONTree.null.merging(change.value)))
            }
        }
        return .object(members)
    }

    /// The same value as a rule file holds it.
    package init(_ value: DocumentValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .number(String(value))
        case .double(let value): self = value.isFinite ? .number(String(value)) : .null
        case .string(let text): self = .string(text)
        case .array(let values): self = .array(values.map { JSONTree($0) })
        case .object(let members):
            self = .object(members.map { Member($0.key, JSONTree($0.value)) })
        }
    }

    /// The text that a rule compares: a string's own, a number's digits, `true`; else compact JSON.
    package var comparedText: String {
        switch self {
        case .string(let text): text
        case .number(let digits): digits
        default: compact
        }
    }
}
