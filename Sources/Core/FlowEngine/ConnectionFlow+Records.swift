// SPDX-License-Identifier: Apache-2.0
package import EventRecords
import FaultModel

// What the event log is told.
extension ConnectionFlow {
    /// One record for each fault that fired, with what was drawn for it.
    func record(
        _ plan: Plan,
        perChunk: Bool,
        unit: UInt64,
        emitting effects: inout [Effect]
    ) {
        for firing in plan.firings where firing.hold != nil {
            effects.append(
                .record(
                    .fault(
                        FaultRecord(
                            rule: firing.rule,
                            fault: firing.fault.word,
                            connection: name,
                            unit: unit,
                            toss: firing.toss,
                            delay: perChunk ? nil : firing.delay(chunk: 0)?.nanoseconds
                        )
                    )
                )
            )
        }
    }

    /// - Parameter now: `nil` where the exchange is not over but can no longer be followed.
    func recordExchange(at now: Moment?, emitting effects: inout [Effect]) {
        guard exchange.isUnderWay else { return }
        let fired = exchange.firedRules
        let most = ExchangeRecord.maximumRules
        let duration = now.map { $0.nanoseconds - exchange.started.nanoseconds } ?? 0
        effects.append(
            .record(
                .exchange(
                    ExchangeRecord(
                        connection: name,
                        unit: exchange.unit,
                        method: exchange.method,
                        target: exchange.target,
                        status: exchange.status,
                        outcome: exchange.outcome,
                        requestBytes: toServer.passed - exchange.passedToServer,
                        responseBytes: toClient.passed - exchange.passedToClient,
                        duration: duration,
                        rules: fired.count > most ? Array(fired.prefix(most)) : fired,
                        head: exchange.keptHead
                    )
                )
            )
        )
    }

    func notice(_ code: String, _ message: String, emitting effects: inout [Effect]) {
        effects.append(
            .record(
                .notice(
                    NoticeRecord(
                        code: code,
                        message: message,
                        proxy: name.proxy,
                        connection: name.id
                    )
                )
            )
        )
    }

    /// How late what this flow delayed was let go; counted once, and then forgotten here.
    package mutating func drainDelayErrors(into figures: inout Histogram) {
        toServer.delayErrors.drain(into: &figures)
        toClient.delayErrors.drain(into: &figures)
    }

    /// Takes account of the delays that end now outside the lanes: of a dial, and of an answer
    /// that a rule gives.
    mutating func measureDelays(at now: Moment) {
        if case .waiting(_, let until) = server, until <= now, !toServer.isSevered {
            toServer.delayErrors.record(now.nanoseconds - until.nanoseconds)
        }
        guard exchange.isUnderWay, case .pending(isHung: false) = exchange.stage,
            exchange.plan.settlement != nil, exchange.plan.totalDelay > .zero
        else { return }
        let due = exchange.started + exchange.plan.totalDelay
        guard due <= now else { return }
        toClient.delayErrors.record(now.nanoseconds - due.nanoseconds)
    }
}
