// SPDX-License-Identifier: Apache-2.0
package import EventRecords

/// An exchange that ended: one of `/v1/exchanges`.
package struct ExchangeReply: Codable, Hashable, Sendable {
    /// `<connection>.<unit>`, such as `17.0`.
    package var id: String
    /// Of the record of its end, in the event log.
    package var sequence: UInt64
    /// RFC 3339, UTC, nanoseconds.
    package var started: String
    package var ended: String
    /// Nanoseconds from the request's head to the end.
    package var duration: Int64
    package var proxy: String
    package var connection: UInt64
    /// The connection's place in the order of accept on its proxy, from 1.
    package var ordinal: UInt64
    /// Its place on its connection, from 0.
    package var unit: UInt64
    /// `nil` when the record of the connection's opening is no longer kept.
    package var client: String?
    package var method: String
    package var target: String
    /// What the client was answered; `nil` when it was not.
    package var status: UInt16?
    package var outcome: String
    package var requestBytes: UInt64
    package var responseBytes: UInt64
    /// The rules that fired, in order.
    package var rules: [String]
    package var faults: [Fault]

    /// A fault that fired, with what was drawn for it.
    package struct Fault: Codable, Hashable, Sendable {
        package var rule: String
        package var fault: String
        /// Against the rule's probability; `nil` when it was certain.
        package var toss: Double?
        /// Nanoseconds.
        package var delay: Int64?

        package init(rule: String, fault: String, toss: Double? = nil, delay: Int64? = nil) {
            self.rule = rule
            self.fault = fault
            self.toss = toss
            self.delay = delay
        }
    }

    /// - Parameters:
    ///   - record: The record of its end.
    ///   - sequence: Of that record.
    ///   - elapsed: When it ended, in nanoseconds since the run began.
    ///   - wallOrigin: Wall time at the start of the run, in nanoseconds since 1970.
    package init(
        _ record: ExchangeRecord,
        faults: [FaultRecord],
        client: String?,
        sequence: UInt64,
        elapsed: Int64,
        wallOrigin: Int64
    ) {
        let end = wallOrigin &+ elapsed
        id = "\(record.connection.id).\(record.unit)"
        self.sequence = sequence
        started = WallTime(nanosecondsSince1970: end &- record.duration).description
        ended = WallTime(nanosecondsSince1970: end).description
        duration = record.duration
        proxy = record.connection.proxy
        connection = record.connection.id
        ordinal = record.connection.ordinal
        unit = record.unit
        self.client = client
        method = record.method
        target = record.target
        status = record.status
        outcome = record.outcome.rawValue
        requestBytes = record.requestBytes
        responseBytes = record.responseBytes
        rules = record.rules
        self.faults = faults.map {
            Fault(rule: $0.rule, fault: $0.fault, toss: $0.toss, delay: $0.delay)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, started, ended, duration, proxy, ordinal, unit, client, method, target, status
        case outcome, rules, faults
        case sequence = "seq"
        case connection = "conn"
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"
    }
}

/// GET `/v1/exchanges`, in the order in which they ended.
package struct ExchangesReply: Codable, Hashable, Sendable {
    package var exchanges: [ExchangeReply]
    /// The newest record that was looked at: what to give as `since` to see only what comes.
    package var newest: UInt64

    package init(exchanges: [ExchangeReply], newest: UInt64) {
        self.exchanges = exchanges
        self.newest = newest
    }
}
