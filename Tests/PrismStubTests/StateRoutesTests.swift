// SPDX-License-Identifier: Apache-2.0
import PrismStub
import Testing

@Suite(.timeLimit(.minutes(15)))
struct StateRoutesTests {
    @Test func `a new service lists three agents, one swarm and twelve peers`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let agents = try await wire.request("GET", "/api/v1/agents").json
                #expect(agents["metadata"]?["total_count"] == 3)
                #expect(agents["agents"]?.array?.first?["id"] == "agent-1")
                let swarms = try await wire.request("GET", "/api/v1/swarms").json
                #expect(swarms["swarms"]?.array?.count == 1)
                let peers = try await wire.request("GET", "/api/v1/network/peers").json
                #expect(peers["connected_peers"] == 12)
            }
        }
    }

    @Test func `an agent is what was posted, merged with what was patched, until deleted`()
        async throws
    {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let posted = try await wire.request(
                    "POST",
                    "/api/v1/agents",
                    #"{"name":"n","extra":{"a":1,"b":2}}"#
                )
                #expect(posted.status == 201)
                #expect(posted.headers["location"] == "/api/v1/agents/agent-4")
                let patched = try await wire.request(
                    "PATCH",
                    "/api/v1/agents/agent-4",
                    #"{"extra":{"a":null,"c":3}}"#
                )
                #expect(patched.json["extra"] == ["b": 2, "c": 3])
                let put = try await wire.request(
                    "PUT",
                    "/api/v1/agents/agent-4/config",
                    #"{"memory_limit":"8GB"}"#
                )
                #expect(put.json["status"] == "APPLIED")
                let read = try await wire.request("GET", "/api/v1/agents/agent-4")
                #expect(read.json["config"] == ["memory_limit": "8GB"])
                #expect(read.json["version"] == 3)
                #expect(try await wire.request("DELETE", "/api/v1/agents/agent-4").status == 204)
                #expect(try await wire.request("GET", "/api/v1/agents/agent-4").status == 404)
                #expect(try await wire.request("DELETE", "/api/v1/agents/agent-4").status == 404)
            }
        }
    }

    @Test func `a change on top of a version that is gone is refused`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let tag = try await wire.request("GET", "/api/v1/agents/agent-1").headers["etag"]
                let field = "If-Match: \(tag ?? "")\r\n"
                let body = #"{"status":"busy"}"#
                let path = "/api/v1/agents/agent-1"
                #expect(try await wire.request("PATCH", path, body, headers: field).status == 200)
                #expect(try await wire.request("PATCH", path, body, headers: field).status == 412)
            }
        }
    }

    @Test func `a task without a capable agent waits for one, and then advances by beats`()
        async throws
    {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let queued = try await wire.request(
                    "POST",
                    "/api/v1/tasks",
                    #"{"required_capabilities":["gpu"]}"#
                )
                #expect(queued.status == 202)
                #expect(queued.json["queue_reason"] == "NO_CAPABLE_AGENTS")
                _ = try await wire.request(
                    "POST",
                    "/api/v1/agents",
                    #"{"name":"n","capabilities":["gpu"]}"#
                )
                for _ in 0..<4 { service.state.beat() }
                let progress = try await wire.request("GET", "/api/v1/tasks/task-1/progress").json
                #expect(progress["agent_id"] == "agent-4")
                #expect(progress["progress_percentage"] == 30)
            }
        }
    }

    @Test func `merging is idempotent and does not depend on the order`() async throws {
        let first = #"{"node":"a","entries":[{"key":"k","value":1,"clock":5}]}"#
        let second = #"{"node":"b","entries":[{"key":"k","value":2,"clock":5}]}"#
        var hashes: Set<String> = []
        for order in [[first, second], [second, first, second]] {
            let hash = try await PrismService.serve(.loopback) { service in
                try await Wire.open(to: service) { wire in
                    for body in order {
                        let merged = try await wire.request("POST", "/api/v1/sync/merge", body)
                        #expect(merged.status == 200)
                    }
                    let conflicts = try await wire.request("GET", "/api/v1/sync/conflicts").json
                    #expect(conflicts["total_count"] == 1)
                    let state = try await wire.request("GET", "/api/v1/sync/state").json
                    return state["data_integrity_hash"]?.string ?? ""
                }
            }
            hashes.insert(hash)
        }
        #expect(hashes.count == 1)
    }

    @Test func `half the peers gone is a degraded network, and one back makes it whole`()
        async throws
    {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                for number in 1...7 {
                    _ = try await wire.request("DELETE", "/api/v1/network/peers/peer-\(number)")
                }
                let degraded = try await wire.request("GET", "/api/v1/system/health").json
                #expect(degraded["overall_status"] == "DEGRADED")
                let body = #"{"address":"10.9.9.9:7000"}"#
                let path = "/api/v1/network/connect"
                #expect(try await wire.request("POST", path, body).status == 201)
                #expect(try await wire.request("POST", path, body).status == 200)
                let healthy = try await wire.request("GET", "/api/v1/system/health").json
                #expect(healthy["overall_status"] == "HEALTHY")
            }
        }
    }

    @Test func `a full collection refuses with 507 and takes more after a delete`() async throws {
        var configuration = PrismService.Configuration.loopback
        configuration.bounds.maximumAgents = 4
        try await PrismService.serve(configuration) { service in
            try await Wire.open(to: service) { wire in
                let path = "/api/v1/agents"
                #expect(try await wire.request("POST", path, #"{"name":"a"}"#).status == 201)
                let refused = try await wire.request("POST", path, #"{"name":"b"}"#)
                #expect(refused.status == 507)
                #expect(refused.json["error"]?["code"] == "agents_full")
                _ = try await wire.request("DELETE", path + "/agent-1")
                #expect(try await wire.request("POST", path, #"{"name":"b"}"#).status == 201)
            }
        }
    }
}
