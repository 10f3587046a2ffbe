// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What becomes of an exchange: forwarded, answered here, cut, completed.
extension ConnectionFlow {
    /// Carries out what the rules settled for the exchange under way, once it is due.
    mutating func settle(at now: Moment, emitting effects: inout [Effect]) {
        guard let exchange, case .pending = exchange.stage else { return }
        guard let settlement = exchange.plan.settlement else {
            return forward(exchange, at: now, emitting: &effects)
        }
        guard exchange.started + exchange.plan.totalDelay <= now else { return }
        switch settlement {
        case .respond(let respond):
            answer(respond, at: now, emitting: &effects)
        case .close(let close):
            conclude(close.how, .cut, at: now, emitting: &effects)
        case .hang:
            self.exchange?.stage = .pending(isHung: true)
            if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
        default: return
        }
    }

    private mutating func forward(
        _ exchange: Exchange,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        self.exchange?.stage = .forwarded
        unreadFromClient = max(0, unreadFromClient - exchange.headLength)
        reshapeExchange(at: now, emitting: &effects)
        dialIfNeeded(after: exchange.plan.connectDelay, at: now, emitting: &effects)
        admit(.clientToServer, exchange.headLength, at: now, emitting: &effects)
        if !exchange.request.isFinished { effects.append(.reread(.clientToServer)) }
        if unreadFromServer > 0 { effects.append(.reread(.serverToClient)) }
    }

    private mutating func reshapeExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard let exchange,
            !(exchange.plan.isPass && toServer.shape == .open && toClient.shape == .open)
        else { return }
        toServer.reshape(
            exchange.plan.shape(.clientToServer, perChunk: false),
            at: now,
            emitting: &effects
        )
        toClient.reshape(
            exchange.plan.shape(.serverToClient, perChunk: false),
            at: now,
            emitting: &effects
        )
    }

    /// Answers in place of the upstream, before anything of the request was let go.
    private mutating func answer(
        _ respond: Respond,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard let exchange else { return }
        effects.append(.drop(.clientToServer, exchange.headLength))
        unreadFromClient = max(0, unreadFromClient - exchange.headLength)
        self.exchange?.outcome = .answered
        give(respond, at: now, emitting: &effects)
    }

    /// Gives the client an answer of the proxy's own and reads the request to its end.
    private mutating func give(
        _ respond: Respond,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard let exchange else { return }
        let closes = !exchange.framing.persists || exchange.mayWithholdBody
        let bytes = ResponseWriter.bytes(
            of: respond,
            toHead: exchange.isHead,
            closes: closes,
            minorVersion: exchange.framing.minorVersion
        )
        self.exchange?.stage = .answered(closes: closes)
        self.exchange?.response = .finished
        self.exchange?.status = respond.status
        reshapeAnswer(at: now, emitting: &effects)
        effects.append(.insert(.serverToClient, bytes))
        toClient.arrived(bytes.count, at: now, emitting: &effects)
        if !exchange.request.isFinished { effects.append(.reread(.clientToServer)) }
    }

    /// The shape of an answer that is given here: it was held before it was made, and not again.
    private mutating func reshapeAnswer(at now: Moment, emitting effects: inout [Effect]) {
        guard var shape = exchange?.plan.shape(.serverToClient, perChunk: false) else { return }
        shape.delay = 0
        toClient.reshape(shape, at: now, emitting: &effects)
    }

    /// The proxy's own refusal: an answer, and the end of the connection.
    mutating func answerAndClose(
        _ status: UInt16,
        _ text: String,
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
        exchange?.status = status
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
        case .badGateway:
            effects.append(.discardHeld(.clientToServer))
            toServer.discardHeld()
            guard exchange != nil, mode == .exchanging else {
                return answerAndClose(502, text, at: now, emitting: &effects)
            }
            exchange?.outcome = .unreachable
            give(Self.refusal(502, text), at: now, emitting: &effects)
            advance(at: now, emitting: &effects)
        }
    }

    mutating func adoptInExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard var exchange, exchange.plan.keep(in: rules) else { return }
        if exchange.plan.truncate == nil, exchange.truncation != nil {
            exchange.truncation = nil
            exchange.contentLeft = .max
            effects.append(.reread(.serverToClient))
        }
        if exchange.isHung { exchange.stage = .pending(isHung: false) }
        self.exchange = exchange
        switch exchange.stage {
        case .pending: settle(at: now, emitting: &effects)
        case .forwarded:
            reshapeExchange(at: now, emitting: &effects)
            // The cut of a truncation belongs to the message, not to the plan's shape.
            if exchange.truncation != nil, exchange.contentLeft == 0 {
                toClient.cutHere(at: now, emitting: &effects)
            }
        case .answered: reshapeAnswer(at: now, emitting: &effects)
        }
    }

    /// A lane has let through all that a fault allows: now comes what the fault says.
    mutating func applyCut(at now: Moment, emitting effects: inout [Effect]) {
        if let ending = exchange?.truncation, toClient.isCut, exchange?.contentLeft == 0 {
            switch ending {
            case .close: conclude(.fin, .cut, at: now, emitting: &effects)
            case .reset: conclude(.rst, .cut, at: now, emitting: &effects)
            case .hang: if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
            }
            return
        }
        let plan = exchange?.plan ?? stream.plan
        conclude(plan.cutEnding, .cut, at: now, emitting: &effects)
    }

    /// Ends the exchange once both messages have ended and all of the answer has left.
    mutating func completeExchange(at now: Moment, emitting effects: inout [Effect]) {
        guard mode == .exchanging, let exchange, toClient.heldBytes == 0, toServer.heldBytes == 0
        else { return }
        let isLeftUnfinished = exchange.lacksBody(clientEnded: clientEnded && unreadFromClient == 0)
        guard exchange.hasEnded || isLeftUnfinished else { return }
        recordExchange(at: now, emitting: &effects)
        self.exchange = nil
        if isLeftUnfinished || exchange.stage == .answered(closes: true) {
            return conclude(.fin, .complete, at: now, emitting: &effects)
        }
        mode = .idle
        toServer.reshape(.open, at: now, emitting: &effects)
        toClient.reshape(.open, at: now, emitting: &effects)
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
        if exchange != nil {
            if exchange?.outcome == .complete || exchange?.outcome == .answered {
                exchange?.outcome = outcome
            }
            recordExchange(at: now, emitting: &effects)
            exchange = nil
        }
        mode = .over
        headDeadline = nil
        effects.append(.end(how))
    }
}
