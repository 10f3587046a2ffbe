// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// One thing that happened.
///
/// The stream of these is the only account of a run.
package struct EventRecord: Equatable, Sendable {
    /// From 1, without gaps, given by the log when it takes the record.
    package let sequence: UInt64
    /// Nanoseconds since the run began, on a clock that never goes back.
    ///
    /// What one event on a connection brings happens at one moment, and has it in common.
    package let elapsed: Int64
    package let body: Body

    package init(sequence: UInt64 = 0, elapsed: Int64, body: Body) {
        self.sequence = sequence
        self.elapsed = elapsed
        self.body = body
    }

    /// Small, because records are handed on by value: what is large is behind a reference.
    package enum Body: Equatable, Sendable {
        indirect case connectionOpened(ConnectionOpened)
        indirect case connectionClosed(ConnectionClosed)
        case exchange(ExchangeRecord)
        indirect case fault(FaultRecord)
        indirect case state(StateRecord)
        indirect case notice(NoticeRecord)
        indirect case mark(MarkRecord)
    }

    package var kind: Kind { body.kind }

    /// What a record is about; the word for it in the log and in `?kind=`.
    package enum Kind: String, Sendable, CaseIterable {
        case connection = "conn"
        case exchange = "xchg"
        case fault
        case state
        case notice
        case mark
    }
}

extension EventRecord.Body {
    package var kind: EventRecord.Kind {
        switch self {
        case .connectionOpened, .connectionClosed: .connection
        case .exchange: .exchange
        case .fault: .fault
        case .state: .state
        case .notice: .notice
        case .mark: .mark
        }
    }
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
