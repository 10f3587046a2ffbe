// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What becomes of an exchange: forwarded, answered here, cut, completed.
extension ConnectionFlow {
    /// Carries out what the rules settled for the exchange under way, once it is due.
    mutating func settle(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay, case .pending = exchange.stage else { return }
        guard !exchange.plan.isPass, let settlement = exchange.plan.settlement else {
            return forward(at: now, emitting: &effects)
        }
        if exchange.plan.kinds.has(.delay) {
            guard exchange.started + exchange.plan.totalDelay <= now else { return }
        }
        switch settlement.fault {
        case .close(let close):
            conclude(close.how, .cut, at: now, emitting: &effects)
        case .hang:
            exchange.stage = .pending(isHung: true)
            if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
        case .swallow(let swallow): swallowRequest(swallow.then, at: now, emitting: &effects)
        case .malform: answerEarly(at: now, emitting: &effects)
        default: answer(settlement, at: now, emitting: &effects)
        }
    }

    private mutating func forward(at now: Moment, emitting effects: inout [Effect]) {
        guard !exchange.changesRequest else {
            exchange.stage = .rewriting(MessageExtent(exchange.request))
            // Nothing comes of it where the bytes are at hand: then they are taken before.
            return effects.append(.reread(.clientToServer))
        }
        letGo(at: now, emitting: &effects)
    }

    /// Forwards the head as it came; the body follows.
    mutating func letGo(at now: Moment, emitting effects: inout [Effect]) {
        exchange.stage = .forwarded
        unreadFromClient = max(0, unreadFromClient - exchange.headLength)
        beginRequestTruncation(emitting: &effects)
        reshapeExchange(at: now, emitting: &effects)
        dialIfNeeded(after: exchange.plan.connectDelay, at: now, emitting: &effects)
        admit(.clientToServer, exchange.headLength, at: now, emitting: &effects)
        if exchange.requestContentLeft == 0 {
            toServer.cutHere(at: now, emitting: &effects)
        }
        if !exchange.request.isFinished { effects.append(.reread(.clientToServer)) }
        if unreadFromServer > 0 { effects.append(.reread(.serverToClient)) }
    }

    mutating func reshapeExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay,
            !(exchange.plan.isPass && toServer.shape.isOpen && toClient.shape.isOpen)
        else { return }
        toServer.reshape(
            exchange.plan.shape(.clientToServer, perChunk: false),
            at: now,
            emitting: &effects
        )
        var towardClient = exchange.plan.shape(.serverToClient, perChunk: false)
        // A hang of the request's is settled before; here it can only be one of the answer's.
        if exchange.plan.holdsAnswer { towardClient.isHeld = true }
        toClient.reshape(towardClient, at: now, emitting: &effects)
    }

    /// Answers in place of the upstream, before anything of the request was let go.
    private mutating func answer(
        _ firing: Firing,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        dropHead(emitting: &effects)
        exchange.outcome = .answered
        give(firing, at: now, emitting: &effects)
    }

    mutating func dropHead(emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        effects.append(.drop(.clientToServer, exchange.headLength))
        unreadFromClient = max(0, unreadFromClient - exchange.headLength)
    }

    /// Drops the request: it reaches nobody, and nobody answers it.
    private mutating func swallowRequest(
        _ then: Truncate.Ending,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        dropHead(emitting: &effects)
        switch then {
        case .close: conclude(.fin, .cut, at: now, emitting: &effects)
        case .reset: conclude(.rst, .cut, at: now, emitting: &effects)
        case .hang:
            exchange.stage = .swallowed
            exchange.response = .finished
            exchange.outcome = .cut
            if clientEnded { return conclude(.fin, .cut, at: now, emitting: &effects) }
            if !exchange.request.isFinished { effects.append(.reread(.clientToServer)) }
        }
    }

    /// A complete answer, and the end of the connection, before the request's body is read.
    private mutating func answerEarly(at now: Moment, emitting effects: inout [Effect]) {
        dropHead(emitting: &effects)
        let text = "answered before the request was read"
        answerAndClose(413, text, as: .cut, at: now, emitting: &effects)
    }

    /// The proxy's own refusal: an answer, and the end of the connection.
    mutating func answerAndClose(
        _ status: UInt16,
        _ text: String,
        as outcome: ExchangeRecord.Outcome = .refused,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let respond = Self.refusal(status, text)
        let bytes = ResponseWriter.bytes(
            of: respond,
            toHead: false,
            closes: true,
            minorVersion: 1
        )
        if exchange.isUnderWay { exchange.status = status }
        toClient.reshape(.open, at: now, emitting: &effects)
        effects.append(.insert(.serverToClient, bytes))
        toClient.arrived(bytes.count, at: now, emitting: &effects)
        conclude(.fin, .refused, at: now, emitting: &effects)
    }

    static func refusal(_ status: UInt16, _ text: String) -> Respond {
        Respond(
            status: status,
            reason: nil,
            headers: [Respond.Field(name: "Content-Type", value: "text/plain; charset=utf-8")],
            body: .bytes(Array("chaosproxy: \(text)\n".utf8))
        )
    }

    /// No upstream could be reached, for the reason that the text gives.
    package mutating func upstreamFailed(
        _ text: String,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard mode != .over else { return }
        server = .absent
        notice("upstream.unreachable", text, emitting: &effects)
        switch upstreamFailure {
        case .reset: conclude(.rst, .unreachable, at: now, emitting: &effects)
        case .close: conclude(.fin, .unreachable, at: now, emitting: &effects)
        case .badGateway where transport == .auto && mode == .streaming && !stream.isOpaque:
            conclude(.rst, .unreachable, at: now, emitting: &effects)
        case .badGateway:
            effects.append(.discardHeld(.clientToServer))
            toServer.discardHeld()
            guard exchange.isUnderWay, mode == .exchanging else {
                return answerAndClose(502, text, at: now, emitting: &effects)
            }
            exchange.outcome = .unreachable
            if let firing = exchange.plan.substitute {
                give(firing, at: now, emitting: &effects)
            } else {
                give(Self.refusal(502, text), at: now, emitting: &effects)
            }
            advance(at: now, emitting: &effects)
        }
    }

    mutating func adoptInExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        let isAsking: Bool
        if case .deciding = exchange.stage { isAsking = true } else { isAsking = false }
        if isAsking || exchange.isGatheringAnswer {
            exchange.mustDecideAgain = true
            effects.append(.reread(isAsking ? .clientToServer : .serverToClient))
        }
        let hasLost = exchange.plan.keep(in: rules)
        guard hasLost else { return }
        endTruncations(emitting: &effects)
        switch exchange.stage {
        case .pending:
            if exchange.isHung { exchange.stage = .pending(isHung: false) }
            settle(at: now, emitting: &effects)
        case .deciding, .swallowed: return
        case .rewriting: effects.append(.reread(.clientToServer))
        case .forwarded:
            reshapeExchange(at: now, emitting: &effects)
            // The cut of a truncation belongs to the message, not to the plan's shape.
            if exchange.truncation != nil, exchange.contentLeft == 0 {
                toClient.cutHere(at: now, emitting: &effects)
            }
            if exchange.requestTruncation != nil, exchange.requestContentLeft == 0 {
                toServer.cutHere(at: now, emitting: &effects)
            }
        case .answered:
            let towardServer = exchange.plan.shape(.clientToServer, perChunk: false)
            toServer.reshape(towardServer, at: now, emitting: &effects)
            reshapeAnswer(at: now, emitting: &effects)
        }
    }

    /// Lets the rest of a body go whose truncation is no longer in force.
    private mutating func endTruncations(emitting effects: inout [Effect]) {
        if exchange.truncation != nil, exchange.plan.truncate(.serverToClient) == nil {
            exchange.truncation = nil
            exchange.contentLeft = .max
            effects.append(.reread(.serverToClient))
        }
        if exchange.requestTruncation != nil, exchange.plan.truncate(.clientToServer) == nil {
            exchange.requestTruncation = nil
            exchange.requestContentLeft = .max
            effects.append(.reread(.clientToServer))
        }
    }

    /// A lane has let through all that a fault allows: now comes what the fault says.
    mutating func applyCut(at now: Moment, emitting effects: inout [Effect]) {
        if let ending = reachedTruncation {
            switch ending {
            case .close: conclude(.fin, .cut, at: now, emitting: &effects)
            case .reset: conclude(.rst, .cut, at: now, emitting: &effects)
            case .hang: if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
            }
            return
        }
        conclude(actingPlan.cutEnding, .cut, at: now, emitting: &effects)
    }

    /// What the truncation whose end has been reached says.
    private var reachedTruncation: Truncate.Ending? {
        guard exchange.isUnderWay else { return nil }
        if toClient.isCut, exchange.contentLeft == 0, let ending = exchange.truncation {
            return ending
        }
        guard toServer.isCut, exchange.requestContentLeft == 0 else { return nil }
        return exchange.requestTruncation
    }

    /// Ends the exchange once both messages have ended and all of the answer has left.
    mutating func completeExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard mode == .exchanging, exchange.isUnderWay, toClient.heldBytes == 0,
            toServer.heldBytes == 0
        else { return }
        let isLeftUnfinished = exchange.lacksBody(clientEnded: clientEnded && unreadFromClient == 0)
        guard exchange.hasEnded || isLeftUnfinished else { return }
        if exchange.isSwallowed, exchange.plan.swallows { return }
        recordExchange(at: now, emitting: &effects)
        let isLast = isLeftUnfinished || exchange.closesConnection
        // Nothing is said of the lanes where the connection ends.
        if !isLast { resting = exchange.plan }
        exchange.end()
        requestReader.reset()
        guard !isLast else { return conclude(.fin, .complete, at: now, emitting: &effects) }
        mode = .idle
        rest(at: now, emitting: &effects)
        if unreadFromClient > 0 {
            effects.append(.reread(.clientToServer))
        } else if clientEnded {
            passOnClientEnd(at: now, emitting: &effects)
        }
    }

    /// Ends everything; what was let go before is still written unless it is a reset.
    mutating func conclude(
        _ how: Close.How,
        _ outcome: ExchangeRecord.Outcome,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard mode != .over else { return }
        if exchange.isUnderWay {
            if exchange.outcome == .complete || exchange.outcome == .answered {
                exchange.outcome = outcome
            }
            recordExchange(at: now, emitting: &effects)
            exchange.end()
        }
        mode = .over
        headDeadline = nil
        endPeers(how, emitting: &effects)
    }
}
