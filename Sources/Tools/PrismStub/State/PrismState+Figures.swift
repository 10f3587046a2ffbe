// SPDX-License-Identifier: Apache-2.0

extension World {
    var overallStatus: String { isNetworkDegraded ? "DEGRADED" : "HEALTHY" }

    /// Health from what is true of this process: nothing here is made up.
    var health: JSONValue {
        let network: JSONValue = [
            "name": "p2p_network", "status": isNetworkDegraded ? "DEGRADED" : "HEALTHY",
            "connected_peers": JSONValue(peers.count),
            "expected_peers": JSONValue(Self.expectedPeers),
        ]
        let healthy: [JSONValue] = [
            [
                "name": "agent_registry", "status": "HEALTHY", "agents": JSONValue(agents.count),
            ],
            [
                "name": "storage_engine", "status": "HEALTHY",
                "used_bytes": JSONValue(blocks.storedBytes),
            ],
            [
                "name": "consensus", "status": "HEALTHY",
                "commit_index": JSONValue(log.commitIndex),
            ],
            [
                "name": "event_stream", "status": "HEALTHY",
                "subscribers": JSONValue(events.subscriberCount),
            ],
        ]
        return [
            "overall_status": .string(overallStatus),
            "healthy_subsystems": .array(isNetworkDegraded ? healthy : healthy + [network]),
            "degraded_subsystems": isNetworkDegraded ? [network] : [],
            "failed_subsystems": [],
            "system_capabilities": [
                "core_operations": "AVAILABLE", "advanced_features": "AVAILABLE",
                "data_sync": .string(isNetworkDegraded ? "DEGRADED" : "AVAILABLE"),
                "monitoring": "AVAILABLE",
            ],
        ]
    }
}

extension PrismState {
    var uptimeSeconds: Int { Int(uptime.components.seconds) }

    func figures(of world: World, timestamp: String) -> JSONValue {
        let counted = counters.figures
        return [
            "timestamp": .string(timestamp),
            "active_connections": JSONValue(counted.openConnections),
            "requests_total": JSONValue(counted.total),
            "requests_failed": JSONValue(counted.failed),
            "agents": JSONValue(world.agents.count),
            "tasks": JSONValue(world.tasks.count),
            "swarms": JSONValue(world.swarms.count),
            "connected_peers": JSONValue(world.peers.count),
            "stored_bytes": JSONValue(world.blocks.storedBytes),
            "event_subscribers": JSONValue(events.subscriberCount),
            "event_overflows": JSONValue(events.overflowCount),
            "next_event_sequence": JSONValue(events.nextSequence),
            "uptime_seconds": JSONValue(uptimeSeconds),
        ]
    }

    /// The figures in the Prometheus text format, version 0.0.4.
    var prometheusText: String {
        let counted = counters.figures
        let world = snapshot
        var text = """
            # HELP prism_requests_total Answers by route template and status.
            # TYPE prism_requests_total counter

            """
        let rows = counted.answers.map { key, count in
            "prism_requests_total{method=\"\(key.method)\",route=\"\(key.route)\","
                + "status=\"\(key.status)\"} \(count)\n"
        }
        text += rows.sorted().joined()
        let figures: [(name: String, kind: String, help: String, value: Int)] = [
            ("connections", "gauge", "Open connections.", counted.openConnections),
            (
                "connections_refused_total", "counter", "Closed for maximumConnections.",
                counted.refusedConnections
            ),
            ("agents", "gauge", "Agents.", world.agents.count),
            ("tasks", "gauge", "Tasks.", world.tasks.count),
            ("peers", "gauge", "Connected peers.", world.peers.count),
            ("stored_bytes", "gauge", "Bytes in blocks.", world.blocks.storedBytes),
            ("event_subscribers", "gauge", "Readers of events.", events.subscriberCount),
            ("events_total", "counter", "Events published.", events.nextSequence),
            ("event_overflows_total", "counter", "Readers cut off.", events.overflowCount),
        ]
        for figure in figures {
            text += "# HELP prism_\(figure.name) \(figure.help)\n"
            text += "# TYPE prism_\(figure.name) \(figure.kind)\n"
            text += "prism_\(figure.name) \(figure.value)\n"
        }
        return text
    }
}
