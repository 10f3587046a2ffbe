// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// A stored JSON object with an id, a version and the fields a client gave it.
///
/// The service owns `id`, `version`, `created_at` and `updated_at`; a client may not write them,
/// and is told so instead of being silently overruled.
struct Record: Sendable {
    static let ownFields: Set<String> = ["id", "version", "created_at", "updated_at"]

    let id: String
    private(set) var version = 1
    private(set) var fields: [String: JSONValue]
    let createdAt: String
    private(set) var updatedAt: String

    init(id: String, fields: [String: JSONValue], at time: String) {
        self.id = id
        self.fields = fields
        self.createdAt = time
        self.updatedAt = time
    }

    /// A strong entity tag that changes with every change of the record.
    var entityTag: String { "\"\(id).\(version)\"" }

    var name: String { fields["name"]?.string ?? "" }
    var status: String { fields["status"]?.string ?? "" }

    var json: JSONValue {
        var members = fields
        members["id"] = .string(id)
        members["version"] = JSONValue(version)
        members["created_at"] = .string(createdAt)
        members["updated_at"] = .string(updatedAt)
        return .object(members)
    }

    mutating func replace(_ fields: [String: JSONValue], at time: String) {
        self.fields = fields
        version += 1
        updatedAt = time
    }

    subscript(_ field: String) -> JSONValue? { fields[field] }
}

/// Reads what a client sent into the fields of a ``Record``.
struct RecordRules: Sendable {
    let maximumNameBytes: Int
    let maximumRecordBytes: Int

    /// The members of an object a client may store.
    func fields(of body: JSONValue) throws(Refusal) -> [String: JSONValue] {
        guard let members = body.object else {
            throw Refusal(.badRequest, "not_an_object", "The body must be a JSON object.")
        }
        for name in Record.ownFields.sorted() where members[name] != nil {
            throw .invalid(name, "is set by the service; leave it out")
        }
        return members
    }

    /// Checks a whole set of fields before it is stored.
    func check(_ fields: [String: JSONValue], statuses: [String]) throws(Refusal) {
        guard let name = fields["name"]?.string, (1...maximumNameBytes).contains(name.utf8.count)
        else {
            throw .invalid("name", "must be a string of 1 to \(maximumNameBytes) bytes")
        }
        if let status = fields["status"] {
            guard let status = status.string, statuses.contains(status) else {
                throw .invalid("status", "must be one of \(statuses.joined(separator: ", "))")
            }
        }
        let size = JSONValue.object(fields).text.utf8.count
        guard size <= maximumRecordBytes else {
            throw .tooLarge("record", "maximumRecordBytes", maximumRecordBytes)
        }
    }

    /// The strings of a list field; an absent field is an empty list.
    func strings(_ field: String, of fields: [String: JSONValue]) throws(Refusal) -> [String] {
        guard let value = fields[field] else { return [] }
        let strings = value.array?.compactMap(\.string)
        guard let strings, strings.count == value.array?.count else {
            throw .invalid(field, "must be a list of strings")
        }
        return strings
    }
}
