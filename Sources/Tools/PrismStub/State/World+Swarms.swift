// SPDX-License-Identifier: Apache-2.0

extension World {
    mutating func createSwarm(_ body: JSONValue) throws(Refusal) -> Record {
        var fields = try rules.fields(of: body)
        fields["status"] = fields["status"] ?? "active"
        try rules.check(fields, statuses: ["active", "paused"])
        let members = try rules.strings("agent_ids", of: fields)
        fields["agent_ids"] = .array(members.map(JSONValue.string))
        for (index, id) in members.enumerated() where (try? agents.element(id)) == nil {
            throw .invalid("agent_ids[\(index)]", "names '\(id)', and there is no such agent")
        }
        let time = clock.timestamp()
        let swarm = try swarms.add { Record(id: $0, fields: fields, at: time) }
        publish(
            "swarm.created",
            [
                "swarm_id": .string(swarm.id), "name": .string(swarm.name),
                "agents_total": JSONValue(members.count),
            ]
        )
        return swarm
    }

    /// Health from the agents that are still there: a deleted or unresponsive one counts against.
    func health(ofSwarm id: String) throws(Refusal) -> JSONValue {
        let swarm = try swarms.element(id)
        let members = swarm["agent_ids"]?.array?.compactMap(\.string) ?? []
        let healthy = members.filter { member in
            guard let agent = try? agents.element(member) else { return false }
            return agent.status != "unresponsive"
        }
        return [
            "swarm_id": .string(swarm.id),
            "status": healthy.count == members.count ? "HEALTHY" : "DEGRADED",
            "agents_total": JSONValue(members.count),
            "agents_healthy": JSONValue(healthy.count),
            "unhealthy_agents": .array(
                members.filter { !healthy.contains($0) }.map(JSONValue.string)
            ),
        ]
    }
}
