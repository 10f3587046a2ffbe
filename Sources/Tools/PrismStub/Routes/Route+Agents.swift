// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

extension Route {
    static let agents: [Route] = [
        Route(.GET, "/api/v1/agents") { request, state throws(Refusal) in
            let page = try request.page(maximum: state.bounds.maximumPageSize)
            let agents = state.snapshot.agents
            return .json([
                "agents": .array(agents.page(page).map(\.json)),
                "metadata": [
                    "total_count": JSONValue(agents.count), "offset": JSONValue(page.offset),
                    "limit": JSONValue(page.limit), "live_data_available": true,
                ],
            ])
        },
        Route(.POST, "/api/v1/agents", reading: .json) { request, state throws(Refusal) in
            let body = try request.json()
            let agent = try state.change { (world) throws(Refusal) in try world.createAgent(body) }
            return .agent(agent, .created).with("Location", "/api/v1/agents/\(agent.id)")
        },
        Route(.GET, "/api/v1/agents/{id}") { request, state throws(Refusal) in
            let agent = try state.snapshot.agents.element(request.parameter("id"))
            if request.headers.first(name: "if-none-match") == agent.entityTag {
                return Answer(.notModified, body: .none).with("ETag", agent.entityTag)
            }
            return .agent(agent)
        },
        Route(.PATCH, "/api/v1/agents/{id}", reading: .json) { request, state throws(Refusal) in
            let patch = try request.json()
            let agent = try state.change { (world) throws(Refusal) in
                try world.patchAgent(
                    request.parameter("id"),
                    with: patch,
                    ifMatch: request.headers.first(name: "if-match")
                )
            }
            return .agent(agent)
        },
        Route(.DELETE, "/api/v1/agents/{id}") { request, state throws(Refusal) in
            try state.change { (world) throws(Refusal) in
                try world.deleteAgent(request.parameter("id"))
            }
            return .noContent
        },
        Route(.PUT, "/api/v1/agents/{id}/config", reading: .json) {
            request,
            state throws(Refusal) in
            let configuration = try request.json()
            let agent = try state.change { (world) throws(Refusal) in
                try world.configureAgent(
                    request.parameter("id"),
                    with: configuration,
                    ifMatch: request.headers.first(name: "if-match")
                )
            }
            return Answer.json([
                "agent_id": .string(agent.id), "status": "APPLIED",
                "config": agent["config"] ?? [:], "version": JSONValue(agent.version),
            ]).with("ETag", agent.entityTag)
        },
        Route(.POST, "/api/v1/agents/{id}/tasks", reading: .json) {
            request,
            state throws(Refusal) in
            let body = try request.json()
            return try .task(body, for: request.parameter("id"), in: state)
        },
    ]
}

extension Answer {
    fileprivate static func agent(
        _ agent: Record,
        _ status: HTTPResponseStatus = .ok
    ) -> Answer {
        .json(agent.json, status).with("ETag", agent.entityTag)
    }
}
