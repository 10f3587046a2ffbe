// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// A part of a JSON Schema (draft 2020-12), made of words that read like the language it describes.
struct Schema {
    private var members: [DocumentValue.Member]

    var value: DocumentValue { .object(members) }

    private init(_ members: [(String, DocumentValue)]) {
        self.members = members.map { DocumentValue.Member(key: $0.0, value: $0.1) }
    }

    /// Another keyword beside those that are there.
    func with(_ keyword: String, _ value: DocumentValue) -> Schema {
        var schema = self
        schema.members.append(DocumentValue.Member(key: keyword, value: value))
        return schema
    }

    /// What an editor shows beside the key; in front, as people read it.
    func about(_ text: String) -> Schema {
        var schema = self
        schema.members.removeAll { $0.key == "description" }
        schema.members.insert(.init(key: "description", value: .string(text)), at: 0)
        return schema
    }

    static let anything = Schema([])
    static let null = Schema([("type", .string("null"))])
    static let flag = Schema([("type", .string("boolean"))])
    static let text = Schema([("type", .string("string"))])
    /// Text, or what YAML takes for a number or a truth value.
    static let scalar = Schema([
        ("type", .array(["string", "number", "boolean"].map { .string($0) }))
    ])

    static func ref(_ name: String) -> Schema { Schema([("$ref", .string("#/$defs/\(name)"))]) }

    static func pattern(_ pattern: String) -> Schema {
        Schema([("type", .string("string")), ("pattern", .string(pattern))])
    }

    static func choice(_ words: some Sequence<String>) -> Schema {
        Schema([("enum", .array(words.map { .string($0) }))])
    }

    static func constant(_ value: DocumentValue) -> Schema { Schema([("const", value)]) }

    static func any(_ schemas: Schema...) -> Schema {
        Schema([("anyOf", .array(schemas.map(\.value)))])
    }

    static func integer(_ lower: Int64, _ upper: Int64? = nil) -> Schema {
        var schema = Schema([("type", .string("integer")), ("minimum", .int(lower))])
        if let upper { schema = schema.with("maximum", .int(upper)) }
        return schema
    }

    static func number(_ lower: Int64, _ upper: Int64) -> Schema {
        Schema([("type", .string("number")), ("minimum", .int(lower)), ("maximum", .int(upper))])
    }

    static func list(
        _ item: Schema,
        atLeast: Int64 = 1,
        atMost: Int = RuleBounds.items
    ) -> Schema {
        Schema([
            ("type", .string("array")), ("items", item.value), ("minItems", .int(atLeast)),
            ("maxItems", .int(Int64(atMost))),
        ])
    }

    static func oneOrMore(_ item: Schema) -> Schema { any(item, list(item)) }

    /// A map whose keys are a closed set, and any that begin with `x-`.
    static func object(
        _ properties: KeyValuePairs<String, Schema>,
        required: [String] = []
    ) -> Schema {
        object(properties.map { ($0.key, $0.value) }, required: required)
    }

    static func object(_ properties: [(String, Schema)], required: [String] = []) -> Schema {
        var schema = Schema([
            ("type", .string("object")),
            (
                "properties",
                .object(properties.map { .init(key: $0.0, value: $0.1.value) })
            ),
            ("patternProperties", .object([.init(key: "^x-", value: .bool(true))])),
            ("additionalProperties", .bool(false)),
        ])
        if !required.isEmpty { schema = schema.with("required", names(required)) }
        return schema
    }

    /// A map whose keys are names of somebody's choice.
    static func map(
        of value: Schema,
        names: Schema? = nil,
        atMost: Int = RuleBounds.names
    ) -> Schema {
        let schema = Schema([
            ("type", .string("object")), ("additionalProperties", value.value),
            ("maxProperties", .int(Int64(atMost))),
        ])
        return names.map { schema.with("propertyNames", $0.value) } ?? schema
    }

    /// Not two of these keys together.
    func excluding(_ keys: [String]) -> Schema {
        let pairs = keys.indices.flatMap { first in
            keys[(first + 1)...].map { [keys[first], $0] }
        }
        let conditions = pairs.map { pair in
            DocumentValue.object([
                .init(
                    key: "not",
                    value: .object([.init(key: "required", value: Self.names(pair))])
                )
            ])
        }
        return with("allOf", .array(conditions))
    }

    /// Exactly one of these keys.
    func withOne(of keys: [String]) -> Schema {
        with(
            "oneOf",
            .array(
                keys.map { .object([.init(key: "required", value: Self.names([$0]))]) }
            )
        )
    }

    static func names(_ names: [String]) -> DocumentValue { .array(names.map { .string($0) }) }
}

extension DocumentValue {
    /// This value as JSON text with a line for each member, and a line feed at the end.
    package var indentedJSON: String { indented(by: 0) + "\n" }

    private func indented(by depth: Int) -> String {
        let (inner, outer) = (
            String(repeating: "  ", count: depth + 1), String(repeating: "  ", count: depth)
        )
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                let key = String(decoding: DocumentValue.string(member.key).json, as: UTF8.self)
                return "\(inner)\(key): \(member.value.indented(by: depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        case .array(let values) where values.contains(where: \.isCollection):
            let lines = values.map { inner + $0.indented(by: depth + 1) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        case .array(let values):
            return "[\(values.map { $0.indented(by: depth) }.joined(separator: ", "))]"
        default: return String(decoding: json, as: UTF8.self)
        }
    }

    private var isCollection: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
