// SPDX-License-Identifier: Apache-2.0

/// Whether one key of a rule's `when` holds in one situation, and what there was.
package struct KeyCheck: Hashable, Sendable {
    /// Where the key stands in `when`: `["request"]`, `["headers", "x-user"]`.
    package let key: [String]
    package let answer: Answer
    /// `nil` when there was nothing of the kind, or it is not known.
    package let was: String?
    /// Of a key that fails: how near it came, `0..<1`.
    package let nearness: Double

    package enum Answer: String, Sendable {
        case holds
        case fails
        /// What it asks for is not known of the situation.
        case unknown
    }

    init(_ key: [String], _ answer: Answer, was: String?, nearness: Double = 0) {
        self.key = key
        self.answer = answer
        self.was = was
        self.nearness = nearness
    }

    init(_ key: String, holds: Bool, was: String?) {
        self.init([key], holds ? .holds : .fails, was: was)
    }

    static func unknown(_ key: [String]) -> KeyCheck { KeyCheck(key, .unknown, was: nil) }
}

extension Matcher {
    /// Asks every key that is given, in the order in which they are decided.
    ///
    /// Each key is asked alone, by the same code that decides on the data path.
    package func checks(in situation: Situation, seed: UInt64) -> [KeyCheck] {
        var checks: [KeyCheck] = []
        if proxy != .all { checks.append(proxyCheck(situation)) }
        if !clients.isEmpty { checks.append(clientCheck(situation)) }
        if !connections.isEmpty { checks.append(connectionCheck(situation)) }
        if let cohort { checks.append(cohort.check(situation, seed: seed)) }
        checks += headChecks(situation)
        checks += bodies.map { $0.check(situation) }
        if let response { checks.append(response.check(situation)) }
        if bytes != nil { checks.append(bytesCheck(situation)) }
        return checks
    }

    private func proxyCheck(_ situation: Situation) -> KeyCheck {
        let holds = proxy.selects(name: situation.proxy, tags: situation.tags)
        let tags = situation.tags.map { " tag:\($0)" }.joined()
        return KeyCheck("proxy", holds: holds, was: situation.proxy + tags)
    }

    private func clientCheck(_ situation: Situation) -> KeyCheck {
        guard let client = situation.client else { return .unknown(["client"]) }
        var alone = Matcher.everything
        alone.clients = clients
        let holds = alone.holds(for: ConnectionFacts(ordinal: 1, client: client.address))
        return KeyCheck("client", holds: holds, was: client.text)
    }

    private func connectionCheck(_ situation: Situation) -> KeyCheck {
        guard let ordinal = situation.connection else { return .unknown(["connection"]) }
        let holds = connections.contains { $0.contains(ordinal) }
        return KeyCheck("connection", holds: holds, was: String(ordinal))
    }

    /// Bytes are asked of streams; those of a stream are not kept.
    private func bytesCheck(_ situation: Situation) -> KeyCheck {
        guard situation.request != nil else { return .unknown(["bytes"]) }
        return KeyCheck("bytes", holds: false, was: "an exchange, not a stream")
    }
}

extension Cohort {
    fileprivate func check(_ situation: Situation, seed: UInt64) -> KeyCheck {
        switch key {
        case .client:
            guard let client = situation.client else { return .unknown(["cohort"]) }
            let facts = ConnectionFacts(ordinal: 1, client: client.address)
            let holds = includes(facts, of: situation.proxy, seed: seed)
            return KeyCheck("cohort", holds: holds, was: client.text)
        case .connection:
            guard let ordinal = situation.connection else { return .unknown(["cohort"]) }
            let facts = ConnectionFacts(ordinal: ordinal, client: nil)
            let holds = includes(facts, of: situation.proxy, seed: seed)
            return KeyCheck("cohort", holds: holds, was: String(ordinal))
        case .header(let name):
            guard let request = situation.request else { return .onStream(["cohort"]) }
            let head = request.head.span
            guard let field = request.facts.firstField(name, in: head) else {
                return request.isCut
                    ? .unknown(["cohort"]) : KeyCheck("cohort", holds: false, was: nil)
            }
            let holds = includes(value: head.bytes(field), seed: seed)
            return KeyCheck("cohort", holds: holds, was: situation.header(name))
        }
    }
}

extension KeyCheck {
    /// A key about requests, where there are none.
    static func onStream(_ key: [String]) -> KeyCheck {
        KeyCheck(key, .fails, was: "a stream, without requests")
    }
}

extension BodyPattern {
    fileprivate func check(_ situation: Situation) -> KeyCheck {
        guard let request = situation.request else { return .onStream(key) }
        guard let content = request.content else { return .unknown(key) }
        let was = situation.body(self)
        if holds(for: content) { return KeyCheck(key, .holds, was: was) }
        return KeyCheck(key, .fails, was: was, nearness: was == nil ? 0 : 0.5)
    }

    /// `body/text`, or `body` and a JSON Pointer.
    private var key: [String] {
        guard case .value(let pointer, _) = self else { return ["body", "text"] }
        return ["body", pointer.map(Self.escaped).joined()]
    }

    /// One step of a JSON Pointer (RFC 6901, section 3), with its slash.
    private static func escaped(_ step: String) -> String {
        step.reduce(into: "/") { text, character in
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.append(character)
            }
        }
    }
}

extension ResponsePattern {
    /// Of an answer that came no more than its status is kept.
    fileprivate func check(_ situation: Situation) -> KeyCheck {
        guard situation.request != nil else { return .onStream(["response"]) }
        guard let status = situation.status else { return .unknown(["response"]) }
        let isMeant = statuses.isEmpty || statuses.contains { $0.contains(status) }
        if isMeant, !headers.isEmpty || !bodies.isEmpty { return .unknown(["response"]) }
        return KeyCheck("response", holds: isMeant, was: "status \(status)")
    }
}
