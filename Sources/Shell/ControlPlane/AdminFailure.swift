// SPDX-License-Identifier: Apache-2.0
package import AdminContract
package import RuleFiles

/// A request that is refused: the status of the answer and its body.
package struct AdminFailure: Error, Equatable, Sendable {
    package let status: Int
    package let reply: ErrorReply
    /// The methods that would be allowed; only for 405 (RFC 9110, 15.5.6).
    package let allow: String?

    package init(
        _ status: Int,
        _ code: String,
        _ message: String,
        path: String? = nil,
        hint: String? = nil,
        allow: String? = nil
    ) {
        self.status = status
        reply = ErrorReply(code: code, message: message, path: path, hint: hint)
        self.allow = allow
    }

    /// A document that was refused: 400 when it is no JSON, 422 when it is not what is asked for.
    package init(_ error: InvalidConfiguration) {
        let first = error.first
        let isMalformed = first.code.hasPrefix("json.")
        let place = first.line.map { " (line \($0), column \(first.column ?? 1))" } ?? ""
        self.init(
            isMalformed ? 400 : 422,
            first.code,
            first.message + place,
            path: isMalformed ? nil : first.path,
            hint: first.hint
        )
    }

    init(_ failure: TrafficFailure) {
        let isListen = failure.code.hasPrefix("listen.")
        self.init(
            isListen ? 409 : 500,
            failure.code,
            failure.message,
            path: failure.proxy.map { "/proxies/\($0)/listen" },
            hint: isListen ? "nothing was changed; choose another address or port 0" : nil
        )
    }

    static func unknownRule(_ id: String) -> AdminFailure {
        AdminFailure(
            404,
            "rule.unknown",
            "there is no rule `\(id)`",
            hint: "GET /v1/rules lists them"
        )
    }

    static func unknownPartition(_ id: String) -> AdminFailure {
        AdminFailure(
            404,
            "partition.unknown",
            "there is no partition `\(id)`; it may have healed",
            hint: "GET /v1/partitions lists them"
        )
    }

    static func unknownLease(_ id: String) -> AdminFailure {
        AdminFailure(
            404,
            "lease.unknown",
            "there is no lease `\(id)`; it may have ended",
            hint: "POST /v1/leases makes one"
        )
    }

    static func unleased(_ what: String, _ id: String, path: String) -> AdminFailure {
        AdminFailure(
            409,
            "lease.conflict",
            "the \(what) `\(id)` is there already and does not belong to the lease",
            path: path,
            hint: "give the new one an id of its own, or leave the lease out"
        )
    }

    static func unknownProxy(_ name: String) -> AdminFailure {
        AdminFailure(
            404,
            "proxy.unknown",
            "there is no proxy `\(name)`",
            hint: "GET /v1/proxies lists them"
        )
    }
}
