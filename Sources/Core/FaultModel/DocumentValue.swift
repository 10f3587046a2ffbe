// SPDX-License-Identifier: Apache-2.0

/// A value as a configuration document holds it, before anything is made of it.
///
/// This is what an administrator wrote, kept so that it can be shown and patched as it was written.
/// The order of an object's members is kept where the reader knew it; equality does not ask for it.
package enum DocumentValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([DocumentValue])
    case object([Member])

    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: DocumentValue

        package init(key: String, value: DocumentValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of an object's first member with this key; `nil` for anything else.
    package subscript(key: String) -> DocumentValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// This object with `key` set: in its place when it is there, else at the end.
    package func setting(_ key: String, to value: DocumentValue) -> DocumentValue {
        guard case .object(var members) = self else { return self }
        if let position = members.firstIndex(where: { $0.key == key }) {
            members[position].value = value
        } else {
            members.append(Member(key: key, value: value))
        }
        return .object(members)
    }

    /// This value changed by a JSON merge patch (RFC 7396, section 2).
    package func merging(_ patch: DocumentValue) -> DocumentValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [Member] = []
        if case .object(let existing) = self { members = existing }
        for change in changes {
            let position = members.firstIndex { $0.key == change.key }
            if case .null = change.value {
                if let position { members.remove(at: position) }
            } else if let position {
                members[position].value = members[position].value.merging(change.value)
            } else {
                let value = DocumentValue.null.merging(change.value)
                members.append(Member(key: change.key, value: value))
            }
        }
        return .object(members)
    }
}

extension DocumentValue: Hashable {
    /// In an object the order of members does not count, as in `==`.
    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let text): hasher.combine(text)
        case .array(let values): hasher.combine(values)
        case .object(let members):
            hasher.combine(members.reduce(0) { $0 ^ $1.hashValue })
        }
    }

    package static func == (left: DocumentValue, right: DocumentValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.sorted { $0.key < $1.key } == right.sorted { $0.key < $1.key }
        default: false
        }
    }
}

extension DocumentValue: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }

        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            let keys = object.allKeys.sorted { $0.stringValue < $1.stringValue }
            self = .object(
                try keys.map {
                    Member(
                        key: $0.stringValue,
                        value: try object.decode(DocumentValue.self, forKey: $0)
                    )
                }
            )
            return
        }
        if var array = try? decoder.unkeyedContainer() {
            var values: [DocumentValue] = []
            while !array.isAtEnd { values.append(try array.decode(DocumentValue.self)) }
            self = .array(values)
            return
        }
        let scalar = try decoder.singleValueContainer()
        if scalar.decodeNil() {
            self = .null
        } else if let value = try? scalar.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? scalar.decode(Int64.self) {
            self = .int(value)
        } else if let value = try? scalar.decode(Double.self) {
            self = .double(value)
        } else {
            self = .string(try scalar.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var object = encoder.container(keyedBy: Key.self)
            for member in members {
                try object.encode(member.value, forKey: Key(stringValue: member.key))
            }
        case .array(let values):
            var array = encoder.unkeyedContainer()
            for value in values { try array.encode(value) }
        case .null:
            var scalar = encoder.singleValueContainer()
            try scalar.encodeNil()
        case .bool(let value): try Self.encode(value, to: encoder)
        case .int(let value): try Self.encode(value, to: encoder)
        case .double(let value): try Self.encode(value, to: encoder)
        case .string(let value): try Self.encode(value, to: encoder)
        }
    }

    private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var scalar = encoder.singleValueContainer()
        try scalar.encode(value)
    }
}
