// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import TestSupport

/// Random changes of every kind, and bodies that are none.
struct FuzzAdministrator {
    static let ids = 12

    private var numbers: SeededNumbers
    private var random: RandomRules

    init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
        let setting = RandomRules.Setting(
            proxies: ["web"],
            streams: ["raw"],
            longest: 300,
            matchesOften: true
        )
        random = RandomRules(seed: seed, setting: setting)
    }

    mutating func next() throws -> (method: String, path: String, body: String?) {
        let id = "fuzz\(numbers.below(Self.ids))"
        switch numbers.below(24) {
        case 0...9: return ("POST", "/v1/rules", try text(random.rule(id: id)))
        case 10...13: return ("DELETE", "/v1/rules/\(id)", nil)
        case 14, 15:
            let verb = numbers.pick(["enable", "disable", "reset-counters", "enable?for=200ms"])
            return ("POST", "/v1/rules/\(id)/\(verb)", nil)
        case 16, 17:
            let then = try text(random.rule(id: id)["then"] ?? .null)
            return ("PATCH", "/v1/rules/\(id)", #"{"then":\#(then)}"#)
        case 18:
            let how = numbers.pick(["hang", "reset", "refuse"])
            let proxy = numbers.pick(["web", "raw", "*"])
            return (
                "POST", "/v1/partitions",
                #"{"id":"\#(id)","proxy":"\#(proxy)","how":"\#(how)","for":"150ms"}"#
            )
        case 19: return ("POST", numbers.pick(["/v1/panic", "/v1/unpanic", "/v1/unpanic"]), nil)
        case 20: return ("POST", "/v1/leases", #"{"ttl":"1s"}"#)
        case 21:
            let rule = try text(random.rule(id: id))
            return ("PUT", "/v1/rules", String(rule.prefix(numbers.below(rule.count))))
        case 22: return ("POST", "/v1/rules", try spoiled(random.rule(id: id)))
        default:
            return (
                "GET",
                numbers.pick(["/v1/rules", "/v1/config", "/v1/connections", "/metrics"]),
                nil
            )
        }
    }

    private func text(_ value: DocumentValue) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    private mutating func spoiled(_ rule: DocumentValue) throws -> String {
        var bytes = Array(try text(rule).utf8)
        for _ in 0...numbers.below(3) {
            bytes[numbers.below(bytes.count)] = UInt8.random(in: 0...127, using: &numbers)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
