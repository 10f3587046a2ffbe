// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// One thing that happened.
///
/// The stream of these is the only account of a run.
package struct EventRecord: Equatable, Sendable {
    /// From 1, without gaps, given by the log when it takes the record.
    package var sequence: UInt64
    /// Nanoseconds since the run began, on a clock that never goes back.
    package let elapsed: Int64
    package var body: Body

    package init(sequence: UInt64 = 0, elapsed: Int64, body: Body) {
        self.sequence = sequence
        self.elapsed = elapsed
        self.body = body
    }

    package enum Body: Equatable, Sendable {
        case connectionOpened(ConnectionOpened)
        case connectionClosed(ConnectionClosed)
        case exchange(ExchangeRecord)
        case fault(FaultRecord)
        case state(StateRecord)
        case notice(NoticeRecord)
        case mark(MarkRecord)
    }

    /// The word for this kind of record in the log and in `?kind=`.
    package var kind: String {
        switch body {
        case .connectionOpened, .connectionClosed: "conn"
        case .exchange: "xchg"
        case .fault: "fault"
        case .state: "state"
        case .notice: "notice"
        case .mark: "mark"
        }
    }

    /// Every word that ``kind`` can be.
    package static let kinds = ["conn", "xchg", "fault", "state", "notice", "mark"]
}

/// Which connection is meant: an identity for the whole run and its place on its proxy.
package struct ConnectionName: Hashable, Sendable {
    /// Unique in a run.
    package let id: UInt64
    package let proxy: String
    /// From 1, in the order of accept on this proxy.
    package let ordinal: UInt64

    package init(id: UInt64, proxy: String, ordinal: UInt64) {
        self.id = id
        self.proxy = proxy
        self.ordinal = ordinal
    }
}

package struct ConnectionOpened: Equatable, Sendable {
    package let connection: ConnectionName
    /// The client's address and port, or `unix`.
    package let client: String

    package init(connection: ConnectionName, client: String) {
        self.connection = connection
        self.client = client
    }
}

package struct ConnectionClosed: Equatable, Sendable {
    package let connection: ConnectionName
    package let closedBy: Party
    package let how: How
    package let bytesToServer: UInt64
    package let bytesToClient: UInt64
    package let exchanges: UInt64

    package enum Party: String, Sendable {
        case client
        case server
        case proxy
    }

    package enum How: String, Sendable {
        case fin
        case rst
        case timeout
    }

    package init(
        connection: ConnectionName,
        closedBy: Party,
        how: How,
        bytesToServer: UInt64,
        bytesToClient: UInt64,
        exchanges: UInt64
    ) {
        self.connection = connection
        self.closedBy = closedBy
        self.how = how
        self.bytesToServer = bytesToServer
        self.bytesToClient = bytesToClient
        self.exchanges = exchanges
    }
}

/// One HTTP request and what became of it, from the client's side.
package struct ExchangeRecord: Equatable, Sendable {
    package let connection: ConnectionName
    /// From 0, in the order of the requests on their connection.
    package let unit: UInt64
    /// At most ``maximumTargetLength`` bytes of each.
    package let method: String
    package let target: String
    /// What the client was answered; `nil` when it was not.
    package let status: UInt16?
    package let outcome: Outcome
    /// Wire bytes, heads included.
    package let requestBytes: UInt64
    package let responseBytes: UInt64
    /// Nanoseconds from the request's head to the end.
    package let duration: Int64
    /// The rules that fired, in order.
    package let rules: [String]
    /// The request's head as it came, at most ``maximumHeadLength`` bytes of it.
    ///
    /// Empty where no rule asked, and once the log keeps it no longer. Only `explain` reads it.
    package var head: [UInt8]

    package static let maximumTargetLength = 256
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
        self.head = head
    }
}

/// One fault that a rule put on one unit, with what was drawn for it.
package struct FaultRecord: Equatable, Sendable {
    package let rule: String
    package let fault: String
    package let connection: ConnectionName
    package let unit: UInt64
    /// Against the rule's probability, `0..<1`; `nil` when it was certain.
    package let toss: Double?
    /// Nanoseconds that a delay drew; `nil` for other faults and for delays drawn chunk by chunk.
    package let delay: Int64?

    package init(
        rule: String,
        fault: String,
        connection: ConnectionName,
        unit: UInt64,
        toss: Double?,
        delay: Int64?
    ) {
        self.rule = rule
        self.fault = fault
        self.connection = connection
        self.unit = unit
        self.toss = toss
        self.delay = delay
    }
}

/// A change that an administrator, a schedule or a file made.
package struct StateRecord: Equatable, Sendable {
    /// Such as `rule.enabled`, `proxy.disabled`, `config.applied`, `reset`.
    package let change: String
    /// The rule or proxy; `nil` when the whole is meant.
    package let subject: String?
    package let generation: UInt64
    /// For a person, where the word does not say all.
    package let detail: String?

    package init(change: String, subject: String?, generation: UInt64, detail: String? = nil) {
        self.change = change
        self.subject = subject
        self.generation = generation
        self.detail = detail
    }
}

/// Something that went wrong outside the rules, for a person to read.
package struct NoticeRecord: Equatable, Sendable {
    /// Stable, such as `upstream.unreachable`, `message.refused`, `limit.connections`.
    package let code: String
    package let message: String
    package let proxy: String?
    package let connection: UInt64?

    package init(code: String, message: String, proxy: String?, connection: UInt64?) {
        self.code = code
        self.message = message
        self.proxy = proxy
        self.connection = connection
    }
}

/// A witness's note: where a test, or a person, stood at that time.
package struct MarkRecord: Equatable, Sendable {
    package let name: String
    /// Whatever the witness wants to remember.
    package let data: DocumentValue?

    /// Bytes of UTF-8.
    package static let maximumNameLength = 200
    /// Bytes of JSON.
    package static let maximumDataLength = 4 << 10

    package init(name: String, data: DocumentValue?) {
        self.name = name
        self.data = data
    }
}
