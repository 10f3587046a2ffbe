// SPDX-License-Identifier: Apache-2.0
import EventRecords
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
        for firing in plan.firings {
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
        guard let exchange else { return }
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
                        rules: exchange.plan.rules
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
}
