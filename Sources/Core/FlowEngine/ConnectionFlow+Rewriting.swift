// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// Requests that go on otherwise than they came.
extension ConnectionFlow {
    /// Changes the request that begins the unread bytes, once enough of it is here.
    ///
    /// - Returns: how many bytes were taken.
    mutating func rewriteRequest(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay, case .rewriting(var extent) = exchange.stage else { return 0 }
        let headLength = exchange.headLength
        guard exchange.changesRequest else {
            return forwardAsItCame(bytes, at: now, emitting: &effects)
        }
        guard exchange.plan.needsWholeRequest else {
            let head = editedHead(bytes.bytes(0..<headLength))
            send(head, times: 1, inPlaceOf: headLength, at: now, emitting: &effects)
            return headLength + readBody(bytes, from: headLength, at: now, emitting: &effects)
        }
        extent.extend(bytes.extracting(headLength + extent.bodyLength..<bytes.count))
        if extent.isFinished {
            let length = headLength + extent.bodyLength
            let message = editedWhole(bytes.bytes(0..<length), at: now, emitting: &effects)
            exchange.request = .empty
            let times = repetitions(of: message, emitting: &effects)
            exchange.repeatsLeft = times - 1
            send(message, times: times, inPlaceOf: length, at: now, emitting: &effects)
            return length
        }
        guard extent.isBroken || clientEnded || isRowFull(bytes.count) else {
            exchange.stage = .rewriting(extent)
            invite(at: now, emitting: &effects)
            return 0
        }
        notApplied("the request is not whole, or larger than limits.buffer", emitting: &effects)
        return forwardAsItCame(bytes, at: now, emitting: &effects)
    }

    private mutating func forwardAsItCame(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        letGo(at: now, emitting: &effects)
        return exchange.headLength
            + readBody(bytes, from: exchange.headLength, at: now, emitting: &effects)
    }

    /// Forwards bytes in place of those that begin what is unread.
    private mutating func send(
        _ message: [UInt8],
        times: Int,
        inPlaceOf count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard exchange.isUnderWay else { return }
        exchange.stage = .forwarded
        beginRequestTruncation(emitting: &effects)
        reshapeExchange(at: now, emitting: &effects)
        dialIfNeeded(after: exchange.plan.connectDelay, at: now, emitting: &effects)
        effects.append(.drop(.clientToServer, count))
        for time in 1...times {
            // Only the last of a request that closes its connection may say so.
            let isLast = time == times
            let isKept = isLast || exchange.framing.persists
            let bytes = isKept ? message : Self.staying(message)
            effects.append(.insert(.clientToServer, bytes))
            spend(bytes.count)
            toServer.arrived(bytes.count, at: now, emitting: &effects)
        }
        if exchange.requestContentLeft == 0 { toServer.cutHere(at: now, emitting: &effects) }
        if unreadFromServer > 0 { effects.append(.reread(.serverToClient)) }
    }

    /// How many times the request is sent: all copies together fit into `limits.buffer`.
    private func repetitions(of message: [UInt8], emitting effects: inout [Effect]) -> Int {
        let asked = exchange.plan.repetitions
        let most = max(1, limits.buffer.bytes / max(1, message.count))
        if asked > most {
            notApplied("repeat: only \(most) copies fit into limits.buffer", emitting: &effects)
        }
        return min(asked, most)
    }

    /// The request without its wish to close the connection.
    private static func staying(_ request: [UInt8]) -> [UInt8] {
        WholeMessage(request, .request)?.withFields([], removing: ["connection"]) ?? request
    }

    // MARK: Edits

    /// A wish for faults is for the proxy alone, and so is the token that goes with it.
    private func withoutRequestFault(_ request: [UInt8]) -> [UInt8] {
        guard exchange.hidesRequestFault else { return request }
        let names = [RequestFaults.askingField, RequestFaults.tokenField]
            .map { String(decoding: $0, as: UTF8.self) }
        return WholeMessage(request, .request)?.withFields([], removing: names) ?? request
    }

    private func editedHead(_ head: [UInt8]) -> [UInt8] {
        var head = withoutRequestFault(head)
        for fault in exchange.plan.faults {
            guard case .edit(let edit) = fault.firing.fault, let change = edit.request else {
                continue
            }
            head = WholeMessage(head, .request)?.withHead(change) ?? head
        }
        return head
    }

    private func editedWhole(
        _ message: [UInt8],
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        var message = withoutRequestFault(message)
        for fault in exchange.plan.faults {
            switch fault.firing.fault {
            case .edit(let edit):
                guard let change = edit.request else { continue }
                message = rewritten(
                    message,
                    .request,
                    by: change,
                    edit.lengths,
                    fault.firing,
                    at: now,
                    emitting: &effects
                )
            case .truncate(let truncate) where truncate.toward == .server:
                message = truncated(message, .request, truncate, emitting: &effects)
            default: continue
            }
        }
        return message
    }

    /// The whole message after one edit; as it came, with a notice, where that cannot be done.
    func rewritten(
        _ message: [UInt8],
        _ kind: HeadReader.Kind,
        by change: MessageEdit,
        _ lengths: Lengths,
        _ firing: Firing,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        var replacement: [UInt8]?
        if case .replace(let body) = change.body {
            replacement = rendered(body, firing, at: now, emitting: &effects)
        }
        let result = WholeMessage(message, kind)?.rewritten(
            by: change,
            lengths: lengths,
            replacement: replacement,
            isHeadRequest: exchange.isHead,
            coder: services.coder,
            limit: limits.buffer.bytes
        )
        return changed(message, result, "edit", emitting: &effects)
    }

    /// A part of the message, with the length of that part.
    func truncated(
        _ message: [UInt8],
        _ kind: HeadReader.Kind,
        _ truncate: Truncate,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        guard truncate.lengths == .fix else {
            notApplied("truncate: another rule changes the whole message", emitting: &effects)
            return message
        }
        let result = WholeMessage(message, kind)?.truncated(
            after: truncate.after,
            isHeadRequest: exchange.isHead
        )
        return changed(message, result, "truncate", emitting: &effects)
    }

    /// What a change made of a message; as it was, with a notice, where it could not be made.
    func changed(
        _ message: [UInt8],
        _ result: Result<[UInt8], Refusal>?,
        _ fault: String,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        switch result {
        case .success(let changed): return changed
        case .failure(let refusal):
            notApplied("\(fault): \(refusal.message)", emitting: &effects)
            return message
        case nil: return message
        }
    }

    /// The bytes of a body; a template is rendered for this exchange.
    func rendered(
        _ body: Body,
        _ firing: Firing,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        guard case .template(let template) = body else { return body.bytes }
        guard let request = exchange.templateRequest else { return [] }
        let facts = TemplateFacts(
            request: request,
            proxy: name.proxy,
            connection: facts.ordinal,
            exchange: exchange.unit,
            client: facts.client.map { String(describing: $0) } ?? "unix",
            rule: firing.rule,
            fired: firing.hold?.tally.fired ?? 0,
            wallTime: services.wallOrigin + now.nanoseconds,
            firing: firing
        )
        switch services.renderer.rendered(template, with: facts) {
        case .success(let bytes): return bytes
        case .failure(let failure):
            notApplied("template of \(firing.rule): \(failure.message)", emitting: &effects)
            return []
        }
    }

    // MARK: Truncated requests

    mutating func beginRequestTruncation(emitting effects: inout [Effect]) {
        guard !exchange.plan.isPass, !exchange.request.isFinished,
            let truncate = exchange.plan.truncate(.clientToServer)
        else { return }
        guard let content = content(truncate.after, of: exchange.framing.contentLength) else {
            return notApplied(
                "truncate: a share of a body of unknown length cannot be told",
                emitting: &effects
            )
        }
        exchange.requestContentLeft = content
        exchange.requestTruncation = truncate.then
    }

    /// How much content a truncation lets through; `nil` where that cannot be told.
    func content(_ point: Truncate.Point, of length: UInt64?) -> UInt64? {
        switch point {
        case .bytes(let count): UInt64(count.bytes)
        case .share(let share): length.map { UInt64((Double($0) * share).rounded(.down)) }
        }
    }

    func notApplied(_ reason: String, emitting effects: inout [Effect]) {
        notice("fault.not-applied", reason, emitting: &effects)
    }

    /// Counts bytes against the budgets of the rules at work on the unit.
    func spend(_ count: Int) {
        if exchange.isUnderWay {
            exchange.plan.spend(UInt64(count))
        } else {
            stream.plan.spend(UInt64(count))
        }
    }
}
