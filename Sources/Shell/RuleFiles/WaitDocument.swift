// SPDX-License-Identifier: Apache-2.0

/// What POST `/v1/wait` is sent: a condition, and how long to wait for it.
package struct WaitDocument: Hashable, Sendable {
    package var condition: Condition
    /// From ``timeouts``; default ``defaultTimeout``.
    package var timeout: Duration

    package static let timeouts = Duration.milliseconds(1)...Duration.seconds(600)
    package static let defaultTimeout = Duration.seconds(30)

    package enum Condition: Hashable, Sendable {
        /// The rule fired at least so often.
        case fired(rule: String, atLeast: UInt64)
        /// The rule matched at least so often.
        case matched(rule: String, atLeast: UInt64)
        /// The proxy has exactly so many live connections.
        case connections(proxy: String, exactly: UInt64)
        /// This generation, or a newer one, is in force.
        case generation(UInt64)
        /// No connection began or ended, no exchange ended and no fault fired for so long.
        case idle(Duration)
        /// The first configuration is in force.
        case ready
    }

    package init(condition: Condition, timeout: Duration) {
        self.condition = condition
        self.timeout = timeout
    }

    package init(json: [UInt8]) throws(InvalidConfiguration) {
        self = try JSONReader.read(json).part(of: "wait", else: "this is no wait", Self.read)
    }

    private static func read(_ item: Item) -> WaitDocument? {
        guard let fields = item.fields("a wait", known: ["for", "timeout"]) else { return nil }
        let sample = "such as {\"for\": {\"rule\": \"agents.503\", \"fired\": 3}}"
        let condition = fields.required("for", hint: sample).flatMap(readCondition)
        let timeout = fields["timeout"].map { $0.duration(timeouts) } ?? defaultTimeout
        guard let condition, let timeout else { return nil }
        return WaitDocument(condition: condition, timeout: timeout)
    }

    private static let subjects = ["rule", "proxy", "generation", "idle", "ready"]

    private static func readCondition(_ item: Item) -> Condition? {
        let known = subjects + ["fired", "matched", "connections"]
        guard let fields = item.fields("a condition", known: known) else { return nil }
        let given = subjects.filter { fields[$0] != nil }
        guard given.count == 1, let subject = fields[given[0]] else {
            item.badValue(
                "a condition is about one of \(subjects.joined(separator: ", "))",
                hint: given.isEmpty ? "name one" : "wait for one after the other"
            )
            return nil
        }
        switch given[0] {
        case "rule": return readRule(subject, fields)
        case "proxy": return readProxy(subject, fields)
        default:
            guard allow([], fields) else { return nil }
            return readWhole(given[0], subject)
        }
    }

    private static func readWhole(_ word: String, _ subject: Item) -> Condition? {
        switch word {
        case "generation": return subject.integer(0...UInt64.max).map { .generation($0) }
        case "idle": return subject.duration(timeouts).map { .idle($0) }
        default:
            guard let value = subject.bool() else { return nil }
            if value { return .ready }
            subject.badValue("only ready: true can be waited for")
            return nil
        }
    }

    private static func readRule(_ subject: Item, _ fields: Fields) -> Condition? {
        guard allow(["fired", "matched"], fields), let rule = subject.string("a rule's id") else {
            return nil
        }
        switch (fields["fired"], fields["matched"]) {
        case (let count?, nil):
            return count.integer(0...UInt64.max).map { .fired(rule: rule, atLeast: $0) }
        case (nil, let count?):
            return count.integer(0...UInt64.max).map { .matched(rule: rule, atLeast: $0) }
        default:
            fields.item.badValue("a rule is waited for with either `fired` or `matched`")
            return nil
        }
    }

    private static func readProxy(_ subject: Item, _ fields: Fields) -> Condition? {
        guard allow(["connections"], fields), let proxy = subject.string("a proxy's name"),
            let count = fields.required("connections", hint: "0 waits until none is left")
        else { return nil }
        return count.integer(0...UInt64.max).map { .connections(proxy: proxy, exactly: $0) }
    }

    /// Whether of the keys that count something only these are there.
    private static func allow(_ keys: [String], _ fields: Fields) -> Bool {
        for key in ["fired", "matched", "connections"] where !keys.contains(key) {
            guard let stray = fields[key] else { continue }
            stray.badValue("`\(key)` says nothing about this")
            return false
        }
        return true
    }
}
