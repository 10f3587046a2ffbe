// SPDX-License-Identifier: Apache-2.0
package import AdminContract
package import FaultModel
package import RuleFiles

extension DesiredState {
    package func partitions() -> PartitionsReply {
        let now = clock.now
        return PartitionsReply(
            generation: generation,
            partitions: draft.partitions.slots.map { reply($0, at: now) }
        )
    }

    package func partition(_ id: String) throws(AdminFailure) -> PartitionReply {
        guard let slot = draft.partitions[id] else { throw .unknownPartition(id) }
        return reply(slot, at: clock.now)
    }

    package func addPartition(
        _ entry: PartitionEntry,
        under lease: String? = nil,
        from expected: UInt64?
    ) async throws(AdminFailure) -> PartitionReply {
        let (id, clock, allowProduction) = (entry.partition.id, clock, allowProduction)
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            let now = clock.now
            try Self.check(lease, draft, at: now)
            guard draft.partitions[id] == nil else {
                throw AdminFailure(
                    409,
                    "partition.duplicate-id",
                    "the id `\(id)` is taken",
                    path: "/id",
                    hint: "PATCH /v1/partitions/{id} changes a partition"
                )
            }
            draft.partitions.append(entry, under: lease, at: now)
            try Self.validate(draft, allowProduction)
            return [StateChange("partition.created", id)]
        }
        return try partition(id)
    }

    /// Changes a partition by a JSON merge patch (RFC 7396) on its document; its time begins anew.
    package func patchPartition(
        _ id: String,
        _ patch: DocumentValue,
        from expected: UInt64?
    ) async throws(AdminFailure) -> PartitionReply {
        let (clock, allowProduction) = (clock, allowProduction)
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard let slot = draft.partitions[id] else { throw .unknownPartition(id) }
            let entry = try Self.parsed { () throws(InvalidConfiguration) in
                try PartitionParser.partition(from: slot.entry.source.merging(patch))
            }
            guard entry.partition.id == id else {
                throw AdminFailure(
                    422,
                    "partition.bad-value",
                    "a partition keeps its id",
                    path: "/id",
                    hint: "heal the partition and make another"
                )
            }
            let changes = draft.partitions.update(entry, at: clock.now)
            try Self.validate(draft, allowProduction)
            return changes
        }
        return try partition(id)
    }

    package func healPartition(
        _ id: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ChangeReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            let changes = draft.partitions.heal(id)
            guard !changes.isEmpty else { throw .unknownPartition(id) }
            return changes
        }
        return changeReply(applied: true)
    }

    private func reply(_ slot: PartitionBook.Slot, at now: Int64) -> PartitionReply {
        let partition = slot.partition
        let cuts = draft.proxies.compactMap { proxy in
            partition.directions(of: proxy.definition).map {
                PartitionReply.Edge(
                    proxy: proxy.definition.name,
                    toServer: $0.toServer,
                    toClient: $0.toClient
                )
            }
        }
        return PartitionReply(
            id: partition.id,
            about: partition.about,
            inForce: slot.serial != nil,
            how: partition.how.rawValue,
            percent: partition.percent.value * 100,
            cuts: cuts,
            changesIn: slot.nextEdge.map { max(0, $0 - now) },
            expiresIn: slot.expiresAt.map { max(0, $0 - now) },
            lease: slot.lease,
            source: slot.entry.source
        )
    }
}
