// SPDX-License-Identifier: Apache-2.0
package import AdminContract
package import FaultModel
package import RuleFiles

extension DesiredState {
    package func rules() -> RulesReply {
        let now = clock.now
        return RulesReply(
            generation: generation,
            rules: draft.book.slots.map { reply($0, at: now) }
        )
    }

    package func rule(_ id: String) throws(AdminFailure) -> RuleReply {
        guard let slot = draft.book[id] else { throw .unknownRule(id) }
        return reply(slot, at: clock.now)
    }

    package func addRule(
        _ entry: RuleEntry,
        under lease: String? = nil,
        from expected: UInt64?
    ) async throws(AdminFailure) -> RuleReply {
        let (id, now, allowProduction) = (entry.rule.id, clock.now, allowProduction)
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            try Self.check(lease, draft, at: now)
            guard draft.book[id] == nil else {
                throw AdminFailure(
                    409,
                    "rule.duplicate-id",
                    "the id `\(id)` is taken",
                    path: "/id",
                    hint: "PATCH /v1/rules/{id} changes a rule"
                )
            }
            draft.book.append(entry, under: lease, at: now)
            try Self.validate(draft, allowProduction)
            return [StateChange("rule.added", id)]
        }
        return try rule(id)
    }

    /// Changes a rule by a JSON merge patch (RFC 7396) on its document.
    package func patchRule(
        _ id: String,
        _ patch: DocumentValue,
        from expected: UInt64?
    ) async throws(AdminFailure) -> RuleReply {
        let (now, allowProduction) = (clock.now, allowProduction)
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard let slot = draft.book[id] else { throw .unknownRule(id) }
            let entry = try Self.parsed { () throws(InvalidConfiguration) in
                try RuleParser.rule(from: slot.entry.source.merging(patch))
            }
            guard entry.rule.id == id else {
                throw AdminFailure(
                    422,
                    "rule.bad-value",
                    "a rule keeps its id",
                    path: "/id",
                    hint: "delete the rule and add another"
                )
            }
            let changes = draft.book.update(entry, at: now)
            try Self.validate(draft, allowProduction)
            return changes.map { StateChange($0, id) }
        }
        return try rule(id)
    }

    package func removeRule(
        _ id: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ChangeReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard draft.book[id] != nil else { throw .unknownRule(id) }
            draft.book.remove(id)
            return [StateChange("rule.removed", id)]
        }
        return changeReply(applied: true)
    }

    /// - Parameters:
    ///   - duration: until the rule disables itself, in place of its own `for`, this once.
    ///   - lease: at whose end the rule is disabled again, unless it was enabled already.
    package func enableRule(
        _ id: String,
        for duration: Duration?,
        under lease: String? = nil,
        from expected: UInt64?
    ) async throws(AdminFailure) -> RuleReply {
        let now = clock.now
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard let slot = draft.book[id] else { throw .unknownRule(id) }
            try Self.check(lease, draft, at: now)
            if let lease, let hold = slot.hold, hold.lease != lease {
                throw AdminFailure(
                    409,
                    "lease.conflict",
                    "the rule `\(id)` belongs to the lease \(hold.lease)",
                    hint: "wait until that ends, or enable the rule without a lease"
                )
            }
            let isChange = draft.book.enable(id, for: duration, under: lease, at: now)
            return isChange ? [StateChange("rule.enabled", id)] : []
        }
        return try rule(id)
    }

    package func disableRule(
        _ id: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> RuleReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard draft.book[id] != nil else { throw .unknownRule(id) }
            return draft.book.disable(id) ? [StateChange("rule.disabled", id)] : []
        }
        return try rule(id)
    }

    package func resetCounters(
        ofRule id: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> RuleReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard draft.book[id] != nil else { throw .unknownRule(id) }
            draft.book.resetCounters(id)
            return [StateChange("rule.counters-reset", id)]
        }
        return try rule(id)
    }

    private func reply(_ slot: RuleBook.Slot, at now: Int64) -> RuleReply {
        let rule = slot.entry.rule
        let isPending = slot.isEnabled && slot.startsAt > now
        return RuleReply(
            id: rule.id,
            about: rule.about,
            tags: rule.tags,
            enabled: slot.isEnabled,
            inForce: slot.serial != nil,
            startsIn: isPending ? slot.startsAt - now : nil,
            expiresIn: slot.isEnabled ? slot.expiresAt.map { max(0, $0 - now) } : nil,
            matches: slot.tally.matches,
            fired: slot.tally.fired,
            active: slot.tally.active,
            uncounted: slot.tally.uncounted,
            exhausted: slot.tally.exhausted?.rawValue,
            window: slot.window.map {
                RuleReply.Window(open: $0.isOpen, changesIn: max(0, $0.until - now))
            },
            faults: rule.then.map(\.word),
            lease: slot.hold?.lease,
            source: slot.entry.source
        )
    }

    static func validate(_ draft: Draft, _ allowProduction: Bool) throws(AdminFailure) {
        try parsed { () throws(InvalidConfiguration) in
            try draft.configuration.validate(allowProduction: allowProduction)
        }
    }

    static func parsed<Value>(
        _ parse: () throws(InvalidConfiguration) -> Value
    ) throws(AdminFailure) -> Value {
        do {
            return try parse()
        } catch {
            throw AdminFailure(error)
        }
    }
}
