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
            return takeStream(.clientToServer, bytes, at: now, emitting: &effects)
        case .undecided:
            return takeUndecided(bytes, at: now, emitting: &effects)
        case .idle:
            return readHead(bytes, at: now, emitting: &effects)
        case .exchanging:
            return takeInExchange(bytes, at: now, emitting: &effects)
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
        spend(count)
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
            if case .deciding(let gatherer) = exchange.stage {
                return gatherForDecision(gatherer, bytes, at: now, emitting: &effects)
            }
            // Until the exchange is settled its head stays unread, so that it can be released.
            return proceed(bytes, at: now, emitting: &effects)
        }
    }

    /// Takes what belongs to the request under way from all of its bytes that are unread.
    private mutating func takeInExchange(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        switch exchange.stage {
        case .deciding where exchange.mustDecideAgain:
            return decideAgain(bytes, at: now, emitting: &effects)
        case .deciding(let gatherer):
            return gatherForDecision(gatherer, bytes, at: now, emitting: &effects)
        case .rewriting: return rewriteRequest(bytes, at: now, emitting: &effects)
        case .pending: return 0
        case .forwarded, .answered, .swallowed:
            return readBody(bytes, from: 0, at: now, emitting: &effects)
        }
    }

    /// Forwards, or drops, what belongs to the body of the request under way.
    mutating func readBody(
        _ bytes: borrowing Span<UInt8>,
        from start: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay, bytes.count > start else { return 0 }
        if exchange.isUnreadable, exchange.request.isFinished {
            conclude(.fin, .complete, at: now, emitting: &effects)
            return 0
        }
        if exchange.requestTruncation != nil, exchange.requestContentLeft == 0 { return 0 }
        let progress = exchange.request.read(
            bytes.extracting(start..<bytes.count),
            contentLimit: exchange.requestContentLeft
        )
        if exchange.requestTruncation != nil {
            exchange.requestContentLeft -= UInt64(progress.content)
        }
        if exchange.isForwarded || exchange.forwardsBody {
            admit(.clientToServer, progress.length, at: now, emitting: &effects)
        } else if progress.length > 0 {
            effects.append(.drop(.clientToServer, progress.length))
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
        if exchange.requestTruncation != nil, exchange.requestContentLeft == 0,
            !progress.isFinished
        {
            toServer.cutHere(at: now, emitting: &effects)
        }
        if progress.isFinished, bytes.count > start + progress.length {
            hurryDropping(at: now, emitting: &effects)
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
        if exchange.isUnderWay, exchange.awaitsAnswer, exchange.isForwarded {
            exchange.outcome = .refused
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
        if exchange.isUnderWay {
            exchange.outcome = .abandoned
            recordExchange(at: nil, emitting: &effects)
            exchange.end()
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
        case .undecided: becomeStream(at: now, emitting: &effects)
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
            guard exchange.isUnderWay else { return }
            if exchange.isHung || exchange.isSwallowed {
                return conclude(.fin, .cut, at: now, emitting: &effects)
            }
            switch exchange.stage {
            case .pending: return
            // What is gathered will not become more.
            case .deciding, .rewriting: return effects.append(.reread(.clientToServer))
            case .forwarded, .answered, .swallowed: break
            }
            // A pipelined request goes first, unless there is nobody left to answer it.
            if exchange.isForwarded, unreadFromClient == 0 || toClient.isFinished {
                toServer.ended(.fin, at: now, emitting: &effects)
            }
        }
    }
}
