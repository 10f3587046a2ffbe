// SPDX-License-Identifier: Apache-2.0

/// An answer in place of the upstream's.
package struct Respond: Hashable, Sendable {
    /// 200 to 599: an interim or switching answer would leave the exchange open.
    package var status: UInt16
    /// `nil`: the phrase that RFC 9110 names for the status.
    package var reason: String?
    package var headers: [Field]
    package var body: Body
    /// The request reaches upstream all the same, and its real answer is swallowed; default false.
    package var forwards: Bool

    package init(
        status: UInt16,
        reason: String?,
        headers: [Field],
        body: Body,
        forwards: Bool = false
    ) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
        self.forwards = forwards
    }

    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// The content of a message that a rule makes.
package enum Body: Hashable, Sendable {
    case bytes([UInt8])
    /// A Mustache template, rendered for each exchange.
    case template(String)

    package static let empty = Body.bytes([])

    /// The bytes themselves; of a template its source.
    package var bytes: [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .template(let source): Array(source.utf8)
        }
    }
}

/// A true quota: what is over it is answered 429 Too Many Requests (RFC 6585, section 4).
package struct RateLimit: Hashable, Sendable {
    /// Requests that pass in each ``interval``; at least 1.
    package var quota: UInt64
    /// The window of the quota; it begins with a key's first request.
    package var interval: Duration
    package var key: Key
    package var headers: HeaderStyle
    package var retryAfter: RetryAfter

    /// Whose requests are counted together; default `client`.
    package enum Key: Hashable, Sendable {
        case rule
        case client
        case connection
        /// The value of a header field, its name in lower case.
        case header([UInt8])
    }

    /// Which fields tell the client how much is left, on every answer.
    package enum HeaderStyle: String, Hashable, Sendable {
        /// `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers); the default.
        case ietf
        /// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, the last in seconds.
        case x
        case none
    }

    /// The form of Retry-After (RFC 9110, 10.2.3) on a refusal.
    package enum RetryAfter: String, Hashable, Sendable {
        /// The default.
        case seconds
        case date
        case none
    }

    package init(
        quota: UInt64,
        interval: Duration,
        key: Key,
        headers: HeaderStyle,
        retryAfter: RetryAfter
    ) {
        self.quota = quota
        self.interval = interval
        self.key = key
        self.headers = headers
        self.retryAfter = retryAfter
    }
}

/// Answers from the last good response to the same request.
///
/// Good is 200 to 299 to a GET. While the rule is loaded its matches are remembered, also while it
/// is disabled; where nothing is remembered, or only what is too old, the request is forwarded.
package struct Stale: Hashable, Sendable {
    /// What is older is not used; `nil`: any age.
    package var maxAge: Duration?
    /// Adds Age (RFC 9111, 5.1) and X-Cache-Age, both in seconds; default true.
    package var headers: Bool

    package init(maxAge: Duration?, headers: Bool) {
        self.maxAge = maxAge
        self.headers = headers
    }
}

/// Loses a message that the sender believes delivered.
package struct Swallow: Hashable, Sendable {
    package var what: Message
    /// What becomes of the connection then; default `hang`.
    package var then: Truncate.Ending

    package enum Message: String, Hashable, Sendable {
        /// Never forwarded, never answered.
        case request
        /// Forwarded and answered; the answer is dropped.
        case response
    }

    package init(_ what: Message, then: Truncate.Ending) {
        self.what = what
        self.then = then
    }
}

/// Forwards the request so many times; the client sees the first answer.
package struct Repeat: Hashable, Sendable {
    /// 2 to ``maximumTimes``.
    package var times: Int

    package static let maximumTimes = 100

    package init(times: Int) { self.times = times }
}
