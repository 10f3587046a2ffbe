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
        if !fields.isEmpty { fields.removeAll(keepingCapacity: true) }
    }
}

extension RequestFacts {
    /// Where the value of the first field of the name stands; `nil` without one.
    package func firstField(_ name: [UInt8], in head: borrowing Span<UInt8>) -> Range<Int>? {
        for field in fields where head.equalsIgnoringCase(field.name, name) { return field.value }
        return nil
    }

    func isGet(in head: borrowing Span<UInt8>) -> Bool { head.equals(method, Self.get) }

    private static let get = Array("GET".utf8)

    /// Fields that commonly select another answer to the same target.
    private static let selectingFields = ["authorization", "accept-encoding", "accept", "range"]
        .map { Array($0.utf8) }

    /// What names the request to a `stale` rule: its host, its target, and what selects the answer.
    package func answerKey(in head: borrowing Span<UInt8>) -> [UInt8] {
        var key = host(in: head).map { head.bytes($0) } ?? []
        key.append(ASCII.space)
        key += head.bytes(path.lowerBound..<max(path.upperBound, query?.upperBound ?? 0))
        for name in Self.selectingFields {
            key.append(ASCII.lineFeed)
            if let value = firstField(name, in: head) { key += head.bytes(value) }
        }
        return key
    }
}

/// Where the things that rules ask about stand in a response's head.
package struct ResponseFacts: Equatable, Sendable {
    package var status: UInt16
    package var fields: [RequestFacts.Field]

    package init(status: UInt16, fields: [RequestFacts.Field]) {
        self.status = status
        self.fields = fields
    }
}

extension Span<UInt8> {
    package func bytes(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// The range without optional white space at its ends (RFC 9110, 5.6.3).
    package func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, self[lower] == ASCII.space || self[lower] == ASCII.tab { lower += 1 }
        while lower < upper, self[upper - 1] == ASCII.space || self[upper - 1] == ASCII.tab {
            upper -= 1
        }
        return lower..<upper
    }

    /// The range without one pair of double quotes around it.
    func unquoted(_ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, self[range.lowerBound] == ASCII.quote,
            self[range.upperBound - 1] == ASCII.quote
        else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }

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
