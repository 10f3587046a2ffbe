// SPDX-License-Identifier: Apache-2.0

extension Matcher {
    /// Whether some key is about the connection.
    var asksAboutConnection: Bool { !connections.isEmpty || !clients.isEmpty || cohort != nil }

    /// Whether the keys about the connection hold.
    func holds(for connection: ConnectionFacts) -> Bool {
        if !connections.isEmpty, !connections.contains(where: { $0.contains(connection.ordinal) }) {
            return false
        }
        guard !clients.isEmpty else { return true }
        guard let client = connection.client else { return false }
        return clients.contains { $0.contains(client) }
    }

    /// Whether some key is about the request, besides `request` itself.
    var asksBesideRequests: Bool {
        host != nil || !headers.isEmpty || !query.isEmpty || !cookies.isEmpty
            || cohort?.key.isHeader == true
    }

    /// Whether the keys about the request hold, besides `request` itself.
    func holdsBesideRequests(
        for request: RequestFacts,
        in head: borrowing Span<UInt8>,
        seed: UInt64
    ) -> Bool {
        if let host {
            guard host.holds(for: request.host(in: head), in: head) else { return false }
        }
        for header in headers where !holds(header: header, for: request, in: head) { return false }
        for parameter in query where !holds(parameter: parameter, for: request, in: head) {
            return false
        }
        for cookie in cookies where !holds(cookie: cookie, for: request, in: head) { return false }
        if let cohort, case .header(let name) = cohort.key {
            guard let field = request.firstField(name, in: head) else { return false }
            return cohort.includes(value: head.bytes(field), seed: seed)
        }
        return true
    }

    /// A repeated field holds when one of its lines does; `absent` when there is none.
    private func holds(
        header: NamedPattern,
        for request: RequestFacts,
        in head: borrowing Span<UInt8>
    ) -> Bool {
        header.holds(in: request.fields, of: head)
    }

    /// Cookies are `name=value` between `;` (RFC 6265, 4.2.1); values compare as they came, without
    /// the quotes that may stand around them.
    private func holds(
        cookie: NamedPattern,
        for request: RequestFacts,
        in head: borrowing Span<UInt8>
    ) -> Bool {
        var isPresent = false
        for field in request.fields where head.equalsIgnoringCase(field.name, Self.cookieName) {
            var start = field.value.lowerBound
            while start < field.value.upperBound {
                var end = start
                var equals: Int?
                while end < field.value.upperBound, head[end] != ASCII.semicolon {
                    if equals == nil, head[end] == ASCII.equals { equals = end }
                    end += 1
                }
                if let equals, head.equals(head.trimmed(start..<equals), cookie.name) {
                    isPresent = true
                    let value = head.unquoted(head.trimmed(equals + 1..<end))
                    if cookie.value.holds(for: value, in: head) { return true }
                }
                start = end + 1
            }
        }
        return !isPresent && cookie.value.holds(for: nil, in: head)
    }

    private static let cookieName = Array("cookie".utf8)

    /// Parameters are `name=value` between `&`, decoded with `+` as a space
    /// (application/x-www-form-urlencoded, WHATWG URL, section 5.1).
    private func holds(
        parameter: NamedPattern,
        for request: RequestFacts,
        in head: borrowing Span<UInt8>
    ) -> Bool {
        var isPresent = false
        if let query = request.query {
            var start = query.lowerBound
            while start < query.upperBound {
                var end = start
                var equals: Int?
                while end < query.upperBound, head[end] != ASCII.ampersand {
                    if equals == nil, head[end] == ASCII.equals { equals = end }
                    end += 1
                }
                let name = Self.formDecoded(head, start..<(equals ?? end))
                if name == parameter.name {
                    isPresent = true
                    let value = equals.map { Self.formDecoded(head, ($0 + 1)..<end) } ?? []
                    if parameter.value.holds(for: 0..<value.count, in: value.span) { return true }
                }
                start = end + 1
            }
        }
        return !isPresent && parameter.value.holds(for: nil, in: head)
    }

    private static func formDecoded(
        _ head: borrowing Span<UInt8>,
        _ range: Range<Int>
    ) -> [UInt8] {
        PercentDecoding.decoded(head, in: range, plusIsSpace: true)
    }
}

extension Matcher.NamedPattern {
    /// A repeated field holds when one of its lines does; `absent` when there is none.
    func holds(in fields: [RequestFacts.Field], of head: borrowing Span<UInt8>) -> Bool {
        var isPresent = false
        for field in fields where head.equalsIgnoringCase(field.name, name) {
            isPresent = true
            if value.holds(for: field.value, in: head) { return true }
        }
        return !isPresent && value.holds(for: nil, in: head)
    }
}

extension ResponsePattern {
    /// Whether the keys about the head hold.
    func holds(for response: ResponseFacts, in head: borrowing Span<UInt8>) -> Bool {
        if !statuses.isEmpty, !statuses.contains(where: { $0.contains(response.status) }) {
            return false
        }
        for header in headers where !header.holds(in: response.fields, of: head) { return false }
        return true
    }
}

extension ValuePattern {
    /// - Parameter range: where the value stands; `nil` when there is none.
    func holds(for range: Range<Int>?, in text: borrowing Span<UInt8>) -> Bool {
        switch self {
        case .present: return range != nil
        case .absent: return range == nil
        case .text(let pattern):
            guard let range else { return false }
            return pattern.matches(text, in: range)
        case .expression(let expression):
            guard let range else { return false }
            return expression.matches(text, in: range)
        case .any(let patterns):
            for pattern in patterns where pattern.holds(for: range, in: text) { return true }
            return false
        }
    }
}

extension RequestPattern {
    func matches(
        _ request: RequestFacts,
        in head: borrowing Span<UInt8>,
        _ scratch: MatchScratch
    ) -> Bool {
        if let method, !head.equals(request.method, method) { return false }
        let count = scratch.segments.count
        guard matchesRest ? count >= segments.count : count == segments.count else { return false }
        for (position, segment) in segments.enumerated() {
            let range = scratch.segments[position]
            switch segment {
            case .any: continue
            case .literal(let bytes):
                if head.equals(range, bytes) { continue }
                guard PercentDecoding.decoded(head, in: range) == bytes else { return false }
            case .glob(let pattern):
                let decoded = PercentDecoding.decoded(head, in: range)
                guard pattern.matches(decoded.span, in: 0..<decoded.count) else { return false }
            }
        }
        return true
    }
}

extension [RequestPattern] {
    /// Whether one of them matches, or there is none.
    func mean(
        _ request: RequestFacts,
        in head: borrowing Span<UInt8>,
        _ segments: MatchScratch
    ) -> Bool {
        guard !isEmpty else { return true }
        for pattern in self where pattern.matches(request, in: head, segments) { return true }
        return false
    }
}
