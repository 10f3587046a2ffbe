// SPDX-License-Identifier: Apache-2.0
import TestSupport

/// Changes of rules in random order; none of them ends a connection or changes an answer.
struct StormOfChanges: Sendable {
    /// Rules that there may be at once.
    static let ids = 40
    /// What a change may be answered with: done, or there is none, or there is one already.
    static let expected: Set = [200, 201, 404, 409]

    private var numbers: SeededNumbers

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func next() -> (method: String, path: String, body: String?) {
        let id = "storm\(pick(Self.ids))"
        switch pick(100) {
        case 0..<30: return ("POST", "/v1/rules", rule(id))
        case 30..<45: return ("POST", "/v1/rules/\(id)/enable", nil)
        case 45..<60: return ("POST", "/v1/rules/\(id)/disable", nil)
        case 60..<75: return ("PATCH", "/v1/rules/\(id)", #"{"then":[\#(fault())]}"#)
        case 75..<80: return ("POST", "/v1/rules/\(id)/reset-counters", nil)
        case 80..<99: return ("DELETE", "/v1/rules/\(id)", nil)
        default: return ("POST", "/v1/reset", nil)
        }
    }

    private mutating func rule(_ id: String) -> String {
        let when = pick(3) == 0 ? #""when":{"request":"GET /c\#(pick(10))/**"},"# : ""
        return #"{"id":"\#(id)",\#(when)"limit":\#(limit()),"then":[\#(fault())]}"#
    }

    private mutating func limit() -> String {
        switch pick(4) {
        case 0: #"{"probability":"\#(1 + pick(20))%"}"#
        case 1: #"{"times":\#(1 + pick(50)),"per":"client"}"#
        case 2: #"{"every":\#(2 + pick(20)),"per":"connection"}"#
        default: #"{"probability":"10%","for":"\#(20 + pick(400))ms"}"#
        }
    }

    private mutating func fault() -> String {
        switch pick(6) {
        case 0: #""hang""#
        case 1: #"{"bandwidth":"\#(20 + pick(500))KB/s"}"#
        case 2: #"{"delay":{"time":"\#(1 + pick(20))ms","toward":"both"}}"#
        default: #"{"delay":"uniform(1ms, \#(5 + pick(40))ms)"}"#
        }
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &numbers) }
}
