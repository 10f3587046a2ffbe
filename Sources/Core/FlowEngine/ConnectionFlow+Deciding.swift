// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What the rules say of a request, and of the content that some have to see first.
extension ConnectionFlow {
    func circumstances(_ now: Moment) -> Circumstances {
        Circumstances(now: now.nanoseconds, memory: services.memory)
    }

    /// Begins an exchange with the head that was just read.
    mutating func beginExchange(
        _ bytes: borrowing Span<UInt8>,
        headLength: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let unit = exchangeCount
        if requestReader.framing.hasUpgrade || requestReader.isMethod(.connect, in: bytes) {
            stream.remember(requestReader.facts, bytes, headLength, unit, rules.newestSerial)
        }
        exchangeCount += 1
        mode = .exchanging
        exchange.begin(
            unit: unit,
            reader: requestReader,
            head: bytes,
            length: headLength,
            keepsHead: !rules.isEmpty,
            at: now,
            passedToServer: toServer.passed,
            passedToClient: toClient.passed
        )
        responseReader.reset()
        if !rules.isEmpty {
            if let reason = noteRequestFault(bytes) {
                return refuseRequestFault(reason, at: now, emitting: &effects)
            }
            decide(bytes, content: nil, at: now, emitting: &effects)
            if case .deciding = exchange.stage { return }
        }
        settle(at: now, emitting: &effects)
    }

    /// Asks the rules about the request whose head begins `bytes`.
    private mutating func decide(
        _ bytes: borrowing Span<UInt8>,
        content: ContentFacts?,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard exchange.isUnderWay else { return }
        var decision = rules.decide(
            requestReader.facts,
            in: bytes,
            content: content,
            about: UnitFacts(exchange.unit, on: facts),
            in: circumstances(now),
            tallies: &tallies,
            using: &scratch
        )
        guard !decision.needsContent else {
            let limit = limits.bodyLimit.bytes
            exchange.stage = .deciding(ContentGatherer(exchange.request, limit: limit))
            return
        }
        if let brought = exchange.brought {
            rules.bring(
                brought,
                with: requestReader.facts,
                in: bytes,
                about: UnitFacts(exchange.unit, on: facts),
                in: circumstances(now),
                tallies: &tallies,
                into: &decision.plan
            )
        }
        exchange.stage = .pending(isHung: false)
        exchange.pending = decision.pending
        if decision.pending == nil, decision.plan.isPass, decision.plan.learners.isEmpty { return }
        exchange.plan.add(
            decision.plan,
            since: now,
            toServer: toServer.passed,
            toClient: toClient.passed
        )
        exchange.firedRules = exchange.plan.rules
        exchange.remember(decision.plan, requestReader.facts, bytes)
        record(decision.plan, perChunk: false, unit: exchange.unit, emitting: &effects)
    }

    /// Looks at more of the content that a rule waits for; decides when it is enough.
    ///
    /// - Returns: how many bytes were taken: none before the decision.
    mutating func gatherForDecision(
        _ gatherer: ContentGatherer,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        let headLength = exchange.headLength
        var gatherer = gatherer
        _ = gatherer.take(
            bytes.extracting(min(headLength + Int(gatherer.wireLength), bytes.count)..<bytes.count)
        )
        let isEnough = gatherer.isFinished || gatherer.isFull || gatherer.violation != nil
        guard isEnough || clientEnded || isRowFull(bytes.count) else {
            exchange.stage = .deciding(gatherer)
            invite(at: now, emitting: &effects)
            return 0
        }
        let content = decoded(gatherer, requestReader.facts.fields, in: bytes)
        decide(bytes, content: content, at: now, emitting: &effects)
        settle(at: now, emitting: &effects)
        return proceed(bytes, at: now, emitting: &effects)
    }

    /// Rules have changed while a request's content was gathered for some.
    mutating func decideAgain(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        exchange.mustDecideAgain = false
        decide(bytes, content: nil, at: now, emitting: &effects)
        if case .deciding(let gatherer) = exchange.stage {
            return gatherForDecision(gatherer, bytes, at: now, emitting: &effects)
        }
        settle(at: now, emitting: &effects)
        return proceed(bytes, at: now, emitting: &effects)
    }

    /// Goes on with a request whose head has just been settled, or not.
    ///
    /// - Returns: how many of the bytes, which begin with the head, were taken.
    mutating func proceed(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        switch exchange.stage {
        case .deciding, .pending: return 0
        case .rewriting: return rewriteRequest(bytes, at: now, emitting: &effects)
        case .forwarded, .answered, .swallowed:
            let head = exchange.headLength
            return head + readBody(bytes, from: head, at: now, emitting: &effects)
        }
    }

    /// Tells a client that waits to be told (RFC 9110, 10.1.1) to send its content.
    mutating func invite(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay, exchange.framing.expectsContinue, !exchange.hasContinued else {
            return
        }
        exchange.hasContinued = true
        let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        effects.append(.insert(.serverToClient, interim))
        toClient.arrived(interim.count, at: now, emitting: &effects)
    }

    /// Whether no more can be read before some of what is here has been taken.
    func isRowFull(_ count: Int) -> Bool {
        count >= max(limits.buffer.bytes, limits.head.bytes + 1)
    }

    /// The gathered content without its coding; as it came where that cannot be taken off.
    func decoded(
        _ gatherer: ContentGatherer,
        _ fields: [RequestFacts.Field],
        in bytes: borrowing Span<UInt8>
    ) -> ContentFacts {
        guard gatherer.isFinished,
            case .success(let coding?) = ContentCoding.named(in: bytes, fields: fields),
            let content = services.coder.decoded(
                gatherer.content,
                from: coding,
                limit: limits.bodyLimit.bytes
            )
        else { return ContentFacts(gatherer.content) }
        return ContentFacts(content)
    }
}

extension Exchange {
    /// Keeps what will be asked when the request's head is gone.
    mutating func remember(
        _ decided: Plan,
        _ facts: RequestFacts,
        _ head: borrowing Span<UInt8>
    ) {
        if plan.hasTemplate || pending != nil {
            templateRequest = facts.forTemplates(in: head)
        }
        guard !decided.learners.isEmpty else { return }
        learning = Learning(
            rules: decided.learners.map(\.rule),
            key: facts.answerKey(in: head)
        )
    }
}

extension RequestFacts {
    /// What templates can say of the request.
    func forTemplates(in head: borrowing Span<UInt8>) -> TemplateFacts.Request {
        var headers: [FieldEdits.Pair] = []
        for field in fields {
            headers.append(
                FieldEdits.Pair(name: head.text(field.name), value: head.text(field.value))
            )
        }
        return TemplateFacts.Request(
            method: head.text(method),
            host: host(in: head).map { head.text($0) } ?? "",
            path: head.text(path),
            query: query.map { Self.parameters(head.bytes($0)) } ?? [],
            headers: headers
        )
    }

    /// `name=value` between `&`, decoded (application/x-www-form-urlencoded).
    private static func parameters(_ query: [UInt8]) -> [FieldEdits.Pair] {
        query.split(separator: ASCII.ampersand).map { parameter in
            let parts = parameter.split(
                separator: ASCII.equals,
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            return FieldEdits.Pair(
                name: PercentDecoding.formText(parts[0]),
                value: parts.count > 1 ? PercentDecoding.formText(parts[1]) : ""
            )
        }
    }
}
