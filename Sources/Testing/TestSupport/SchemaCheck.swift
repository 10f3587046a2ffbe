// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Checks values against JSON Schemas (draft 2020-12), in the part of the language that is used here.
///
/// A keyword that is not known is a fault of the schema: nothing is taken for checked that is not.
package struct SchemaCheck: Sendable {
    /// The document that `$ref` points into.
    private let document: DocumentValue

    package init(in document: DocumentValue) { self.document = document }

    private static let annotations: Set<String> = ["description", "title", "examples", "default"]

    /// What is wrong, each with the place of the value; empty when nothing is.
    package func faults(
        of value: DocumentValue,
        against schema: DocumentValue,
        at place: String = ""
    ) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(place): no schema"] }
        return keywords.flatMap { keyword -> [String] in
            switch (keyword.key, keyword.value) {
            case ("$ref", .string(let target)):
                guard let found = resolve(target) else { return ["\(place): no \(target)"] }
                return faults(of: value, against: found, at: place)
            case ("items", let items):
                guard case .array(let values) = value else { return [] }
                return values.enumerated().flatMap { position, value in
                    faults(of: value, against: items, at: "\(place)/\(position)")
                }
            case ("properties", .object(let properties)):
                return properties.flatMap { property in
                    value[property.key].map {
                        faults(of: $0, against: property.value, at: "\(place)/\(property.key)")
                    } ?? []
                }
            case ("additionalProperties", let others):
                guard case .object(let members) = value else { return [] }
                return members.filter { schema["properties"]?[$0.key] == nil }.flatMap {
                    faults(of: $0, against: others, at: place)
                }
            case ("oneOf", .array(let schemas)):
                let count = schemas.count { faults(of: value, against: $0, at: place).isEmpty }
                return count == 1 ? [] : ["\(place): \(count) of those that may be, and not one"]
            default: return Self.faults(of: value, against: keyword, at: place)
            }
        }
    }

    /// What is wrong by a keyword that has no schemas in it.
    private static func faults(
        of value: DocumentValue,
        against keyword: DocumentValue.Member,
        at place: String
    ) -> [String] {
        switch (keyword.key, keyword.value) {
        case ("type", .string(let name)):
            return isOf(value, name) ? [] : ["\(place): not of the type \(name)"]
        case ("enum", .array(let known)):
            return known.contains(value) ? [] : ["\(place): not one of those that may be"]
        case ("minimum", .int(let least)):
            return number(value).map { $0 >= Double(least) } == false
                ? ["\(place): less than \(least)"] : []
        case ("pattern", .string(let pattern)):
            guard let expression = try? Regex(pattern) else { return ["\(place): no \(pattern)"] }
            guard let text = value.text else { return [] }
            return text.contains(expression) ? [] : ["\(place): not like \(pattern)"]
        case ("required", .array(let names)):
            return names.compactMap(\.text).filter { value[$0] == nil }
                .map { "\(place): no \($0)" }
        case (let name, _) where annotations.contains(name): return []
        default: return ["\(place): the keyword \(keyword.key) is not known"]
        }
    }

    /// What is wrong with a member that is not among the properties.
    private func faults(
        of member: DocumentValue.Member,
        against others: DocumentValue,
        at place: String
    ) -> [String] {
        if case .bool(let isAllowed) = others {
            return isAllowed ? [] : ["\(place): \(member.key) is not told of"]
        }
        return faults(of: member.value, against: others, at: "\(place)/\(member.key)")
    }

    /// What a pointer such as `#/components/schemas/Rule` points to.
    package func resolve(_ target: String) -> DocumentValue? {
        guard target.hasPrefix("#/") else { return nil }
        return target.dropFirst(2).split(separator: "/").reduce(Optional(document)) { place, key in
            place?[String(key)]
        }
    }

    private static func number(_ value: DocumentValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    private static func isOf(_ value: DocumentValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("string", .string), ("boolean", .bool), ("array", .array), ("object", .object),
            ("null", .null), ("integer", .int), ("number", .int), ("number", .double):
            true
        // A number of 64 bits without a sign is read as a fraction.
        case ("integer", .double(let number)): number == number.rounded()
        default: false
        }
    }
}
