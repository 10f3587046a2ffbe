// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel

/// One line of the event log: a flat object, whose `kind` says which of its keys are there.
///
/// The same value is written by the proxy (NDJSON, SSE, `--event-log`) and read by chaosctl.
package struct EventLine: Codable, Equatable, Sendable {
    /// From 1, without gaps; of a `missed` line: the last record that was missed.
    package var sequence: UInt64
    /// RFC 3339, UTC, nanoseconds; derived from `elapsed` and the run's anchor.
    package var time: String
    /// Nanoseconds since the run began.
    package var elapsed: Int64
    /// `conn`, `xchg`, `fault`, `state`, `notice`, `mark` or `missed`; in files `anchor` too.
    package var kind: String

    /// Of `conn`: `opened` or `closed`.
    package var event: String?
    package var connection: UInt64?
    package var proxy: String?
    package var ordinal: UInt64?
    package var client: String?
    package var closedBy: String?
    package var how: String?
    package var bytesToServer: UInt64?
    package var bytesToClient: UInt64?
    package var exchanges: UInt64?

    /// Of `xchg` and `fault`: the exchange's ordinal on its connection, from 0.
    package var unit: UInt64?
    package var method: String?
    package var target: String?
    package var status: UInt16?
    package var outcome: String?
    package var requestBytes: UInt64?
    package var responseBytes: UInt64?
    /// Nanoseconds.
    package var duration: Int64?
    package var rules: [String]?

    package var rule: String?
    package var fault: String?
    package var toss: Double?
    /// Nanoseconds.
    package var delay: Int64?

    package var change: String?
    package var subject: String?
    package var generation: UInt64?

    package var code: String?
    /// Of `notice`, and of `state` where the word does not say all.
    package var message: String?

    /// Of `mark`.
    package var name: String?
    /// Of `mark`: any JSON.
    package var data: DocumentValue?

    /// Of `missed`: how many records a slow reader was not given.
    package var missed: UInt64?

    /// Of `anchor`: the proxy's version and the seed with which the run began.
    package var version: String?
    package var seed: UInt64?

    private enum CodingKeys: String, CodingKey {
        case sequence = "seq"
        case elapsed = "t"
        case connection = "conn"
        case closedBy = "closed_by"
        case bytesToServer = "bytes_to_server"
        case bytesToClient = "bytes_to_client"
        case requestBytes = "request_bytes"
        case responseBytes = "response_bytes"
        case time, kind, event, proxy, ordinal, client, how, exchanges, unit, method, target, status
        case outcome, duration, rules, rule, fault, toss, delay, change, subject, generation, code
        case message, missed, name, data, version, seed
    }

    /// - Parameters:
    ///   - record: What happened.
    ///   - wallOrigin: Wall time at the start of the run, in nanoseconds since 1970.
    package init(_ record: EventRecord, wallOrigin: Int64) {
        self.init(
            sequence: record.sequence,
            elapsed: record.elapsed,
            kind: record.kind.rawValue,
            wallOrigin: wallOrigin
        )
        switch record.body {
        case .connectionOpened(let body): take(body)
        case .connectionClosed(let body): take(body)
        case .exchange(let body): take(body)
        case .fault(let body): take(body)
        case .state(let body): take(body)
        case .notice(let body): take(body)
        case .mark(let body): take(body)
        }
    }

    /// The line that tells a slow reader how many records it was not given.
    package init(missed count: UInt64, upTo sequence: UInt64, elapsed: Int64, wallOrigin: Int64) {
        self.init(sequence: sequence, elapsed: elapsed, kind: "missed", wallOrigin: wallOrigin)
        missed = count
    }

    /// The line that begins a file: the two clocks read together, and what the run is.
    ///
    /// - Parameter wallTime: Nanoseconds since 1970, at `elapsed`.
    package init(anchorAt elapsed: Int64, wallTime: Int64, version: String, seed: UInt64) {
        self.init(
            sequence: 0,
            elapsed: elapsed,
            kind: "anchor",
            wallOrigin: wallTime &- elapsed
        )
        self.version = version
        self.seed = seed
    }

    private init(sequence: UInt64, elapsed: Int64, kind: String, wallOrigin: Int64) {
        self.sequence = sequence
        self.elapsed = elapsed
        self.kind = kind
        time = WallTime(nanosecondsSince1970: wallOrigin &+ elapsed).description
    }
}
