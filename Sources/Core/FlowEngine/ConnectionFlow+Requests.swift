// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What the client sends.
extension ConnectionFlow {
    /// - Returns: how many bytes were taken.
    mutating func take(
        fromClient bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        switch mode {
        case .over:
            effects.append(.drop(.clientToServer, bytes.count))
            return bytes.count
        case .streaming:
            admit(.clientToServer, bytes.count, at: now, emitting: &effects)
            return bytes.count
        case .idle:
            return readHead(bytes, at: now, emitting: &effects)
        case .exchanging:
            return readBody(bytes, from: 0, at: now, emitting: &effects)
        }
    }

    mutating func admit(
        _ direction: Direction,
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard count > 0 else { return }
        effects.append(.admit(direction, count))
        switch direction {
        case .clientToServer: toServer.arrived(count, at: now, emitting: &effects)
        case .serverToClient: toClient.arrived(count, at: now, emitting: &effects)
        }
    }

    private mutating func readHead(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard !bytes.isEmpty else { return 0 }
        switch requestReader.read(bytes, limit: limits.head.bytes) {
        case .incomplete:
            if headDeadline == nil { headDeadline = now + limits.headTimeout }
            return 0
        case .refused(let violation):
            headDeadline = nil
            return refuse(violation, bytes.count, at: now, emitting: &effects)
        case .complete(let length):
            headDeadline = nil
            beginExchange(bytes, headLength: length, at: now, emitting: &effects)
            guard let exchange else { return 0 }
            // Until the exchange is settled its head stays unread, so that it can be released.
            if case .pending = exchange.stage { return 0 }
            return length + readBody(bytes, from: length, at: now, emitting: &effects)
        }
    }

    private mutating func beginExchange(
        _ bytes: borrowing Span<UInt8>,
        headLength: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        var plan = AppliedPlan.pass
        let unit = exchangeCount
        if !rules.isEmpty {
            let decided = rules.decide(
                requestReader.facts,
                in: bytes,
                content: nil,
                about: UnitFacts(unit, on: facts),
                in: Circumstances(now: now.nanoseconds),
                tallies: &tallies,
                using: &scratch
            ).plan
            plan.add(
                decided,
                since: now,
                toServer: toServer.passed,
                toClient: toClient.passed
            )
            record(decided, perChunk: false, unit: unit, emitting: &effects)
        }
        if requestReader.framing.hasUpgrade || requestReader.isMethod(.connect, in: bytes) {
            stream.remember(requestReader.facts, bytes, headLength, unit, rules.newestSerial)
        }
        exchangeCount += 1
        mode = .exchanging
        exchange = Exchange(
            unit: unit,
            reader: requestReader,
            head: bytes,
            length: headLength,
            plan: plan,
            at: now,
            lanes: (toServer, toClient)
        )
        requestReader.reset()
        responseReader.reset()
        settle(at: now, emitting: &effects)
    }

    /// Forwards, or drops, what belongs to the body of the request under way.
    private mutating func readBody(
        _ bytes: borrowing Span<UInt8>,
        from start: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard var exchange, bytes.count > start else { return 0 }
        if case .pending = exchange.stage { return 0 }
        if exchange.isUnreadable, exchange.request.isFinished {
            conclude(.fin, .complete, at: now, emitting: &effects)
            return 0
        }
        let progress = exchange.request.read(
            bytes.extracting(start..<bytes.count),
            contentLimit: .max
        )
        self.exchange = exchange
        if case .answered = exchange.stage {
            if progress.length > 0 { effects.append(.drop(.clientToServer, progress.length)) }
        } else {
            admit(.clientToServer, progress.length, at: now, emitting: &effects)
        }
        if let violation = progress.violation {
            return progress.length
                + refuseBody(
                    violation,
                    bytes.count - start - progress.length,
                    at: now,
                    emitting: &effects
                )
        }
        return progress.length
    }

    /// A head that cannot be read in one way: refused when rules must read it, else let pass.
    private mutating func refuse(
        _ violation: Violation,
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        requestReader.reset()
        guard !rules.isEmpty else {
            becomeOpaque(violation.rawValue, emitting: &effects)
            dialIfNeeded(after: .zero, at: now, emitting: &effects)
            admit(.clientToServer, count, at: now, emitting: &effects)
            return count
        }
        effects.append(.drop(.clientToServer, count))
        notice(
            "message.refused",
            "refused with \(violation.status): \(violation.rawValue)",
            emitting: &effects
        )
        answerAndClose(violation.status, violation.rawValue, at: now, emitting: &effects)
        return count
    }

    /// A body whose framing breaks: its head has gone, so it can only be let pass or cut off.
    private mutating func refuseBody(
        _ violation: Violation,
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard !rules.isEmpty else {
            becomeOpaque(violation.rawValue, emitting: &effects)
            admit(.clientToServer, count, at: now, emitting: &effects)
            return count
        }
        effects.append(.drop(.clientToServer, count))
        notice(
            "message.refused",
            "the connection was closed: \(violation.rawValue)",
            emitting: &effects
        )
        if let exchange, exchange.response == .head, exchange.stage == .forwarded {
            self.exchange?.outcome = .refused
            effects.append(.discardHeld(.clientToServer))
            toServer.discardHeld()
            answerAndClose(violation.status, violation.rawValue, at: now, emitting: &effects)
        } else {
            conclude(.fin, .refused, at: now, emitting: &effects)
        }
        return count
    }

    mutating func headTimedOut(at now: Moment, emitting effects: inout [Effect]) {
        guard mode == .idle, unreadFromClient > 0 else { return }
        guard !rules.isEmpty else {
            becomeOpaque("its head took longer than limits.head-timeout", emitting: &effects)
            dialIfNeeded(after: .zero, at: now, emitting: &effects)
            effects.append(.reread(.clientToServer))
            return
        }
        effects.append(.drop(.clientToServer, unreadFromClient))
        unreadFromClient = 0
        notice(
            "message.refused",
            "refused with 408: the head took longer than limits.head-timeout",
            emitting: &effects
        )
        answerAndClose(
            408,
            "the request's head did not arrive in time",
            at: now,
            emitting: &effects
        )
    }

    /// Stops reading messages for the rest of the connection; every byte passes as it comes.
    mutating func becomeOpaque(_ reason: String, emitting effects: inout [Effect]) {
        if exchange != nil {
            exchange?.outcome = .abandoned
            recordExchange(at: nil, emitting: &effects)
            exchange = nil
        }
        mode = .streaming
        stream.isOpaque = true
        notice(
            "message.unreadable",
            "passed on unread, as is the rest of the connection: \(reason)",
            emitting: &effects
        )
        effects.append(.reread(.serverToClient))
        // A pipelined request was waiting for the answer before it.
        effects.append(.reread(.clientToServer))
    }

    mutating func passOnClientEnd(at now: Moment, emitting effects: inout [Effect]) {
        switch mode {
        case .over: return
        case .streaming:
            // Nobody would ever release a hung stream whose client has gone.
            if toServer.shape.isHeld, server == .absent {
                return conclude(.fin, .cut, at: now, emitting: &effects)
            }
            if unreadFromClient == 0 { toServer.ended(.fin, at: now, emitting: &effects) }
        case .idle:
            if unreadFromClient > 0 {
                guard rules.isEmpty else {
                    return conclude(.fin, .abandoned, at: now, emitting: &effects)
                }
                becomeOpaque("it ended inside its head", emitting: &effects)
                dialIfNeeded(after: .zero, at: now, emitting: &effects)
                effects.append(.reread(.clientToServer))
            } else if server == .absent {
                conclude(.fin, .abandoned, at: now, emitting: &effects)
            } else {
                toServer.ended(.fin, at: now, emitting: &effects)
            }
        case .exchanging:
            guard let exchange else { return }
            if exchange.isHung { return conclude(.fin, .cut, at: now, emitting: &effects) }
            if case .pending = exchange.stage { return }
            // A pipelined request goes first, unless there is nobody left to answer it.
            if exchange.stage == .forwarded, unreadFromClient == 0 || toClient.isFinished {
                toServer.ended(.fin, at: now, emitting: &effects)
            }
        }
    }
}
