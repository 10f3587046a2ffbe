// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Checks a value against the part of JSON Schema (draft 2020-12) that our schema uses.
///
/// A keyword that it does not know is a failure of its own, so that the schema cannot outgrow it.
struct SchemaValidator {
    let root: DocumentValue
    private static let known: Set = [
        "$schema", "title", "description", "$defs", "$ref", "type", "const", "enum", "pattern",
        "minimum", "maximum", "minLength", "maxLength", "properties", "patternProperties",
        "additionalProperties", "propertyNames", "required", "minProperties", "maxProperties",
        "items", "minItems", "maxItems", "anyOf", "oneOf", "allOf", "not", "if", "then", "else",
    ]

    func accepts(_ value: DocumentValue) throws -> Bool { try check(value, root) }

    struct Unknown: Error { let what: String }

    private func check(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        if case .bool(let holds) = schema { return holds }
        guard case .object(let keywords) = schema else { throw Unknown(what: "no schema") }
        if let unknown = keywords.first(where: { !Self.known.contains($0.key) }) {
            throw Unknown(what: unknown.key)
        }
        if let name = schema["$ref"]?.text {
            let key = String(name.dropFirst("#/$defs/".count))
            guard let target = root["$defs"]?[key] else { throw Unknown(what: name) }
            guard try check(value, target) else { return false }
        }
        return try checkAny(value, schema) && checkText(value, schema)
            && checkObject(value, schema) && checkArray(value, schema)
            && checkLogic(value, schema)
    }

    private func checkAny(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        if let type = schema["type"] {
            let names = type.text.map { [$0] } ?? type.items.compactMap(\.text)
            guard names.contains(where: { Self.isType(value, $0) }) else { return false }
        }
        if let constant = schema["const"], constant != value { return false }
        if let choices = schema["enum"], !choices.items.contains(value) { return false }
        guard let number = value.number else { return true }
        return number >= schema["minimum"]?.number ?? number
            && number <= schema["maximum"]?.number ?? number
    }

    private static func isType(_ value: DocumentValue, _ name: String) -> Bool {
        switch (value, name) {
        case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"),
            (.object, "object"), (.int, "integer"), (.int, "number"), (.double, "number"):
            true
        default: false
        }
    }

    private func checkText(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        guard let text = value.text else { return true }
        let count = Double(text.unicodeScalars.count)
        guard count >= schema["minLength"]?.number ?? 0,
            count <= schema["maxLength"]?.number ?? .infinity
        else { return false }
        guard let pattern = schema["pattern"]?.text else { return true }
        return try text.firstMatch(of: Regex(pattern)) != nil
    }

    private func checkObject(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        guard case .object(let members) = value else { return true }
        let required = schema["required"]?.items.compactMap(\.text) ?? []
        guard required.allSatisfy({ value[$0] != nil }),
            Double(members.count) >= schema["minProperties"]?.number ?? 0,
            Double(members.count) <= schema["maxProperties"]?.number ?? .infinity
        else { return false }
        for member in members {
            if let names = schema["propertyNames"], try !check(.string(member.key), names) {
                return false
            }
            var isCovered = false
            if let property = schema["properties"]?[member.key] {
                isCovered = true
                guard try check(member.value, property) else { return false }
            }
            if case .object(let patterns)? = schema["patternProperties"] {
                for pattern in patterns
                where try member.key.firstMatch(of: Regex(pattern.key)) != nil {
                    isCovered = true
                    guard try check(member.value, pattern.value) else { return false }
                }
            }
            if !isCovered, let rest = schema["additionalProperties"],
                try !check(member.value, rest)
            {
                return false
            }
        }
        return true
    }

    private func checkArray(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        guard case .array(let items) = value else { return true }
        guard Double(items.count) >= schema["minItems"]?.number ?? 0,
            Double(items.count) <= schema["maxItems"]?.number ?? .infinity
        else { return false }
        guard let item = schema["items"] else { return true }
        return try items.allSatisfy { try check($0, item) }
    }

    private func checkLogic(_ value: DocumentValue, _ schema: DocumentValue) throws -> Bool {
        if let all = schema["allOf"], try !all.items.allSatisfy({ try check(value, $0) }) {
            return false
        }
        if let any = schema["anyOf"], try !any.items.contains(where: { try check(value, $0) }) {
            return false
        }
        if let one = schema["oneOf"], try one.items.filter({ try check(value, $0) }).count != 1 {
            return false
        }
        if let not = schema["not"], try check(value, not) { return false }
        guard let condition = schema["if"] else { return true }
        let branch = schema[try check(value, condition) ? "then" : "else"]
        return try branch.map { try check(value, $0) } ?? true
    }
}

extension DocumentValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
