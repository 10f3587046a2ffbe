// SPDX-License-Identifier: Apache-2.0

/// What the data plane has counted since the run began, and what is so now.
package struct TrafficFigures: Equatable, Sendable {
    package var proxies: [String: ProxyFigures] = [:]
    /// How often each fault of each rule was put on a unit.
    package var faults: [FaultName: UInt64] = [:]
    /// The units on which each rule acts now, by its id.
    package var acting: [String: Int] = [:]
    /// How late what a rule delayed was let go.
    package var delayErrors = Histogram(.lateness)
    /// How late event loops came to what was due.
    package var loopLag = Histogram(.lateness)

    package init() {}

    /// Adds what another event loop has counted.
    package mutating func add(_ other: TrafficFigures) {
        proxies.merge(other.proxies) { $0 + $1 }
        faults.merge(other.faults, uniquingKeysWith: &+)
        acting.merge(other.acting, uniquingKeysWith: +)
        delayErrors.add(other.delayErrors)
        loopLag.add(other.loopLag)
    }
}

/// A fault by the id of its rule and its word.
package struct FaultName: Hashable, Sendable {
    package let rule: String
    package let fault: String

    package init(rule: String, fault: String) {
        self.rule = rule
        self.fault = fault
    }
}

/// The figures of one proxy.
package struct ProxyFigures: Equatable, Sendable {
    package var liveConnections = 0
    package var totalConnections: UInt64 = 0
    /// Bytes that were written, counted as they pass.
    package var bytesToServer: UInt64 = 0
    package var bytesToClient: UInt64 = 0
    /// Bytes that are held back now, in both directions.
    package var bufferedBytes = 0
    package var exchanges = ExchangeFigures()

    package init() {}

    package static func + (left: ProxyFigures, right: ProxyFigures) -> ProxyFigures {
        var sum = left
        sum.liveConnections += right.liveConnections
        sum.totalConnections &+= right.totalConnections
        sum.bytesToServer &+= right.bytesToServer
        sum.bytesToClient &+= right.bytesToClient
        sum.bufferedBytes += right.bufferedBytes
        sum.exchanges.add(right.exchanges)
        return sum
    }
}

/// HTTP exchanges that ended: how many by the class of their status, and how long they took.
package struct ExchangeFigures: Equatable, Sendable {
    /// In the order of ``classes``.
    package private(set) var counts = Array(repeating: UInt64(0), count: classes.count)
    package private(set) var time = Histogram(.exchange)

    /// `none`: the client was given no answer; `other`: not one of RFC 9110's classes.
    package static let classes = ["none", "1xx", "2xx", "3xx", "4xx", "5xx", "other"]

    package init() {}

    package mutating func record(_ exchange: ExchangeRecord) {
        counts[Self.position(of: exchange.status)] &+= 1
        time.record(exchange.duration)
    }

    package mutating func add(_ other: ExchangeFigures) {
        for position in counts.indices { counts[position] &+= other.counts[position] }
        time.add(other.time)
    }

    private static func position(of status: UInt16?) -> Int {
        guard let status else { return 0 }
        return (100..<600).contains(status) ? Int(status / 100) : classes.count - 1
    }
}
