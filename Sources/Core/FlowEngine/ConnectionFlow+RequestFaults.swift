// SPDX-License-Identifier: Apache-2.0
import EventRecords
package import FaultModel
import WireFormats

// Faults that a request asks for itself, where its proxy lets it.
extension ConnectionFlow {
    /// Notes what a request asks for in the head that begins `bytes`.
    ///
    /// - Returns: why it cannot be had, in words for the client; `nil` when all is well.
    mutating func noteRequestFault(_ bytes: borrowing Span<UInt8>) -> String? {
        guard let accepted = rules.requestFaults else { return nil }
        let asked = requestReader.facts.firstField(RequestFaults.askingField, in: bytes)
        let token = requestReader.facts.firstField(RequestFaults.tokenField, in: bytes)
        guard asked != nil || token != nil else { return nil }
        exchange.hidesRequestFault = true
        // Who does not know the secret learns nothing, not even that there is one.
        guard let asked, accepted.admits(requestReader.facts, in: bytes),
            let reader = services.requestFaults
        else { return nil }
        switch reader.rule(bytes.text(asked), on: name.proxy, budget: accepted.budget) {
        case .success(let rule): exchange.brought = rule
        case .failure(let failure): return "X-Chaos-Fault: \(failure.message)"
        }
        return nil
    }

    /// Refuses a request that asks for what cannot be had.
    mutating func refuseRequestFault(
        _ reason: String,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        dropHead(emitting: &effects)
        answerAndClose(400, reason, at: now, emitting: &effects)
    }
}

extension Exchange {
    /// Whether the request goes on otherwise than it came.
    var changesRequest: Bool { hidesRequestFault || !plan.isPass && plan.changesRequest }
}

/// Makes rules of what requests ask for; the shell knows the language and keeps the counters.
package protocol RequestFaultReader: Sendable {
    /// - Parameters:
    ///   - text: Such as `delay=200ms; probability=50%`.
    ///   - budget: For all such rules of the proxy together.
    func rule(
        _ text: String,
        on proxy: String,
        budget: Limit.Budget?
    ) -> Result<ActiveRule, RequestFaultFailure>
}

package struct RequestFaultFailure: Error, Equatable, Sendable {
    package let message: String

    package init(message: String) { self.message = message }
}
