// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

extension Route {
    static let tasks: [Route] = [
        Route(.POST, "/api/v1/tasks", reading: .json) { request, state throws(Refusal) in
            let body = try request.json()
            return try .task(body, for: nil, in: state)
        },
        Route(.GET, "/api/v1/tasks/{id}/progress") { request, state throws(Refusal) in
            let world = state.snapshot
            return .json(world.progress(of: try world.tasks.element(request.parameter("id"))))
        },
    ]

    static let swarms: [Route] = [
        Route(.GET, "/api/v1/swarms") { request, state throws(Refusal) in
            let page = try request.page(maximum: state.bounds.maximumPageSize)
            let swarms = state.snapshot.swarms
            return .json([
                "swarms": .array(swarms.page(page).map(\.json)),
                "metadata": ["total_count": JSONValue(swarms.count)],
            ])
        },
        Route(.POST, "/api/v1/swarms", reading: .json) { request, state throws(Refusal) in
            let body = try request.json()
            let swarm = try state.change { (world) throws(Refusal) in try world.createSwarm(body) }
            return Answer.json(swarm.json, .created)
                .with("Location", "/api/v1/swarms/\(swarm.id)/health")
        },
        Route(.GET, "/api/v1/swarms/{id}/health") { request, state throws(Refusal) in
            .json(try state.snapshot.health(ofSwarm: request.parameter("id")))
        },
    ]
}

extension Answer {
    /// A new task: 201 when an agent works on it, 202 when it waits for one.
    static func task(
        _ body: JSONValue,
        for agentID: String?,
        in state: PrismState
    ) throws(Refusal) -> Answer {
        let (task, json) = try state.change { (world) throws(Refusal) in
            let task = try world.createTask(body, for: agentID)
            return (task, world.json(of: task))
        }
        return Answer.json(json, task.agentID == nil ? .accepted : .created)
            .with("Location", "/api/v1/tasks/\(task.id)/progress")
    }
}
