// SPDX-License-Identifier: Apache-2.0

/// Everything the service remembers, in one value.
///
/// One lock guards it (see ``PrismState``), and every change publishes its event before the lock
/// is given up: the order of the events is the order of the changes.
struct World: Sendable {
    let rules: RecordRules
    let clock: WallClock
    let events: EventHub
    var agents: Numbered<Record>
    var tasks: Numbered<PrismTask>
    var swarms: Numbered<Record>
    var peers: Numbered<Peer>
    var blocks: BlockStore
    var registers: SyncRegisters
    var log: ConsensusLog
    private(set) var samples: [JSONValue] = []
    private let maximumSamples: Int

    init(bounds: PrismBounds, clock: WallClock, events: EventHub) {
        self.clock = clock
        self.events = events
        rules = RecordRules(
            maximumNameBytes: bounds.maximumNameBytes,
            maximumRecordBytes: bounds.maximumRecordBytes
        )
        agents = Numbered(kind: "agent", capacity: bounds.maximumAgents)
        tasks = Numbered(kind: "task", capacity: bounds.maximumTasks)
        swarms = Numbered(kind: "swarm", capacity: bounds.maximumSwarms)
        peers = Numbered(kind: "peer", capacity: bounds.maximumPeers)
        blocks = BlockStore(bounds: bounds)
        registers = SyncRegisters(bounds: bounds)
        log = ConsensusLog(bounds: bounds)
        maximumSamples = bounds.maximumSamples
    }

    /// The records a new service starts with.
    ///
    /// They publish no events: nobody was there to see.
    mutating func seed() throws(Refusal) {
        let roles: [(String, JSONValue)] = [
            ("collector", ["metrics", "python"]), ("scanner", ["security_scan"]),
            ("planner", ["planning", "python"]),
        ]
        for (name, capabilities) in roles {
            let fields: [String: JSONValue] = [
                "name": .string(name), "type": "general", "status": "idle",
                "capabilities": capabilities, "permissions": [], "config": [:],
            ]
            _ = try agents.add { Record(id: $0, fields: fields, at: WallClock.seed) }
        }
        let members: JSONValue = ["agent-1", "agent-2", "agent-3"]
        let fields: [String: JSONValue] = [
            "name": "first", "status": "active", "agent_ids": members,
        ]
        _ = try swarms.add { Record(id: $0, fields: fields, at: WallClock.seed) }
        for number in 1...Self.expectedPeers {
            let address = "10.0.0.\(number):7000"
            _ = try peers.add { Peer(id: $0, address: address, connectedAt: WallClock.seed) }
        }
    }

    mutating func commit(_ body: JSONValue) throws(Refusal) -> ConsensusLog.Entry {
        guard let command = body["command"] else {
            throw .invalid("command", "is missing; send {\"command\": …}")
        }
        guard command.text.utf8.count <= rules.maximumRecordBytes else {
            throw .tooLarge("command", "maximumRecordBytes", rules.maximumRecordBytes)
        }
        let entry = log.commit(command, at: clock.timestamp())
        publish("consensus.committed", ["index": JSONValue(entry.index), "term": 1])
        return entry
    }

    mutating func keep(sample: JSONValue) {
        if samples.count == maximumSamples { samples.removeFirst() }
        samples.append(sample)
    }

    func publish(_ type: String, _ data: JSONValue) {
        events.publish(type, data, at: clock.timestamp())
    }
}
