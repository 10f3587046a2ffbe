// SPDX-License-Identifier: Apache-2.0
package import NIOHTTP1

/// Why a request was not carried out, as the client will read it.
///
/// On the wire it is `{"error":{"code":…,"message":…}}`: the code is stable and for programs, the
/// message is a sentence for a person and may change.
package struct Refusal: Error {
    package let status: HTTPResponseStatus
    package let code: String
    package let message: String
    /// Fields that go with the status, such as `Allow` with 405 (RFC 9110, section 15.5.6).
    package var headers: [(name: String, value: String)] = []

    package init(_ status: HTTPResponseStatus, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    package func with(_ name: String, _ value: String) -> Refusal {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }

    package var body: JSONValue {
        ["error": ["code": .string(code), "message": .string(message)]]
    }

    static func unknown(_ kind: String, _ id: String) -> Refusal {
        Refusal(.notFound, "not_found", "There is no \(kind) '\(id)'.")
    }

    static func full(_ what: String, _ bound: String, _ limit: Int) -> Refusal {
        Refusal(
            .insufficientStorage,
            "\(what)_full",
            "No more \(what) can be kept: \(bound) is \(limit). Delete some first."
        )
    }

    static func invalid(_ field: String, _ rule: String) -> Refusal {
        Refusal(.unprocessableEntity, "invalid_field", "Field '\(field)' \(rule).")
    }

    static func tooLarge(_ what: String, _ bound: String, _ limit: Int) -> Refusal {
        Refusal(
            .payloadTooLarge,
            "too_large",
            "The \(what) is larger than \(bound), \(limit) bytes."
        )
    }
}
