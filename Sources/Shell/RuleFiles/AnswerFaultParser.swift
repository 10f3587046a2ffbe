// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads the faults of exchanges that need no content: `malform`, `swallow`, `repeat`, `rate-limit`,
/// `stale`.
enum AnswerFaultParser {
    static let swallowKeys = ["message", "then"]
    static let rateLimitKeys = ["quota", "per", "key", "headers", "retry-after"]
    static let staleKeys = ["max-age", "headers"]
    private static let times = Duration.milliseconds(1)...Quantity.maximumDuration

    static func malform(_ item: Item) -> Malformation? {
        let words = Malformation.allCases.map(\.rawValue)
        if let text = item.text, let malformation = Malformation(rawValue: text) {
            return malformation
        }
        item.badValue(
            "\(item.quoted) is no fault of framing",
            hint: item.text.flatMap { NearestWord.hint($0, among: words) }
                ?? "known are \(words.joined(separator: ", "))"
        )
        return nil
    }

    static func swallow(_ item: Item) -> Swallow? {
        guard item.isObject else { return message(item).map { Swallow($0, then: .hang) } }
        guard let fields = item.fields("`swallow`", known: swallowKeys) else { return nil }
        let message = fields.required("message", hint: "request or response").flatMap(message)
        let then = fields["then"].map { $0.word(EndingParser.endings) } ?? .hang
        guard let message, let then else { return nil }
        return Swallow(message, then: then)
    }

    private static func message(_ item: Item) -> Swallow.Message? {
        item.word(["request": .request, "response": .response])
    }

    static func readRepeat(_ item: Item) -> Repeat? {
        item.integer(2...Repeat.maximumTimes).map { Repeat(times: $0) }
    }

    static func rateLimit(_ item: Item) -> RateLimit? {
        guard let fields = item.fields("`rate-limit`", known: rateLimitKeys) else { return nil }
        let quota: UInt64? = fields.required("quota", hint: "such as quota: 100")?
            .integer(1...UInt64(UInt32.max))
        let interval = fields.required("per", hint: "such as per: 60s")
            .flatMap { $0.duration(.seconds(1)...Quantity.maximumDuration) }
        let key = fields["key"].map(rateLimitKey) ?? .client
        let headers: RateLimit.HeaderStyle? =
            fields["headers"].map { $0.word(["ietf": .ietf, "x": .x, "none": .none]) } ?? .ietf
        let retry: RateLimit.RetryAfter? =
            fields["retry-after"].map {
                $0.word(["seconds": .seconds, "date": .date, "none": .none])
            } ?? .seconds
        guard let quota, let interval, let key, let headers, let retry else { return nil }
        return RateLimit(
            quota: quota,
            interval: interval,
            key: key,
            headers: headers,
            retryAfter: retry
        )
    }

    private static func rateLimitKey(_ item: Item) -> RateLimit.Key? {
        if let header = HeaderKey.read(item) { return header.name.map { .header($0) } }
        return item.word(
            ["rule": .rule, "client": .client, "connection": .connection],
            and: HeaderKey.form
        )
    }

    static func stale(_ item: Item) -> Stale? {
        if item.node.isNull { return Stale(maxAge: nil, headers: true) }
        guard item.isObject else {
            return item.duration(times).map { Stale(maxAge: $0, headers: true) }
        }
        guard let fields = item.fields("`stale`", known: staleKeys) else { return nil }
        let maxAge = fields["max-age"].map { $0.duration(times) }
        let headers = fields["headers"].map { $0.bool() } ?? true
        guard maxAge != .some(nil), let headers else { return nil }
        return Stale(maxAge: maxAge ?? nil, headers: headers)
    }
}
