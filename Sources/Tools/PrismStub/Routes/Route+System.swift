// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

extension Route {
    static let system: [Route] = [
        Route(.GET, "/health") { _, _ throws(Refusal) in .json(["status": "ok"]) },
        Route(.GET, "/metrics") { _, state throws(Refusal) in
            .text(state.prometheusText, type: "text/plain; version=0.0.4; charset=utf-8")
        },
        Route(.GET, "/api/v1/health") { _, state throws(Refusal) in
            .json([
                "status": .string(state.snapshot.overallStatus.lowercased()),
                "uptime_seconds": JSONValue(state.uptimeSeconds),
            ])
        },
        Route(.GET, "/api/v1/metrics") { _, state throws(Refusal) in
            .json(state.figures(of: state.snapshot, timestamp: state.timestamp))
        },
        Route(.GET, "/api/v1/system/health") { _, state throws(Refusal) in
            .json(state.snapshot.health)
        },
        Route(.GET, "/api/v1/system/metrics") { _, state throws(Refusal) in
            let world = state.snapshot
            let time = state.timestamp
            return .json([
                "current_metrics": state.figures(of: world, timestamp: time),
                "historical_data": .array(world.samples), "warnings": [],
                "data_collection": [
                    "real_time_source": "service", "collection_timestamp": .string(time),
                ],
            ])
        },
        // Reached by a plain GET, or by an upgrade that the WebSocket side did not take.
        Route(.GET, "/api/v1/events") { _, _ throws(Refusal) in
            throw Refusal(
                .upgradeRequired,
                "upgrade_required",
                "Events are a WebSocket, version 13. Open it with the first request of a "
                    + "connection; '?since=' takes a whole number from 0."
            ).with("Upgrade", "websocket").with("Sec-WebSocket-Version", "13")
        },
    ]
}
