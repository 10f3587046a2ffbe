// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

extension World {
    static let agentStatuses = ["idle", "active", "busy", "paused", "unresponsive"]

    mutating func createAgent(_ body: JSONValue) throws(Refusal) -> Record {
        var fields = try rules.fields(of: body)
        fields["status"] = fields["status"] ?? "idle"
        fields["type"] = fields["type"] ?? "general"
        for list in ["capabilities", "permissions"] {
            fields[list] = .array(try rules.strings(list, of: fields).map(JSONValue.string))
        }
        fields["config"] = fields["config"] ?? [:]
        try checkAgent(fields)
        let time = clock.timestamp()
        let agent = try agents.add { Record(id: $0, fields: fields, at: time) }
        publish("agent.created", summary(of: agent))
        return agent
    }

    /// Merges `patch` into an agent (RFC 7396); `ifMatch` guards against a lost update.
    mutating func patchAgent(
        _ id: String,
        with patch: JSONValue,
        ifMatch: String?
    ) throws(Refusal) -> Record {
        let before = try agents.element(id)
        try require(ifMatch, toMatch: before)
        let changes = try rules.fields(of: patch)
        let merged = JSONValue.object(before.fields).merged(with: .object(changes)).object ?? [:]
        try checkAgent(merged)
        return try store(merged, in: before)
    }

    /// Replaces the whole configuration of an agent.
    mutating func configureAgent(
        _ id: String,
        with configuration: JSONValue,
        ifMatch: String?
    ) throws(Refusal) -> Record {
        let before = try agents.element(id)
        try require(ifMatch, toMatch: before)
        guard configuration.object != nil else {
            throw Refusal(.badRequest, "not_an_object", "The body must be a JSON object.")
        }
        var fields = before.fields
        fields["config"] = configuration
        try checkAgent(fields)
        return try store(fields, in: before)
    }

    mutating func deleteAgent(_ id: String) throws(Refusal) {
        let agent = try agents.remove(id)
        publish("agent.deleted", summary(of: agent))
    }

    private mutating func store(
        _ fields: [String: JSONValue],
        in before: Record
    ) throws(Refusal) -> Record {
        let time = clock.timestamp()
        let after = try agents.update(before.id) { record in
            record.replace(fields, at: time)
        }
        publish("agent.updated", summary(of: after))
        if after.status != before.status {
            publish(
                "agent.status",
                [
                    "agent_id": .string(after.id), "status": .string(after.status),
                    "previous_status": .string(before.status),
                ]
            )
        }
        if after["permissions"] != before["permissions"] {
            publish(
                "security.alert",
                ["agent_id": .string(after.id), "reason": "permissions_changed"]
            )
        }
        return after
    }

    private func checkAgent(_ fields: [String: JSONValue]) throws(Refusal) {
        try rules.check(fields, statuses: Self.agentStatuses)
        _ = try rules.strings("capabilities", of: fields)
        _ = try rules.strings("permissions", of: fields)
        guard let configuration = fields["config"], configuration.object != nil else {
            throw .invalid("config", "must be a JSON object")
        }
    }

    private func require(_ ifMatch: String?, toMatch record: Record) throws(Refusal) {
        guard let ifMatch, ifMatch != "*", ifMatch != record.entityTag else { return }
        throw Refusal(
            .preconditionFailed,
            "version_mismatch",
            "The agent is at \(record.entityTag) now. Read it again, then repeat the change."
        )
    }

    private func summary(of agent: Record) -> JSONValue {
        [
            "agent_id": .string(agent.id), "name": .string(agent.name),
            "status": .string(agent.status), "version": JSONValue(agent.version),
        ]
    }
}
