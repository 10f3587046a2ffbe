// SPDX-License-Identifier: Apache-2.0

/// One unit as far as it is known: what a rule is explained for.
///
/// A request that was only thought of has no connection, and one that happened has left its head
/// and not its body: what is `nil` here is not known, and a key that asks for it stays open.
package struct Situation: Sendable {
    package var proxy: String
    package var tags: [String]
    package var client: Client?
    /// The connection's ordinal on its proxy, from 1.
    package var connection: UInt64?
    /// The exchange's ordinal on its connection, from 0.
    package var unit: UInt64?
    /// `nil` on a proxy that reads no requests.
    package var request: Request?
    /// The status of the upstream's answer; `nil`: not known.
    package var status: UInt16?

    package struct Client: Hashable, Sendable {
        /// `nil` on a Unix socket.
        package let address: IPAddress?
        /// As it is shown.
        package let text: String

        package init(address: IPAddress?, text: String) {
            self.address = address
            self.text = text
        }
    }

    package struct Request: Sendable {
        package var facts: RequestFacts
        /// The bytes that the facts point into.
        package var head: [UInt8]
        /// Whether fields are missing, because the head was cut when it was kept.
        package var isCut: Bool
        /// `nil`: not known.
        package var content: ContentFacts?

        package init(
            facts: RequestFacts,
            head: [UInt8],
            isCut: Bool = false,
            content: ContentFacts? = nil
        ) {
            self.facts = facts
            self.head = head
            self.isCut = isCut
            self.content = content
        }
    }

    package init(
        proxy: String,
        tags: [String],
        client: Client?,
        connection: UInt64?,
        unit: UInt64?,
        request: Request?,
        status: UInt16? = nil
    ) {
        self.proxy = proxy
        self.tags = tags
        self.client = client
        self.connection = connection
        self.unit = unit
        self.request = request
        self.status = status
    }
}

extension Situation {
    /// Whose counters a limit means here; `nil` where that is not known, or not kept for all.
    func scope(_ scope: Limit.Scope) -> TallyScope? {
        switch scope {
        case .rule: return .rule
        case .connection: return nil
        case .client: return client.map { .client($0.address) }
        case .header(let name):
            guard let request, !request.isCut else { return nil }
            let head = request.head.span
            guard let field = request.facts.firstField(name, in: head) else { return .value([]) }
            return .value(Array(head.bytes(field).prefix(TallyScope.maximumValueLength)))
        }
    }
}

// What there was, for a person to read.
extension Situation {
    /// Of what is told of a value, in characters.
    package static let maximumShown = 200

    /// `METHOD /path`.
    var requestLine: String? {
        guard let request else { return nil }
        let head = request.head.span
        return shown([head.text(request.facts.method), head.text(request.facts.path)], " ")
    }

    var host: String? {
        guard let request else { return nil }
        let head = request.head.span
        return request.facts.host(in: head).map { shown([head.text($0)]) }
    }

    /// The values of all fields of this name, in order; `nil` when there is none.
    ///
    /// - Parameter name: in lower case.
    func header(_ name: [UInt8]) -> String? {
        guard let request else { return nil }
        let head = request.head.span
        var values: [String] = []
        for field in request.facts.fields where head.equalsIgnoringCase(field.name, name) {
            values.append(head.text(field.value))
        }
        return values.isEmpty ? nil : shown(values)
    }

    /// The values of all query parameters of this name, decoded; `nil` when there is none.
    func parameter(_ name: [UInt8]) -> String? {
        guard let request, let query = request.facts.query else { return nil }
        var values: [String] = []
        for pair in request.head[query].split(separator: ASCII.ampersand) {
            let words = pair.split(
                separator: ASCII.equals,
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard Self.formDecoded(words[0]) == name else { continue }
            let value = words.count > 1 ? Self.formDecoded(words[1]) : []
            values.append(String(decoding: value, as: UTF8.self))
        }
        return values.isEmpty ? nil : shown(values)
    }

    /// The values of all cookies of this name, as they came; `nil` when there is none.
    func cookie(_ name: [UInt8]) -> String? {
        guard let request else { return nil }
        let head = request.head.span
        var values: [String] = []
        for field in request.facts.fields where head.equalsIgnoringCase(field.name, Self.cookie) {
            for pair in request.head[field.value].split(separator: ASCII.semicolon) {
                guard let equals = pair.firstIndex(of: ASCII.equals),
                    head.equals(head.trimmed(pair.startIndex..<equals), name)
                else { continue }
                values.append(head.text(head.trimmed(equals + 1..<pair.endIndex)))
            }
        }
        return values.isEmpty ? nil : shown(values)
    }

    private static let cookie = Array("cookie".utf8)

    /// What the content has at the place that the pattern asks about.
    func body(_ pattern: BodyPattern) -> String? {
        guard let content = request?.content else { return nil }
        switch pattern {
        case .text: return shown([String(decoding: content.bytes, as: UTF8.self)])
        case .value(let pointer, _):
            return content.json?.value(at: pointer).map { shown([$0.comparedText]) }
        }
    }

    private static func formDecoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(text)
        return PercentDecoding.decoded(bytes.span, in: 0..<bytes.count, plusIsSpace: true)
    }

    private func shown(_ values: [String], _ separator: String = ", ") -> String {
        let text = values.joined(separator: separator)
        return text.count > Self.maximumShown ? text.prefix(Self.maximumShown) + "..." : text
    }
}

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 is replaced.
    fileprivate func text(_ range: Range<Int>) -> String {
        String(decoding: bytes(range), as: UTF8.self)
    }
}
