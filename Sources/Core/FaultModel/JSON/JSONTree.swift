// SPDX-License-Identifier: Apache-2.0

/// A JSON document that is passed on, not interpreted.
///
/// Numbers keep the digits with which they were written: a seed has 64 bits, which a floating-point
/// number would round. Members keep their order.
package enum JSONTree: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package var key: String
        package var value: JSONTree

        package init(_ key: String, _ value: JSONTree) {
            self.key = key
            self.value = value
        }
    }

    package static func number(_ value: some BinaryInteger) -> JSONTree { .number(String(value)) }

    /// The value of an object's member; `nil` for anything else.
    package subscript(key: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var items: [JSONTree]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    /// This object with `key` set: in its place when it is there, else at the end.
    package func setting(_ key: String, to value: JSONTree) -> JSONTree {
        guard case .object(var members) = self else { return .object([Member(key, value)]) }
        if let position = members.firstIndex(where: { $0.key == key }) {
            members[position].value = value
        } else {
            members.append(Member(key, value))
        }
        return .object(members)
    }
}

extension JSONTree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) { self = .string(value) }

    package init(integerLiteral value: Int) { self = .number(String(value)) }
}

extension JSONTree: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSONTree...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONTree)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
