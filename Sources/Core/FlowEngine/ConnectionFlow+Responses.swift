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
        case .streaming, .idle:
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
        while position < bytes.count, mode == .exchanging, let exchange {
            guard exchange.stage == .forwarded else { break }
            let rest = bytes.extracting(position..<bytes.count)
            let taken: Int
            switch exchange.response {
            case .head: taken = readResponseHead(rest, at: now, emitting: &effects)
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
            admit(.serverToClient, bytes.count - position, at: now, emitting: &effects)
            return bytes.count
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
        case .refused(let violation):
            // Passed as it came. Where it ends cannot be known, so nothing may follow it.
            guard !rules.isEmpty else {
                becomeOpaque(violation.rawValue, emitting: &effects)
                return 0
            }
            exchange?.isUnreadable = true
            notice(
                "message.unreadable",
                "an answer was passed on unread, up to the end of the connection: "
                    + violation.rawValue,
                emitting: &effects
            )
            exchange?.response = .body(.untilClose)
            return readResponseBody(bytes, at: now, emitting: &effects)
        case .complete(let length):
            takeResponseHead(length, at: now, emitting: &effects)
            return length
        }
    }

    private mutating func takeResponseHead(
        _ length: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard let exchange else { return }
        let status = responseReader.status
        let framing = responseReader.framing
        responseReader.reset()
        admit(.serverToClient, length, at: now, emitting: &effects)
        if status < 200, status != 101 { return }
        self.exchange?.status = status
        let isTunnel = exchange.isConnect && status < 300
        if status == 101 || isTunnel {
            becomeUpgraded(at: now, emitting: &effects)
            return
        }
        let body = exchange.responseBody(framing, status: status)
        self.exchange?.response = body.isFinished ? .finished : .body(body)
        if let truncate = exchange.plan.truncate, !body.isFinished {
            beginTruncation(truncate, of: framing.contentLength, at: now, emitting: &effects)
        }
    }

    private mutating func beginTruncation(
        _ truncate: Truncate,
        of length: UInt64?,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        switch truncate.after {
        case .bytes(let count): exchange?.contentLeft = UInt64(count.bytes)
        case .share(let share):
            guard let length else {
                notice(
                    "fault.not-applied",
                    "truncate: a share of a body of unknown length cannot be told",
                    emitting: &effects
                )
                return
            }
            exchange?.contentLeft = UInt64((Double(length) * share).rounded(.down))
        }
        exchange?.truncation = truncate.then
        if exchange?.contentLeft == 0 { toClient.cutHere(at: now, emitting: &effects) }
    }

    private mutating func readResponseBody(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        guard var exchange, case .body(var body) = exchange.response else { return 0 }
        if exchange.truncation != nil, exchange.contentLeft == 0 { return 0 }
        let progress = body.read(bytes, contentLimit: exchange.contentLeft)
        exchange.response = progress.isFinished ? .finished : .body(body)
        if exchange.truncation != nil { exchange.contentLeft -= UInt64(progress.content) }
        self.exchange = exchange
        admit(.serverToClient, progress.length, at: now, emitting: &effects)
        if let violation = progress.violation, rules.isEmpty {
            becomeOpaque(violation.rawValue, emitting: &effects)
        } else if progress.violation != nil {
            self.exchange?.isUnreadable = true
            self.exchange?.response = .body(.untilClose)
        } else if exchange.truncation != nil, exchange.contentLeft == 0, !progress.isFinished {
            toClient.cutHere(at: now, emitting: &effects)
        }
        return progress.length
    }

    mutating func passOnServerEnd(
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard mode != .over else { return }
        if let exchange, exchange.stage != .forwarded {
            // An idle upstream that leaves says nothing about the answer that a rule gives.
            server = .absent
            unreadFromServer = 0
            effects.append(.disconnect)
            return
        }
        if var exchange, mode == .exchanging {
            if case .body(let body) = exchange.response, body.endsWithConnection, how == .fin {
                exchange.response = .finished
            } else if exchange.response != .finished {
                exchange.outcome = .abandoned
                // A partial head goes on as it came: the client is told what the server said.
                if unreadFromServer > 0, exchange.stage == .forwarded, !toClient.isCut {
                    effects.append(.admit(.serverToClient, unreadFromServer))
                    toClient.arrived(unreadFromServer, at: now, emitting: &effects)
                    unreadFromServer = 0
                }
            }
            self.exchange = exchange
        }
        if toClient.isFinished, how == .rst {
            // It had ended in order before: what is on its way to the client must not be lost.
            return conclude(.fin, .abandoned, at: now, emitting: &effects)
        }
        toClient.ended(how, at: now, emitting: &effects)
    }
}
