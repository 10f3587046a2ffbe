// SPDX-License-Identifier: Apache-2.0

/// When a rule applies: every key that is given must hold.
package struct Matcher: Hashable, Sendable {
    package var proxy: ProxySelector
    /// Any of these blocks; empty: every client.
    package var clients: [AddressBlock]
    /// Any of these ordinals; empty: every connection.
    package var connections: [OrdinalSet]
    /// Any of these; empty: every request.
    package var requests: [RequestPattern]
    package var host: ValuePattern?
    package var headers: [NamedPattern]
    package var query: [NamedPattern]
    package var cookies: [NamedPattern]
    /// All of these, in the first `limits.body-limit` bytes of the request's content.
    package var bodies: [BodyPattern]
    /// The upstream's answer; `nil`: any, and the rule acts from the request on.
    package var response: ResponsePattern?
    /// Bytes of a stream; `nil`: any, and the rule acts from the stream's beginning.
    package var bytes: BytesPattern?
    package var cohort: Cohort?

    package static let everything = Matcher(
        proxy: .all,
        clients: [],
        connections: [],
        requests: [],
        host: nil,
        headers: [],
        query: []
    )

    package init(
        proxy: ProxySelector,
        clients: [AddressBlock],
        connections: [OrdinalSet],
        requests: [RequestPattern],
        host: ValuePattern?,
        headers: [NamedPattern],
        query: [NamedPattern],
        cookies: [NamedPattern] = [],
        bodies: [BodyPattern] = [],
        response: ResponsePattern? = nil,
        bytes: BytesPattern? = nil,
        cohort: Cohort? = nil
    ) {
        self.proxy = proxy
        self.clients = clients
        self.connections = connections
        self.requests = requests
        self.host = host
        self.headers = headers
        self.query = query
        self.cookies = cookies
        self.bodies = bodies
        self.response = response
        self.bytes = bytes
        self.cohort = cohort
    }

    /// Whether some key can only be answered by a request.
    package var needsRequest: Bool {
        !requests.isEmpty || asksBesideRequests || !bodies.isEmpty || response != nil
    }

    /// A header field, query parameter or cookie, and what its value has to look like.
    package struct NamedPattern: Hashable, Sendable {
        /// Header names in lower case: they compare without case (RFC 9110, 5.1).
        package let name: [UInt8]
        package let value: ValuePattern

        package init(name: String, value: ValuePattern) {
            self.name = Array(name.utf8)
            self.value = value
        }
    }
}

/// Which proxies a rule is for.
package enum ProxySelector: Hashable, Sendable {
    case all
    case any([Term])

    package enum Term: Hashable, Sendable {
        /// A name, or a glob of names.
        case name(TextPattern)
        case tag(String)
    }

    package func selects(name: String, tags: [String]) -> Bool {
        switch self {
        case .all: true
        case .any(let terms):
            terms.contains { term in
                switch term {
                case .name(let pattern): pattern.matches(name)
                case .tag(let tag): tags.contains(tag)
                }
            }
        }
    }
}

/// Which connections of a proxy are meant, by their ordinal, from 1.
package enum OrdinalSet: Hashable, Sendable {
    case range(ClosedRange<UInt64>)
    case odd
    case even

    package func contains(_ ordinal: UInt64) -> Bool {
        switch self {
        case .range(let range): range.contains(ordinal)
        case .odd: !ordinal.isMultiple(of: 2)
        case .even: ordinal.isMultiple(of: 2)
        }
    }
}
