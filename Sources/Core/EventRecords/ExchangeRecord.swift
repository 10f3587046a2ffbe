// SPDX-License-Identifier: Apache-2.0

/// One HTTP request and what became of it, from the client's side.
///
/// All but the head is behind one reference: a record is handed on several times on its way into
/// the log.
package struct ExchangeRecord: Equatable, Sendable {
    private let facts: Facts
    /// The request's head as it came, at most ``maximumHeadLength`` bytes of it.
    ///
    /// Empty where no rule asked, and once the log keeps it no longer. Only `explain` reads it.
    package var head: [UInt8]

    /// Bytes of a method that are kept: no registered one is longer than 17.
    package static let maximumMethodLength = 32
    /// Bytes.
    package static let maximumTargetLength = 256
    /// Names of rules that are kept of one exchange.
    package static let maximumRules = 256
    /// 2 KiB.
    package static let maximumHeadLength = 2_048

    package enum Outcome: String, Sendable, CaseIterable {
        /// The upstream's answer, whole.
        case complete
        /// Answered by a rule.
        case answered
        /// Ended by a rule before its end.
        case cut
        /// No upstream could be reached.
        case unreachable
        /// One of the peers went away before the end.
        case abandoned
        /// Became a raw stream (RFC 9110, 7.8 and 9.3.6).
        case upgraded
        /// The message could be read two ways and was refused.
        case refused
    }

    private final class Facts: Sendable {
        let connection: ConnectionName
        let unit: UInt64
        let method: String
        let target: String
        let status: UInt16?
        let outcome: Outcome
        let requestBytes: UInt64
        let responseBytes: UInt64
        let duration: Int64
        let rules: [String]

        init(
            connection: ConnectionName,
            unit: UInt64,
            method: String,
            target: String,
            status: UInt16?,
            outcome: Outcome,
            requestBytes: UInt64,
            responseBytes: UInt64,
            duration: Int64,
            rules: [String]
        ) {
            self.connection = connection
            self.unit = unit
            self.method = method
            self.target = target
            self.status = status
            self.outcome = outcome
            self.requestBytes = requestBytes
            self.responseBytes = responseBytes
            self.duration = duration
            self.rules = rules
        }
    }

    package init(
        connection: ConnectionName,
        unit: UInt64,
        method: String,
        target: String,
        status: UInt16?,
        outcome: Outcome,
        requestBytes: UInt64,
        responseBytes: UInt64,
        duration: Int64,
        rules: [String],
        head: [UInt8] = []
    ) {
        facts = Facts(
            connection: connection,
            unit: unit,
            method: method,
            target: target,
            status: status,
            outcome: outcome,
            requestBytes: requestBytes,
            responseBytes: responseBytes,
            duration: duration,
            rules: rules
        )
        self.head = head
    }
}

extension ExchangeRecord {
    package var connection: ConnectionName { facts.connection }
    /// From 0, in the order of the requests on their connection.
    package var unit: UInt64 { facts.unit }
    /// At most ``maximumMethodLength`` bytes of it.
    package var method: String { facts.method }
    /// At most ``maximumTargetLength`` bytes of it.
    package var target: String { facts.target }
    /// What the client was answered; `nil` when it was not.
    package var status: UInt16? { facts.status }
    package var outcome: Outcome { facts.outcome }
    /// Wire bytes, heads included.
    package var requestBytes: UInt64 { facts.requestBytes }
    package var responseBytes: UInt64 { facts.responseBytes }
    /// Nanoseconds from the request's head to the end.
    package var duration: Int64 { facts.duration }
    /// The rules that fired, in order; at most ``maximumRules`` of them.
    package var rules: [String] { facts.rules }

    package static func == (left: ExchangeRecord, right: ExchangeRecord) -> Bool {
        left.head == right.head
            && (left.facts === right.facts
                || left.connection == right.connection && left.unit == right.unit
                    && left.method == right.method && left.target == right.target
                    && left.status == right.status && left.outcome == right.outcome
                    && left.requestBytes == right.requestBytes
                    && left.responseBytes == right.responseBytes
                    && left.duration == right.duration && left.rules == right.rules)
    }
}
