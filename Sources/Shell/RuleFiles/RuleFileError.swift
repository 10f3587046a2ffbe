// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a configuration document, and where.
package struct RuleFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Stable, such as `rule.unknown-key`, `rule.not-built`, `config.malformed`.
    package var code: String
    /// A sentence for a person.
    package var message: String
    package var file: String?
    /// From 1; `nil` where the document came from no text.
    package var line: Int?
    package var column: Int?
    /// A JSON Pointer (RFC 6901) into the document.
    package var path: String
    /// What to do instead, such as `did you mean delay?`.
    package var hint: String?

    package init(
        code: String,
        message: String,
        file: String? = nil,
        line: Int? = nil,
        column: Int? = nil,
        path: String,
        hint: String? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.hint = hint
    }

    /// `file:line:column: /path: message (hint)`, without the parts that are not known.
    package var description: String {
        var place: [String] = []
        if let file { place.append(file) }
        if let line { place.append(String(line)) }
        if let column { place.append(String(column)) }
        var text = place.isEmpty ? "" : place.joined(separator: ":") + ": "
        if !path.isEmpty { text += path + ": " }
        text += message
        if let hint { text += " (\(hint))" }
        return text
    }
}

/// A document that was refused as a whole.
package struct InvalidConfiguration: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one, in the order in which they were found.
    package let first: RuleFileError
    package let others: [RuleFileError]

    /// How many errors are told at once.
    package static let maximumErrors = 20

    package var errors: [RuleFileError] { [first] + others }

    package var description: String { errors.map(\.description).joined(separator: "\n") }

    package init(_ first: RuleFileError, others: [RuleFileError] = []) {
        self.first = first
        self.others = others
    }
}

/// Collects what is wrong while a document is read.
final class Report {
    private(set) var errors: [RuleFileError] = []

    func add(_ error: RuleFileError) {
        guard errors.count < InvalidConfiguration.maximumErrors else { return }
        errors.append(error)
    }

    /// - Throws: ``InvalidConfiguration`` when anything was wrong.
    func settle() throws(InvalidConfiguration) {
        guard let first = errors.first else { return }
        throw InvalidConfiguration(first, others: Array(errors.dropFirst()))
    }
}
