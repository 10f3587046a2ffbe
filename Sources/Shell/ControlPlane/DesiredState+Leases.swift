// SPDX-License-Identifier: Apache-2.0
package import AdminContract
import FaultModel
import RuleFiles

extension DesiredState {
    // MARK: Leases

    package func leases() -> LeasesReply {
        let now = clock.now
        return LeasesReply(leases: draft.leases.leases.map { reply($0, at: now) })
    }

    package func lease(_ id: String) throws(AdminFailure) -> LeaseReply {
        guard let lease = draft.leases[id] else { throw .unknownLease(id) }
        return reply(lease, at: clock.now)
    }

    /// Makes a lease, which ends after `ttl` unless it is renewed.
    ///
    /// - Parameter ttl: within ``LeaseBook/ttlRange``.
    package func createLease(ttl: Duration) async throws(AdminFailure) -> LeaseReply {
        // Drawn, so that a client of an earlier run does not renew a stranger's lease.
        let id = "lease-" + String(drawNumber(), radix: 16)
        let clock = clock
        try await revise { draft throws(AdminFailure) -> [StateChange] in
            guard !draft.leases.isFull else {
                throw AdminFailure(
                    409,
                    "lease.too-many",
                    "\(LeaseBook.maximum) leases run already",
                    hint: "end some of them, or let them expire"
                )
            }
            draft.leases.add(id, ttl: ttl, at: clock.now)
            return [StateChange("lease.created", id)]
        }
        return try lease(id)
    }

    package func renewLease(_ id: String) async throws(AdminFailure) -> LeaseReply {
        let clock = clock
        try await revise { draft throws(AdminFailure) -> [StateChange] in
            guard draft.leases.renew(id, at: clock.now) else { throw .unknownLease(id) }
            return []
        }
        return try lease(id)
    }

    /// Ends a lease, and all that belongs to it with it, in one step.
    package func endLease(
        _ id: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ChangeReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard draft.leases[id] != nil else { throw .unknownLease(id) }
            return draft.end(id, word: "lease.ended")
        }
        return changeReply(applied: true)
    }

    /// - Throws: 404 when the lease is named and has ended.
    static func check(
        _ lease: String?,
        _ draft: Draft,
        at now: Int64
    ) throws(AdminFailure) {
        guard let lease else { return }
        guard let known = draft.leases[lease], known.expiresAt > now else {
            throw .unknownLease(lease)
        }
    }

    private func reply(_ lease: LeaseBook.Lease, at now: Int64) -> LeaseReply {
        LeaseReply(
            id: lease.id,
            ttl: lease.ttl.nanoseconds,
            expiresIn: max(0, lease.expiresAt - now),
            renewals: lease.renewals,
            rules: draft.book.slots.filter { $0.hold?.lease == lease.id }.map(\.entry.rule.id),
            partitions: draft.partitions.slots.filter { $0.lease == lease.id }
                .map(\.partition.id)
        )
    }

    // MARK: Panic

    /// All faults off at once, and none on until ``unpanic(from:)``, whatever leases, schedules and
    /// changes say; it goes before the changes that wait.
    package func panic() async throws(AdminFailure) -> ChangeReply {
        try await change(isUrgent: true) { draft throws(AdminFailure) -> [StateChange] in
            guard !draft.isPanicked else { return [] }
            draft.isPanicked = true
            return [StateChange("panic", nil)]
        }
        return changeReply(applied: true)
    }

    /// What is declared comes into force again, as new.
    package func unpanic(from expected: UInt64?) async throws(AdminFailure) -> ChangeReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard draft.isPanicked else { return [] }
            draft.isPanicked = false
            return [StateChange("unpanic", nil)]
        }
        return changeReply(applied: true)
    }
}
