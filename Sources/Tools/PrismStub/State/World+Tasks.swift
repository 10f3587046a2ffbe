// SPDX-License-Identifier: Apache-2.0

/// One task and how far it has come; it advances one step with every beat of the service.
struct PrismTask: Sendable {
    static let stepCount = 10

    let record: Record
    let requiredCapabilities: [String]
    var agentID: String?
    var completedSteps = 0
    var updatedAt: String

    var id: String { record.id }
    var isCompleted: Bool { completedSteps == Self.stepCount }
    var percentage: Int { completedSteps * 100 / Self.stepCount }

    var status: String {
        if isCompleted { return "COMPLETED" }
        return agentID == nil ? "QUEUED" : "RUNNING"
    }
}

extension World {
    /// Creates a task for `agentID`, or for the first agent that has the required capabilities.
    ///
    /// Without such an agent the task is queued, and assigned as soon as one exists.
    mutating func createTask(_ body: JSONValue, for agentID: String?) throws(Refusal) -> PrismTask {
        if let agentID { _ = try agents.element(agentID) }
        var fields = try rules.fields(of: body)
        fields["name"] = fields["name"] ?? fields["type"] ?? "task"
        try rules.check(fields, statuses: [])
        let required = try rules.strings("required_capabilities", of: fields)
        if tasks.isFull { _ = tasks.forgetOldest(where: \.isCompleted) }
        let time = clock.timestamp()
        let assignee = agentID ?? capableAgents(required).first
        let task = try tasks.add { id in
            PrismTask(
                record: Record(id: id, fields: fields, at: time),
                requiredCapabilities: required,
                agentID: assignee,
                updatedAt: time
            )
        }
        publish("task.created", summary(of: task))
        return task
    }

    /// Moves every running task one step on, and assigns queued ones.
    mutating func advanceTasks() {
        let time = clock.timestamp()
        var moved: [PrismTask] = []
        let present = Set(agents.elements.map(\.id))
        let waiting = tasks.elements.filter { !$0.isCompleted && $0.agentID == nil }
        let assignments = Dictionary(
            waiting.map { ($0.id, capableAgents($0.requiredCapabilities).first) }
        ) { first, _ in first }
        tasks.updateEach { task in
            guard !task.isCompleted else { return }
            if let agentID = task.agentID {
                // A deleted agent does no more work; its task stays where it is.
                guard present.contains(agentID) else { return }
                task.completedSteps += 1
            } else if let agentID = assignments[task.id] ?? nil {
                task.agentID = agentID
            } else {
                return
            }
            task.updatedAt = time
            moved.append(task)
        }
        for task in moved {
            publish(task.isCompleted ? "task.completed" : "task.progress", summary(of: task))
        }
    }

    func capableAgents(_ required: [String]) -> [String] {
        agents.elements.filter { agent in
            let offered = Set(agent["capabilities"]?.array?.compactMap(\.string) ?? [])
            return offered.isSuperset(of: required)
        }.map(\.id)
    }

    func json(of task: PrismTask) -> JSONValue {
        var members = task.record.json.object ?? [:]
        members["task_id"] = .string(task.id)
        members["status"] = .string(task.status)
        members["agent_id"] = task.agentID.map(JSONValue.string) ?? .null
        members["progress_percentage"] = JSONValue(task.percentage)
        guard task.status == "QUEUED" else { return .object(members) }
        members["queue_reason"] = "NO_CAPABLE_AGENTS"
        members["required_capabilities"] = .array(task.requiredCapabilities.map(JSONValue.string))
        members["available_agents"] = JSONValue(agents.count)
        members["capable_agents"] = 0
        let queued = tasks.elements.filter { $0.status == "QUEUED" }.map(\.id)
        members["queue_position"] = JSONValue((queued.firstIndex(of: task.id) ?? 0) + 1)
        members["auto_assignment"] = true
        return .object(members)
    }

    func progress(of task: PrismTask) -> JSONValue {
        let agent = task.agentID.flatMap { try? agents.element($0) }
        let isStale = task.agentID != nil && agent == nil && !task.isCompleted
        return [
            "task_id": .string(task.id), "status": .string(task.status),
            "progress_percentage": JSONValue(task.percentage),
            "progress_estimation_method": "STEP_BASED",
            "total_steps": JSONValue(PrismTask.stepCount),
            "completed_steps": JSONValue(task.completedSteps),
            "last_update": .string(task.updatedAt), "progress_stale": .bool(isStale),
            "agent_id": task.agentID.map(JSONValue.string) ?? .null,
            "agent_status": .string(agent?.status ?? (isStale ? "deleted" : "unassigned")),
        ]
    }

    private func summary(of task: PrismTask) -> JSONValue {
        [
            "task_id": .string(task.id), "status": .string(task.status),
            "progress_percentage": JSONValue(task.percentage),
            "agent_id": task.agentID.map(JSONValue.string) ?? .null,
        ]
    }
}
