// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// Answers that nobody gets, and answers that are remembered.
extension ConnectionFlow {
    // MARK: Answers that nobody gets

    /// Drops the head of an answer and all that belongs to it.
    ///
    /// - Parameter count: of the bytes at hand, which begin with the head.
    /// - Returns: how many bytes were taken.
    mutating func beginDropping(
        _ length: Int,
        of count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        let body = answerBody
        // What follows is no HTTP, or has no end that would leave the connection of use.
        guard responseReader.status != 101, !body.endsWithConnection else {
            return giveUpServer(count, at: now, emitting: &effects)
        }
        effects.append(.drop(.serverToClient, length))
        exchange.response = .dropped(body)
        exchange.droppedBytes = 0
        if body.isFinished { endDropping(at: now, emitting: &effects) }
        return length
    }

    /// Leaves a server to itself whose answer is for nobody, with all that it has sent.
    ///
    /// - Returns: how many bytes were taken.
    mutating func giveUpServer(
        _ count: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        effects.append(.drop(.serverToClient, count))
        loseServer(emitting: &effects)
        exchange.repeatsLeft = 0
        endDropping(at: now, emitting: &effects)
        return count
    }

    /// - Returns: how many bytes were taken.
    mutating func dropAnswer(
        _ body: BodyReader,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        var body = body
        let progress = body.read(bytes, contentLimit: .max)
        effects.append(.drop(.serverToClient, progress.length))
        exchange.response = .dropped(body)
        exchange.droppedBytes += progress.length
        let isTooLong = exchange.droppedBytes > limits.buffer.bytes
        if progress.violation != nil || (isTooLong && !progress.isFinished) {
            // There is no end to it that is worth waiting for.
            let rest = bytes.count - progress.length
            return progress.length + giveUpServer(rest, at: now, emitting: &effects)
        }
        if progress.isFinished { endDropping(at: now, emitting: &effects) }
        return progress.length
    }

    /// A client that has its answer and asks again is not kept waiting for the end of the real one.
    mutating func hurryDropping(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay, case .answered = exchange.stage, exchange.response.isDropped,
            !exchange.isDroppingRepeats
        else { return }
        _ = giveUpServer(0, at: now, emitting: &effects)
    }

    /// An answer has been dropped to its end: now comes what the fault says.
    mutating func endDropping(at now: Moment, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        let persists = responseReader.framing.persists
        responseReader.reset()
        if exchange.isDroppingRepeats {
            exchange.repeatsLeft = persists ? max(0, exchange.repeatsLeft - 1) : 0
            let isLast = exchange.repeatsLeft == 0
            exchange.response = isLast ? .finished : .head
            return
        }
        if exchange.repeatsLeft > 0, persists {
            exchange.isDroppingRepeats = true
            exchange.response = .head
        } else {
            exchange.repeatsLeft = 0
            exchange.response = .finished
        }
        guard let swallow = exchange.plan.swallowedAnswer else { return }
        switch swallow.then {
        case .close: conclude(.fin, .cut, at: now, emitting: &effects)
        case .reset: conclude(.rst, .cut, at: now, emitting: &effects)
        case .hang:
            exchange.stage = .swallowed
            if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
        }
    }

    // MARK: Answers that are remembered

    mutating func learn(head: borrowing Span<UInt8>, _ status: UInt16) {
        // A part of a representation is an answer to nobody else (RFC 9110, 15.3.7).
        guard exchange.learning != nil, (200..<300).contains(status), status != 206 else {
            return
        }
        exchange.learning?.isGood = true
        exchange.learning?.headLength = head.count
        exchange.learning?.bytes = head.bytes(0..<head.count)
    }

    mutating func learn(body: borrowing Span<UInt8>) {
        guard let learning = exchange.learning, learning.isGood else { return }
        guard learning.bytes.count + body.count <= Learning.maximumAnswer else {
            exchange.learning = nil
            return
        }
        exchange.learning?.bytes.append(contentsOf: body.bytes(0..<body.count))
    }

    mutating func keepLearned() {
        guard let learning = exchange.learning, learning.isGood else { return }
        exchange.learning = nil
        let answer = KeptAnswer(
            bytes: learning.bytes,
            headLength: learning.headLength,
            received: exchange.started.nanoseconds
        )
        for rule in learning.rules { services.memory?.keep(answer, for: rule, to: learning.key) }
    }
}
