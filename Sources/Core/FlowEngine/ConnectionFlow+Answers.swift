// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What rules do to the upstream's answer.
extension ConnectionFlow {
    /// Asks the rules that waited for the answer whose head begins `bytes`, and acts.
    ///
    /// - Returns: how many bytes were taken.
    mutating func meetAnswer(
        _ bytes: borrowing Span<UInt8>,
        content: ContentFacts? = nil,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        if !exchange.isAnswerDecided, let pending = exchange.pending {
            let decision = RuleSet.decide(
                ResponseFacts(
                    status: responseReader.status,
                    fields: responseReader.facts.fields
                ),
                in: bytes,
                content: content,
                pending,
                inForce: rules,
                about: UnitFacts(exchange.unit, on: facts),
                in: circumstances(now),
                tallies: &tallies
            )
            guard !decision.needsContent else {
                let gatherer = ContentGatherer(answerBody, limit: limits.bodyLimit.bytes)
                return gatherAnswer(gatherer, bytes, at: now, emitting: &effects)
            }
            exchange.isAnswerDecided = true
            add(decision.plan, at: now, emitting: &effects)
        }
        return actOnAnswer(bytes, at: now, emitting: &effects)
    }

    private mutating func add(_ plan: Plan, at now: Moment, emitting effects: inout [Effect]) {
        guard !plan.isPass, exchange.isUnderWay else { return }
        exchange.plan.add(
            plan,
            since: now,
            toServer: toServer.passed,
            toClient: toClient.passed
        )
        let named = Set(exchange.firedRules)
        exchange.firedRules += exchange.plan.rules.filter { !named.contains($0) }
        record(plan, perChunk: false, unit: exchange.unit, emitting: &effects)
        reshapeExchange(at: now, emitting: &effects)
    }

    /// Looks at more of the content that a rule waits for.
    ///
    /// - Returns: how many bytes were taken: none before the decision.
    mutating func gatherAnswer(
        _ gatherer: ContentGatherer,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        if exchange.mustDecideAgain {
            exchange.mustDecideAgain = false
            return meetAnswer(bytes, at: now, emitting: &effects)
        }
        var gatherer = gatherer
        let start = min(exchange.answerHeadLength + Int(gatherer.wireLength), bytes.count)
        _ = gatherer.take(bytes.extracting(start..<bytes.count))
        let isEnough = gatherer.isFinished || gatherer.isFull || gatherer.violation != nil
        guard isEnough || exchange.answerHasEnded || isRowFull(bytes.count) else {
            exchange.response = .gathering(gatherer)
            return 0
        }
        let content = decoded(gatherer, responseReader.facts.fields, in: bytes)
        return meetAnswer(bytes, content: content, at: now, emitting: &effects)
    }

    /// Lets the answer go on, or does with it what the plan says.
    private mutating func actOnAnswer(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        guard !exchange.plan.isPass else { return passAnswer(bytes, at: now, emitting: &effects) }
        let plan = exchange.plan
        if let close = plan.immediateClose {
            conclude(close.how, .cut, at: now, emitting: &effects)
            return 0
        }
        if plan.swallowedAnswer != nil || plan.substitute != nil {
            let length = exchange.answerHeadLength
            if let firing = plan.substitute { give(firing, at: now, emitting: &effects) }
            return beginDropping(length, of: bytes.count, at: now, emitting: &effects)
        }
        guard plan.changesAnswer else { return passAnswer(bytes, at: now, emitting: &effects) }
        if needsWholeAnswer(bytes) {
            let extent = MessageExtent(answerBody)
            return rewriteAnswer(extent, bytes, at: now, emitting: &effects)
        }
        let head = changedHead(bytes.bytes(0..<exchange.answerHeadLength), at: now)
        return passAnswer(bytes, as: head, at: now, emitting: &effects)
    }

    /// Whether what the plan does to the answer whose head begins `bytes` takes all of it.
    private func needsWholeAnswer(_ bytes: borrowing Span<UInt8>) -> Bool {
        guard exchange.isUnderWay else { return false }
        for fault in exchange.plan.faults {
            switch fault.firing.fault {
            case .edit(let edit):
                guard let change = edit.response else { continue }
                if MessageRewriter.needsWholeMessage(
                    change,
                    reader: responseReader,
                    isHeadRequest: exchange.isHead
                ) {
                    return true
                }
            case .malform(let malformation) where malformation != .earlyResponse:
                let head = bytes.bytes(0..<exchange.answerHeadLength)
                let changed = WholeMessage(head, .response)?.malformedHead(
                    malformation,
                    isHeadRequest: exchange.isHead
                )
                if changed == nil { return true }
            case .truncate(let truncate)
            where truncate.toward == .client && truncate.lengths == .fix:
                return true
            default: continue
            }
        }
        return false
    }

    /// The answer's head after all that changes only heads.
    private mutating func changedHead(_ head: [UInt8], at now: Moment) -> [UInt8] {
        var head = head
        for fault in exchange.plan.faults {
            switch fault.firing.fault {
            case .edit(let edit):
                guard let change = edit.response else { continue }
                head = WholeMessage(head, .response)?.withHead(change) ?? head
            case .rateLimit(let limit):
                head = withFields(of: limit, fault.firing, head, at: now)
            case .malform(let malformation):
                let message = WholeMessage(head, .response)
                let isHead = exchange.isHead
                head = message?.malformedHead(malformation, isHeadRequest: isHead) ?? head
                if malformation.ending == .close { exchange.closesAfter = true }
            default: continue
            }
        }
        return head
    }

    private func withFields(
        of limit: RateLimit,
        _ firing: Firing,
        _ head: [UInt8],
        at now: Moment
    ) -> [UInt8] {
        let fields = quotaFields(limit, firing, at: now)
        return WholeMessage(head, .response)?.withFields(fields) ?? head
    }

    /// Changes the whole answer, once it is here.
    ///
    /// - Returns: how many bytes were taken.
    mutating func rewriteAnswer(
        _ extent: MessageExtent,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        let headLength = exchange.answerHeadLength
        guard needsWholeAnswer(bytes) else {
            return actOnAnswer(bytes, at: now, emitting: &effects)
        }
        var extent = extent
        extent.extend(bytes.extracting(headLength + extent.bodyLength..<bytes.count))
        let isWhole =
            extent.isFinished || (extent.body.endsWithConnection && exchange.answerHasEnded)
        if isWhole {
            let length = headLength + extent.bodyLength
            if length > headLength || exchange.learning != nil {
                learn(head: bytes.extracting(0..<headLength), responseReader.status)
                learn(body: bytes.extracting(headLength..<length))
            }
            let message = changedWhole(bytes.bytes(0..<length), at: now, emitting: &effects)
            effects.append(.drop(.serverToClient, length))
            insertTowardClient(message, at: now, emitting: &effects)
            if !responseReader.framing.persists || extent.body.endsWithConnection {
                exchange.repeatsLeft = 0
            }
            finishAnswer()
            return length
        }
        guard extent.isBroken || exchange.answerHasEnded || isRowFull(bytes.count) else {
            exchange.response = .rewriting(extent)
            return 0
        }
        notApplied("the answer is not whole, or larger than limits.buffer", emitting: &effects)
        return passAnswer(bytes, at: now, emitting: &effects)
    }

    private mutating func changedWhole(
        _ message: [UInt8],
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> [UInt8] {
        var message = message
        for fault in exchange.plan.faults {
            switch fault.firing.fault {
            case .edit(let edit):
                guard let change = edit.response else { continue }
                message = rewritten(
                    message,
                    .response,
                    by: change,
                    edit.lengths,
                    fault.firing,
                    at: now,
                    emitting: &effects
                )
            case .rateLimit(let limit):
                message = withFields(of: limit, fault.firing, message, at: now)
            case .truncate(let truncate) where truncate.toward == .client:
                message = truncated(message, .response, truncate, emitting: &effects)
            case .malform(let malformation):
                let result = WholeMessage(message, .response)?.malformed(
                    malformation,
                    isHeadRequest: exchange.isHead
                )
                if case .success(let malformed) = result, malformed.then == .close {
                    exchange.closesAfter = true
                }
                message = changed(
                    message,
                    result?.map(\.bytes),
                    "malform",
                    emitting: &effects
                )
            default: continue
            }
        }
        return message
    }
}

extension AppliedPlan {
    var immediateClose: Close? {
        for fault in faults {
            if case .close(let close) = fault.firing.fault, close.after == Close.now {
                return close
            }
        }
        return nil
    }
}
