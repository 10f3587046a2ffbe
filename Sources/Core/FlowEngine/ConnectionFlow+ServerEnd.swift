// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

// How the server's end is passed on.
extension ConnectionFlow {
    mutating func passOnServerEnd(
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard mode != .over else { return }
        if loseAnswer(at: now, emitting: &effects) { return }
        if exchange.isUnderWay, mode == .exchanging {
            if case .body(let body) = exchange.response, body.endsWithConnection, how == .fin {
                // What a truncation held back has been released and not been read yet.
                passOnPartialHead(at: now, emitting: &effects)
                exchange.response = .finished
                keepLearned()
            } else if !exchange.hasAnswered {
                exchange.outcome = .abandoned
                passOnPartialHead(at: now, emitting: &effects)
            }
        }
        if toClient.isFinished, how == .rst {
            // It had ended in order before: what is on its way to the client must not be lost.
            return conclude(.fin, .abandoned, at: now, emitting: &effects)
        }
        toClient.ended(how, at: now, emitting: &effects)
    }

    /// Loses a server whose answer is not for the client; says whether it was so.
    private mutating func loseAnswer(at now: Moment, emitting effects: inout [Effect]) -> Bool {
        guard exchange.isUnderWay else { return false }
        let isDropped = exchange.isDroppingRepeats || exchange.response.isDropped
        if !exchange.isForwarded || isDropped {
            // An idle upstream that leaves says nothing about the answer that a rule gives.
            loseServer(emitting: &effects)
            guard isDropped else { return true }
            exchange.repeatsLeft = 0
            endDropping(at: now, emitting: &effects)
            return true
        }
        guard exchange.awaitsAnswer, let firing = exchange.plan.substitute else {
            return false
        }
        // The real answer will not come; the one that a rule gives does not depend on it.
        loseServer(emitting: &effects)
        give(firing, at: now, emitting: &effects)
        return true
    }

    /// A partial head goes on as it came: the client is told what the server said.
    private mutating func passOnPartialHead(at now: Moment, emitting effects: inout [Effect]) {
        guard unreadFromServer > 0, exchange.isForwarded, !toClient.isCut else { return }
        effects.append(.admit(.serverToClient, unreadFromServer))
        toClient.arrived(unreadFromServer, at: now, emitting: &effects)
        unreadFromServer = 0
    }

    /// The connection to the server is over, and the client's goes on.
    mutating func loseServer(emitting effects: inout [Effect]) {
        server = .absent
        unreadFromServer = 0
        exchange.forwardsBody = false
        // Nobody will read the rest of a request that was on its way.
        effects.append(.discardHeld(.clientToServer))
        toServer.discardHeld()
        effects.append(.disconnect)
    }
}
