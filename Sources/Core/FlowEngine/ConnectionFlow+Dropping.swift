// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// Answers that nobody gets, and answers that are remembered.
extension ConnectionFlow {
    // MARK: Answers that nobody gets

    /// Drops the head of an answer and all that belongs to it.
    mutating func beginDropping(
        _ length: Int,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let isUpgrade = responseReader.status == 101
        let body = isUpgrade ? BodyReader.empty : answerBody
        effects.append(.drop(.serverToClient, length))
        exchange?.response = .dropped(body)
        exchange?.droppedBytes = 0
        // What would follow is not HTTP.
        if isUpgrade { loseServer(emitting: &effects) }
        if body.isFinished { endDropping(at: now, emitting: &effects) }
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
        exchange?.response = .dropped(body)
        exchange?.droppedBytes += progress.length
        let isTooLong = (exchange?.droppedBytes ?? 0) > limits.buffer.bytes
        if progress.violation != nil || (isTooLong && !progress.isFinished) {
            // There is no end to it that is worth waiting for.
            effects.append(.drop(.serverToClient, bytes.count - progress.length))
            loseServer(emitting: &effects)
            exchange?.repeatsLeft = 0
            endDropping(at: now, emitting: &effects)
            return bytes.count
        }
        if progress.isFinished { endDropping(at: now, emitting: &effects) }
        return progress.length
    }

    /// An answer has been dropped to its end: now comes what the fault says.
    mutating func endDropping(at now: Moment, emitting effects: inout [Effect]) {
        guard let exchange else { return }
        let persists = responseReader.framing.persists
        responseReader.reset()
        if exchange.isDroppingRepeats {
            self.exchange?.repeatsLeft = persists ? max(0, exchange.repeatsLeft - 1) : 0
            let isLast = self.exchange?.repeatsLeft == 0
            self.exchange?.response = isLast ? .finished : .head
            return
        }
        if exchange.repeatsLeft > 0, persists {
            self.exchange?.isDroppingRepeats = true
            self.exchange?.response = .head
        } else {
            self.exchange?.repeatsLeft = 0
            self.exchange?.response = .finished
        }
        guard let swallow = exchange.plan.swallowedAnswer else { return }
        switch swallow.then {
        case .close: conclude(.fin, .cut, at: now, emitting: &effects)
        case .reset: conclude(.rst, .cut, at: now, emitting: &effects)
        case .hang:
            self.exchange?.stage = .swallowed
            if clientEnded { conclude(.fin, .cut, at: now, emitting: &effects) }
        }
    }

    // MARK: Answers that are remembered

    mutating func learn(head: borrowing Span<UInt8>, _ status: UInt16) {
        guard exchange?.learning != nil, (200..<300).contains(status) else { return }
        exchange?.learning?.isGood = true
        exchange?.learning?.headLength = head.count
        exchange?.learning?.bytes = head.bytes(0..<head.count)
    }

    mutating func learn(body: borrowing Span<UInt8>) {
        guard let learning = exchange?.learning, learning.isGood else { return }
        guard learning.bytes.count + body.count <= Learning.maximumAnswer else {
            exchange?.learning = nil
            return
        }
        for position in 0..<body.count { exchange?.learning?.bytes.append(body[position]) }
    }

    mutating func keepLearned() {
        guard let learning = exchange?.learning, learning.isGood, let exchange else { return }
        self.exchange?.learning = nil
        let answer = KeptAnswer(
            bytes: learning.bytes,
            headLength: learning.headLength,
            received: exchange.started.nanoseconds
        )
        for rule in learning.rules { services.memory?.keep(answer, for: rule, to: learning.key) }
    }
}
