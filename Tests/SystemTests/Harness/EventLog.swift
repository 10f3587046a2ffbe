// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One line of the event log, as far as tests look at it.
struct Event: Decodable, Sendable {
    var seq: UInt64
    var kind: String
    var rule: String?
    var fault: String?
    var target: String?
    var status: Int?
    var outcome: String?
    var unit: UInt64?
    var conn: UInt64?
    var ordinal: UInt64?
    var event: String?
    var code: String?
    var message: String?
    var delay: Int64?
    var t: Int64
    var change: String?
    var subject: String?
    var generation: UInt64?
    var name: String?
    var responseBytes: UInt64?
}

extension Proxy {
    /// How often a look at the proxy is repeated until it shows what is waited for.
    static let looks = 400

    func events() async throws -> [Event] {
        let text = try await control("events", "--since", "0", "--output", "json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try text.split(separator: "\n").map {
            try decoder.decode(Event.self, from: Data($0.utf8))
        }
    }

    /// The event log, as soon as it passes: it is written after what it tells of.
    @discardableResult
    func events(until passes: ([Event]) -> Bool) async throws -> [Event] {
        var seen: [Event] = []
        for _ in 0..<Self.looks {
            seen = try await events()
            if passes(seen) { return seen }
        }
        throw Trouble("the event log does not tell of it: \(seen)")
    }

    /// Looks until two looks show the same, and it passes: what moved has come to rest.
    func settled<Value: Equatable>(
        atMost looks: Int = Proxy.looks,
        isolation: isolated (any Actor)? = #isolation,
        _ look: () async throws -> Value,
        where passes: (Value) -> Bool = { _ in true }
    ) async throws -> Value {
        var last = try await look()
        var same = 0
        for _ in 0..<looks {
            let value = try await look()
            same = value == last && passes(value) ? same + 1 : 0
            if same >= 5 { return value }
            last = value
        }
        throw Trouble("it does not come to rest: \(last)")
    }

    /// The most memory that the process ever held, in bytes; Linux alone tells.
    func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { throw Trouble("/proc/\(process.pid)/status has no VmHWM") }
        return kibibytes * 1_024
    }
}
