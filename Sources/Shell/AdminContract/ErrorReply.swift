// SPDX-License-Identifier: Apache-2.0

/// The body of every answer with a status of 400 or more.
package struct ErrorReply: Codable, Hashable, Sendable, Error {
    package var error: Failure

    package struct Failure: Codable, Hashable, Sendable {
        /// Stable, such as `rule.unknown-key`; programs decide by it.
        package var code: String
        /// A sentence for a person.
        package var message: String
        /// A JSON Pointer (RFC 6901) into the document that was sent.
        package var path: String?
        /// What to do next.
        package var hint: String?
    }

    package init(code: String, message: String, path: String? = nil, hint: String? = nil) {
        error = Failure(code: code, message: message, path: path, hint: hint)
    }
}
