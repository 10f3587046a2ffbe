// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// What the server sends.
extension ConnectionFlow {
    /// - Returns: how many bytes were taken.
    mutating func take(
        fromServer bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        switch mode {
        case .over:
            effects.append(.drop(.serverToClient, bytes.count))
            return bytes.count
        case .streaming:
            return takeStream(.serverToClient, bytes, at: now, emitting: &effects)
        case .idle, .undecided:
            // Between exchanges a server may still say 408 before it closes (RFC 9110, 15.5.9).
            admit(.serverToClient, bytes.count, at: now, emitting: &effects)
            return bytes.count
        case .exchanging:
            return readResponse(bytes, at: now, emitting: &effects)
        }
    }

    private mutating func readResponse(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        var position = 0
        while position < bytes.count, mode == .exchanging, exchange.isUnderWay {
            let rest = bytes.extracting(position..<bytes.count)
            let taken: Int
            switch exchange.response {
            case .dropped(let body): taken = dropAnswer(body, rest, at: now, emitting: &effects)
            case _ where !exchange.isForwarded && !exchange.isDroppingRepeats: taken = 0
            case .head: taken = readResponseHead(rest, at: now, emitting: &effects)
            case .gathering(let gatherer):
                taken = gatherAnswer(gatherer, rest, at: now, emitting: &effects)
            case .rewriting(let extent):
                taken = rewriteAnswer(extent, rest, at: now, emitting: &effects)
            case .body: taken = readResponseBody(rest, at: now, emitting: &effects)
            case .finished:
                // More than the message: the rest cannot belong to anything that was asked for.
                taken = rest.count
                admit(.serverToClient, taken, at: now, emitting: &effects)
            }
            position += taken
            if taken == 0 { break }
        }
        if mode == .streaming, position < bytes.count {
            let rest = bytes.extracting(position..<bytes.count)
            return position + takeStream(.serverToClient, rest, at: now, emitting: &effects)
        }
        return position
    }

    private mutating func readResponseHead(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        switch responseReader.read(bytes, limit: limits.head.bytes) {
        case .incomplete: return 0
        case .refused where exchange.isUnderWay && exchange.dropsAnswer:
            return dropUnreadable(bytes.count, at: now, emitting: &effects)
        case .refused(let violation):
            // Passed as it came. Where it ends cannot be known, so nothing may follow it.
            guard !rules.isEmpty else {
                becomeOpaque(violation.rawValue, emitting: &effects)
                return 0
            }
            exchange.isUnreadable = true
            notice(
                "message.unreadable",
                "an answer was passed on unread, up to the connection's end: \(violation.rawValue)",
                emitting: &effects
            )
            exchange.repeatsLeft = 0
            exchange.response = .body(.untilClose)
            return readResponseBody(bytes, at: now, emitting: &effects)
        case .complete(let length):
            return takeResponseHead(bytes, length, at: now, emitting: &effects)
        }
    }

    private mutating func takeResponseHead(
        _ bytes: borrowing Span<UInt8>,
        _ length: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        let status = responseReader.status
        let isTunnel = exchange.isConnect && (200..<300).contains(status)
        if status < 200, status != 101 {
            responseReader.reset()
            // Who waits to be told to send the content is told, whatever the answer will be.
            let isAwaited = status == 100 && !exchange.request.isFinished
            if exchange.dropsAnswer, !isAwaited || exchange.isDroppingRepeats {
                effects.append(.drop(.serverToClient, length))
            } else {
                admit(.serverToClient, length, at: now, emitting: &effects)
            }
            return length
        }
        if exchange.isDroppingRepeats {
            return beginDropping(length, of: bytes.count, at: now, emitting: &effects)
        }
        exchange.status = status
        if (status == 101 || isTunnel) && !exchange.dropsAnswer {
            responseReader.reset()
            admit(.serverToClient, length, at: now, emitting: &effects)
            becomeUpgraded(at: now, emitting: &effects)
            return length
        }
        exchange.answerHeadLength = length
        return meetAnswer(bytes, at: now, emitting: &effects)
    }

    /// An answer that cannot be read, and is for nobody.
    private mutating func dropUnreadable(
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        if exchange.isUnderWay, exchange.isForwarded, !exchange.isDroppingRepeats,
            let firing = exchange.plan.substitute
        {
            give(firing, at: now, emitting: &effects)
        }
        return giveUpServer(count, at: now, emitting: &effects)
    }

    /// Where the body of the answer whose head was read ends.
    var answerBody: BodyReader {
        guard exchange.isUnderWay else { return .empty }
        return exchange.responseBody(responseReader.framing, status: responseReader.status)
    }

    /// Lets the head of the answer go, as it came or changed, and goes on with its body.
    ///
    /// - Parameter head: in place of the one that came; `nil`: as it came.
    /// - Returns: how many bytes were taken.
    mutating func passAnswer(
        _ bytes: borrowing Span<UInt8>,
        as head: [UInt8]? = nil,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay else { return 0 }
        let length = exchange.answerHeadLength
        let framing = responseReader.framing
        let body = answerBody
        learn(head: bytes.extracting(0..<length), responseReader.status)
        if let head {
            effects.append(.drop(.serverToClient, length))
            insertTowardClient(head, at: now, emitting: &effects)
        } else {
            admit(.serverToClient, length, at: now, emitting: &effects)
        }
        if !framing.persists || body.endsWithConnection { exchange.repeatsLeft = 0 }
        exchange.response = .body(body)
        if !exchange.plan.isPass, !body.isFinished,
            let truncate = exchange.plan.truncate(.serverToClient)
        {
            beginTruncation(truncate, of: framing.contentLength, at: now, emitting: &effects)
        }
        if body.isFinished { finishAnswer() }
        return length
    }

    mutating func insertTowardClient(
        _ bytes: [UInt8],
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        effects.append(.insert(.serverToClient, bytes))
        spend(bytes.count)
        toClient.arrived(bytes.count, at: now, emitting: &effects)
    }

    private mutating func beginTruncation(
        _ truncate: Truncate,
        of length: UInt64?,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard let content = content(truncate.after, of: length) else {
            return notApplied(
                "truncate: a share of a body of unknown length cannot be told",
                emitting: &effects
            )
        }
        exchange.contentLeft = content
        exchange.truncation = truncate.then
        if content == 0 { toClient.cutHere(at: now, emitting: &effects) }
    }

    private mutating func readResponseBody(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard exchange.isUnderWay, case .body(var body) = exchange.response else { return 0 }
        if exchange.truncation != nil, exchange.contentLeft == 0 { return 0 }
        let progress = body.read(bytes, contentLimit: exchange.contentLeft)
        exchange.response = .body(body)
        if exchange.truncation != nil { exchange.contentLeft -= UInt64(progress.content) }
        if exchange.learning != nil { learn(body: bytes.extracting(0..<progress.length)) }
        admit(.serverToClient, progress.length, at: now, emitting: &effects)
        if progress.isFinished {
            finishAnswer()
        } else if progress.violation != nil {
            endUnreadably(progress.violation, emitting: &effects)
        } else if exchange.truncation != nil, exchange.contentLeft == 0 {
            toClient.cutHere(at: now, emitting: &effects)
        }
        return progress.length
    }

    private mutating func endUnreadably(_ violation: Violation?, emitting effects: inout [Effect]) {
        exchange.learning = nil
        guard rules.isEmpty, let violation else {
            exchange.isUnreadable = true
            exchange.repeatsLeft = 0
            exchange.response = .body(.untilClose)
            return
        }
        becomeOpaque(violation.rawValue, emitting: &effects)
    }

    /// The answer is at its end; those to repeated requests are still to come.
    mutating func finishAnswer() {
        guard exchange.isUnderWay else { return }
        if exchange.learning != nil { keepLearned() }
        responseReader.reset()
        if exchange.repeatsLeft > 0 {
            exchange.isDroppingRepeats = true
            exchange.response = .head
        } else {
            exchange.response = .finished
        }
    }
}

extension Exchange.Response {
    var isDropped: Bool { if case .dropped = self { true } else { false } }
}
