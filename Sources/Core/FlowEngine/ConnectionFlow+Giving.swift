// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// Answers that the proxy gives in place of the upstream.
extension ConnectionFlow {
    /// Gives the client the answer of a rule.
    mutating func give(_ firing: Firing, at now: Moment, emitting effects: inout [Effect]) {
        switch firing.fault {
        case .respond(let respond):
            let body = rendered(respond.body, firing, at: now, emitting: &effects)
            give(respond, body: body, at: now, emitting: &effects)
        case .rateLimit(let limit):
            give(refusal(of: limit, firing, at: now), at: now, emitting: &effects)
        case .stale(let stale): giveKept(stale, firing, at: now, emitting: &effects)
        default: return
        }
    }

    /// Gives the client an answer of the proxy's own and reads the request to its end.
    mutating func give(
        _ respond: Respond,
        body: [UInt8]? = nil,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard exchange.isUnderWay else { return }
        let closes = !exchange.framing.persists || exchange.mayWithholdBody
        let bytes = ResponseWriter.bytes(
            of: respond,
            body: body,
            toHead: exchange.isHead,
            closes: closes,
            minorVersion: exchange.framing.minorVersion
        )
        finishGiving(bytes, status: respond.status, closes: closes, at: now, emitting: &effects)
    }

    private mutating func finishGiving(
        _ bytes: [UInt8],
        status: UInt16,
        closes: Bool,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard exchange.isUnderWay else { return }
        exchange.forwardsBody = exchange.isForwarded && server == .connected
        exchange.wasHeldBefore = !exchange.isForwarded
        if !exchange.forwardsBody {
            exchange.requestTruncation = nil
            exchange.requestContentLeft = .max
        }
        exchange.stage = .answered(closes: closes)
        exchange.response = .finished
        exchange.status = status
        if exchange.outcome == .complete { exchange.outcome = .answered }
        reshapeAnswer(at: now, emitting: &effects)
        insertTowardClient(bytes, at: now, emitting: &effects)
        if !exchange.request.isFinished { effects.append(.reread(.clientToServer)) }
    }

    /// The shape of an answer that is given here: what was held before it was made is not again.
    mutating func reshapeAnswer(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        var shape = exchange.plan.shape(.serverToClient, perChunk: false)
        if exchange.wasHeldBefore { shape.removeDelays() }
        toClient.reshape(shape, at: now, emitting: &effects)
    }

    private func refusal(of limit: RateLimit, _ firing: Firing, at now: Moment) -> Respond {
        var respond = Self.refusal(429, "over the quota of \(firing.rule)")
        respond.headers += quotaFields(limit, firing, at: now)
        return respond
    }

    /// The fields that tell the client how much is left.
    func quotaFields(
        _ limit: RateLimit,
        _ firing: Firing,
        at now: Moment
    ) -> [Respond.Field] {
        guard let quota = firing.quota else { return [] }
        return RateLimitFields.fields(
            rule: firing.rule,
            limit: limit,
            quota: quota,
            wallTime: services.wallOrigin + now.nanoseconds
        )
    }

    /// Answers from what is remembered, with its age.
    private mutating func giveKept(
        _ stale: Stale,
        _ firing: Firing,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard exchange.isUnderWay, let key = exchange.learning?.key,
            let kept = services.memory?.answer(
                of: firing.rule,
                to: key,
                maxAge: nil,
                at: now.nanoseconds
            )
        else {
            // It was there a moment ago, and had to make room since.
            let text = "what \(firing.rule) remembered had to make room"
            return give(Self.refusal(504, text), at: now, emitting: &effects)
        }
        exchange.learning = nil
        let age = String(max(0, (now.nanoseconds - kept.received) / 1_000_000_000))
        let message = WholeMessage(kept.bytes, .response)
        // A body that lasted until the close can only end with one again.
        let closes =
            !exchange.framing.persists || exchange.mayWithholdBody
            || message?.endsWithConnection ?? true
        var fields: [Respond.Field] = []
        if stale.headers {
            fields += ["Age", "X-Cache-Age"].map { Respond.Field(name: $0, value: age) }
        }
        if closes { fields.append(Respond.Field(name: "Connection", value: "close")) }
        let status = message?.status ?? 200
        let bytes =
            message?.withFields(fields, removing: ["connection", "keep-alive"]) ?? kept.bytes
        finishGiving(bytes, status: status, closes: closes, at: now, emitting: &effects)
    }
}
