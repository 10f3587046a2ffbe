// SPDX-License-Identifier: Apache-2.0

// Faults that a request asks for itself.
extension RuleSet {
    /// The serial of all rules that requests bring; in force while the proxy takes such.
    package static let requestFaultSerial = UInt64.max

    /// Lets a rule that a request brought act on it, behind those of the configuration.
    package func bring(
        _ active: ActiveRule,
        with request: RequestFacts,
        in head: borrowing Span<UInt8>,
        about unit: UnitFacts,
        in circumstances: Circumstances,
        tallies: inout ConnectionTallies,
        into plan: inout Plan
    ) {
        guard !plan.isSettled else { return }
        let compiled = Compiled(active, seed: seed, proxy: proxy)
        let subject = Subject(unit, circumstances, request: request)
        _ = fire(compiled, subject, .rule, in: head, &tallies, into: &plan)
    }
}

extension RequestFaults {
    /// The header that asks, in lower case: `X-Chaos-Fault: delay=200ms; probability=50%`.
    package static let askingField = Array("x-chaos-fault".utf8)
    /// The header that shows the secret, in lower case.
    package static let tokenField = Array("x-chaos-token".utf8)

    /// Whether the request shows the secret; the comparison takes as long for any token.
    package func admits(_ request: RequestFacts, in head: borrowing Span<UInt8>) -> Bool {
        guard let token = request.firstField(Self.tokenField, in: head) else { return false }
        var difference = UInt8(token.count == secret.count ? 0 : 1)
        for position in secret.indices {
            let byte = token.isEmpty ? 0 : head[token.lowerBound + position % token.count]
            difference |= byte ^ secret[position]
        }
        return difference == 0
    }
}
