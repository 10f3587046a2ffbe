// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

extension DesiredState {
    /// What an explanation needs to know of the state, taken at one moment.
    struct Standing: Sendable {
        let generation: UInt64
        let seed: UInt64
        let proxies: [ProxyDefinition]
        /// Every rule that is loaded, in force or not, in order.
        let rules: [Loaded]
    }

    struct Loaded: Sendable {
        let standing: RuleStanding
        let source: DocumentValue
        /// Why it is not in force; `nil` while it is.
        let off: String?
    }

    func standing() -> Standing {
        let (now, isPanicked) = (clock.now, draft.isPanicked)
        return Standing(
            generation: generation,
            seed: seed,
            proxies: draft.proxies.map(\.definition),
            rules: draft.book.slots.map { slot in
                Loaded(
                    standing: RuleStanding(
                        rule: slot.entry.rule,
                        isInForce: slot.serial != nil,
                        tally: slot.tally,
                        age: .nanoseconds(max(0, now - slot.startsAt))
                    ),
                    source: slot.entry.source,
                    off: slot.serial == nil ? slot.reasonItIsOff(at: now, isPanicked) : nil
                )
            }
        )
    }
}

extension RuleBook.Slot {
    fileprivate func reasonItIsOff(at now: Int64, _ isPanicked: Bool) -> String {
        if isPanicked { return "panicked" }
        guard isEnabled else {
            if let spent = tally.exhausted { return "disabled, its budget of \(spent) is used up" }
            let isExpired = expiresAt.map { $0 <= now } ?? false
            return isExpired ? "disabled, its `for` has passed" : "disabled"
        }
        guard startsAt > now else { return "not in force" }
        return "starts in \((startsAt - now + 999_999) / 1_000_000) ms"
    }
}
