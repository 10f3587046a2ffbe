// SPDX-License-Identifier: Apache-2.0

/// What is known of a connection when it is accepted.
package struct ConnectionFacts: Hashable, Sendable {
    /// From 1, in the order in which this proxy accepted them.
    package var ordinal: UInt64
    /// `nil` for a client on a Unix socket.
    package var client: IPAddress?

    package init(ordinal: UInt64, client: IPAddress?) {
        self.ordinal = ordinal
        self.client = client
    }
}

/// Where the things that rules ask about stand in a request's head.
///
/// The head's bytes stay where they are; this only points into them.
package struct RequestFacts: Equatable, Sendable {
    package var method: Range<Int>
    /// The path of the target, without query and, for an absolute target, without the authority.
    package var path: Range<Int>
    /// What follows the `?`; `nil` without one.
    package var query: Range<Int>?
    /// The authority of an absolute target, which overrides Host (RFC 9112, 3.2.2).
    package var authority: Range<Int>?
    package var fields: [Field]

    package struct Field: Equatable, Sendable {
        package var name: Range<Int>
        package var value: Range<Int>

        package init(name: Range<Int>, value: Range<Int>) {
            self.name = name
            self.value = value
        }
    }

    package init() {
        method = 0..<0
        path = 0..<0
        fields = []
    }

    /// Empties the facts and keeps their storage for the next request.
    package mutating func reset() {
        method = 0..<0
        path = 0..<0
        query = nil
        authority = nil
        fields.removeAll(keepingCapacity: true)
    }
}

extension Span<UInt8> {
    /// Whether the bytes in `range` are `name`, without regard to the case of ASCII letters.
    ///
    /// - Parameter name: in lower case.
    package func equalsIgnoringCase(_ range: Range<Int>, _ name: [UInt8]) -> Bool {
        guard range.count == name.count else { return false }
        for offset in 0..<name.count
        where ASCII.lowercased(self[range.lowerBound + offset]) != name[offset] {
            return false
        }
        return true
    }

    package func equals(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for offset in 0..<other.count where self[range.lowerBound + offset] != other[offset] {
            return false
        }
        return true
    }
}
