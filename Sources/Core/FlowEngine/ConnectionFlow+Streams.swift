// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

/// A connection whose bytes have no messages in them: TCP, or HTTP after an upgrade.
struct StreamUnit: Sendable {
    var plan = AppliedPlan.pass
    /// Rules up to this serial have been asked about the stream.
    var consideredSerial: UInt64 = 0
    /// HTTP that could not be read and passes without rules.
    var isOpaque = false
    /// The request that opened the stream, and its head; empty for TCP.
    var request: RequestFacts?
    var head: [UInt8] = []
    var unit: UInt64 = 0

    /// Byte rules up to this serial are looked for, or have been.
    var searchedSerial: UInt64 = 0
    var searches: [ByteSearch] = []
    /// Bytes that had arrived in each direction when the stream began.
    var beganToServer: UInt64 = 0
    var beganToClient: UInt64 = 0

    mutating func remember(
        _ request: RequestFacts,
        _ bytes: borrowing Span<UInt8>,
        _ length: Int,
        _ unit: UInt64,
        _ serial: UInt64
    ) {
        self.request = request
        self.unit = unit
        consideredSerial = serial
        head.removeAll(keepingCapacity: true)
        head.reserveCapacity(length)
        for position in 0..<length { head.append(bytes[position]) }
    }
}

extension ConnectionFlow {
    mutating func beginStream(at now: Moment, emitting effects: inout [Effect]) {
        consider(at: now, emitting: &effects)
        reshapeStream(at: now, emitting: &effects)
    }

    mutating func adoptInStream(at now: Moment, emitting effects: inout [Effect]) {
        guard !stream.isOpaque else { return }
        let hasLost = stream.plan.keep(in: rules)
        stream.searches.removeAll { !rules.isInForce($0.serial) }
        let count = stream.plan.faults.count
        consider(at: now, emitting: &effects)
        if hasLost || stream.plan.faults.count != count {
            reshapeStream(at: now, emitting: &effects)
        }
    }

    /// Asks the rules that are new to this stream.
    private mutating func consider(at now: Moment, emitting effects: inout [Effect]) {
        let head = stream.head
        let decided = rules.decideStream(
            request: stream.request,
            in: head.span,
            about: UnitFacts(stream.unit, on: facts),
            in: circumstances(now),
            after: stream.consideredSerial,
            tallies: &tallies,
            using: &scratch
        )
        stream.consideredSerial = max(stream.consideredSerial, rules.newestSerial)
        stream.plan.add(decided, since: now, toServer: toServer.passed, toClient: toClient.passed)
        record(decided, perChunk: true, unit: stream.unit, emitting: &effects)
        stream.searches += rules.byteSearches(
            request: stream.request,
            in: head.span,
            about: UnitFacts(stream.unit, on: facts),
            after: stream.searchedSerial,
            using: &scratch
        )
        stream.searchedSerial = max(stream.searchedSerial, rules.newestSerial)
    }

    mutating func reshapeStream(at now: Moment, emitting effects: inout [Effect]) {
        for fault in stream.plan.faults {
            if case .close(let close) = fault.firing.fault, close.after == Close.now {
                return conclude(close.how, .cut, at: now, emitting: &effects)
            }
        }
        let toServerShape = stream.plan.shape(.clientToServer, perChunk: true)
        let toClientShape = stream.plan.shape(.serverToClient, perChunk: true)
        if !toServerShape.isHeld {
            dialIfNeeded(after: stream.plan.connectDelay, at: now, emitting: &effects)
        }
        toServer.reshape(toServerShape, at: now, emitting: &effects)
        toClient.reshape(toClientShape, at: now, emitting: &effects)
    }

    /// The server agreed to leave HTTP: from here on the bytes are a stream (RFC 9110, 7.8).
    mutating func becomeUpgraded(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        exchange.outcome = .upgraded
        recordExchange(at: now, emitting: &effects)
        // What the exchange's rules do to a stream goes on; the rest has had its chance.
        stream.plan = exchange.plan
        stream.plan.originToServer = exchange.passedToServer
        stream.plan.originToClient = exchange.passedToClient
        stream.beganToServer = toServer.arrivedBytes
        stream.beganToClient = toClient.arrivedBytes
        exchange.end()
        mode = .streaming
        consider(at: now, emitting: &effects)
        reshapeStream(at: now, emitting: &effects)
        effects.append(.reread(.clientToServer))
        if clientEnded { passOnClientEnd(at: now, emitting: &effects) }
    }

    mutating func dialIfNeeded(
        after delay: Duration,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard server == .absent else { return }
        if delay > .zero || toServer.isSevered {
            server = .waiting(since: now, until: now + delay)
        } else {
            server = .dialing
            effects.append(.dial)
        }
    }

    /// Lets a held dial go as soon as what is left of its delay says so.
    mutating func releaseDial(at now: Moment, emitting effects: inout [Effect]) {
        guard mode != .over, !toServer.isSevered, case .waiting(let since, let until) = server
        else { return }
        let due = min(until, since + actingPlan.connectDelay)
        server = .waiting(since: since, until: due)
        guard due <= now else { return }
        server = .dialing
        effects.append(.dial)
    }
}
