// SPDX-License-Identifier: Apache-2.0
package import AdminContract
import EventJournal
import EventRecords
package import FaultModel
package import RuleFiles

extension DesiredState {
    /// The whole desired state as one document, and the generation that it is of.
    package func document() -> (document: DocumentValue, generation: UInt64) {
        (draft.configuration.document, generation)
    }

    /// Replaces the whole desired state in one step; rules that stay alike keep their counters.
    ///
    /// - Parameter lease: What the rules and partitions that are new belong to.
    package func replace(
        with configuration: Configuration,
        under lease: String? = nil,
        from expected: UInt64? = nil
    ) async throws(AdminFailure) -> ChangeReply {
        let now = clock.now
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            try Self.checkEnvironment(configuration, draft)
            try Self.check(lease, draft, at: now)
            if let lease { try Self.checkReplacing(configuration, under: lease, draft) }
            draft.configuredSeed = configuration.seed
            var changes = Self.changes(of: draft.proxies, to: configuration.proxies)
            draft.proxies = configuration.proxies
            changes += draft.book.replace(with: configuration.rules, under: lease, at: now)
            changes += draft.partitions.replace(
                with: configuration.partitions,
                under: lease,
                at: now
            )
            return changes + [StateChange("config.applied", nil)]
        }
        return changeReply(applied: true)
    }

    /// Checks a configuration against the state, and changes nothing.
    package func check(
        _ configuration: Configuration,
        under lease: String? = nil,
        from expected: UInt64?
    ) throws(AdminFailure) -> ChangeReply {
        try check(expected)
        try Self.checkEnvironment(configuration, draft)
        try Self.check(lease, draft, at: clock.now)
        if let lease { try Self.checkReplacing(configuration, under: lease, draft) }
        return ChangeReply(
            generation: generation,
            applied: false,
            proxies: configuration.proxies.count,
            rules: configuration.rules.count,
            partitions: configuration.partitions.count
        )
    }

    /// Every rule off, every partition healed, every proxy enabled, every counter zero.
    package func reset(from expected: UInt64?) async throws(AdminFailure) -> ChangeReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            for id in draft.book.entries.map(\.rule.id) {
                _ = draft.book.disable(id)
                draft.book.resetCounters(id)
            }
            draft.proxies = draft.proxies.map { $0.definition.isEnabled ? $0 : $0.enabled(true) }
            let healed = draft.partitions.entries.flatMap { draft.partitions.heal($0.partition.id) }
            return healed + [StateChange("reset", nil)]
        }
        return changeReply(applied: true)
    }

    package func status(_ info: RunInfo, followers: Int) async -> StatusReply {
        let views = await traffic.proxies()
        let slots = draft.book.slots
        return StatusReply(
            version: info.version,
            pid: info.pid,
            started: WallTime(nanosecondsSince1970: log.wallOrigin).description,
            uptime: clock.now,
            seed: seed,
            environment: draft.environment.rawValue,
            generation: generation,
            panicked: draft.isPanicked,
            proxies: .init(
                total: draft.proxies.count,
                enabled: draft.proxies.count { $0.definition.isEnabled }
            ),
            rules: .init(
                total: slots.count,
                enabled: slots.count { $0.isEnabled },
                inForce: slots.count { $0.serial != nil }
            ),
            partitions: .init(
                total: draft.partitions.slots.count,
                inForce: draft.partitions.active.count
            ),
            leases: draft.leases.leases.count,
            connections: .init(
                live: views.reduce(0) { $0 + $1.liveConnections },
                total: views.reduce(0) { $0 &+ $1.totalConnections }
            ),
            faultsFired: slots.reduce(0) { $0 &+ $1.tally.fired },
            events: .init(newest: log.newest, followers: followers)
        )
    }

    func changeReply(applied: Bool) -> ChangeReply {
        ChangeReply(
            generation: generation,
            applied: applied,
            proxies: draft.proxies.count,
            rules: draft.book.slots.count,
            partitions: draft.partitions.slots.count
        )
    }

    /// What a lease puts in the place of something else could not be taken back when it ends.
    private static func checkReplacing(
        _ configuration: Configuration,
        under lease: String,
        _ draft: Draft
    ) throws(AdminFailure) {
        for (position, entry) in configuration.rules.enumerated() {
            guard let slot = draft.book[entry.rule.id], slot.hold?.lease != lease,
                slot.entry.source != entry.source
            else { continue }
            throw .unleased("rule", entry.rule.id, path: "/rules/\(position)")
        }
        for (position, entry) in configuration.partitions.enumerated() {
            guard let slot = draft.partitions[entry.partition.id], slot.lease != lease,
                slot.entry.source != entry.source
            else { continue }
            throw .unleased("partition", entry.partition.id, path: "/partitions/\(position)")
        }
    }

    /// The guard of production must not be taken off through the door that it guards.
    private static func checkEnvironment(
        _ configuration: Configuration,
        _ draft: Draft
    ) throws(AdminFailure) {
        guard configuration.environment != draft.environment else { return }
        throw AdminFailure(
            422,
            "config.environment",
            "the environment is \(draft.environment.rawValue) for the whole run",
            path: "/environment",
            hint: "write environment: \(draft.environment.rawValue)"
        )
    }

    private static func changes(of old: [ProxyEntry], to new: [ProxyEntry]) -> [StateChange] {
        let before = Dictionary(
            old.map { ($0.definition.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let names = Set(new.map(\.definition.name))
        let removed = old.map(\.definition.name).filter { !names.contains($0) }
        return removed.map { StateChange("proxy.removed", $0) }
            + new.compactMap { entry in
                let name = entry.definition.name
                guard let known = before[name] else { return StateChange("proxy.added", name) }
                return known.definition == entry.definition
                    ? nil : StateChange("proxy.changed", name)
            }
    }
}

/// What a status says of the process.
package struct RunInfo: Sendable {
    package let version: String
    package let pid: Int32

    package init(version: String, pid: Int32) {
        self.version = version
        self.pid = pid
    }
}
