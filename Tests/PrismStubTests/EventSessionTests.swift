// SPDX-License-Identifier: Apache-2.0
import PrismStub
import Testing

@Suite(.timeLimit(.minutes(15)))
struct EventSessionTests {
    @Test func `the upgrade answers the key as the RFC computes it`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let reply = try await wire.upgrade()
                #expect(reply.status == 101)
                #expect(reply.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            }
        }
    }

    @Test func `every change is an event, in the order of the changes`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { reader in
                // From 0, because an upgrade is answered before its subscription has begun.
                _ = try await reader.upgrade("?since=0")
                try await Wire.open(to: service) { wire in
                    _ = try await wire.request("POST", "/api/v1/agents", #"{"name":"a"}"#)
                    _ = try await wire.request(
                        "PATCH",
                        "/api/v1/agents/agent-4",
                        #"{"status":"busy"}"#
                    )
                    _ = try await wire.request("POST", "/api/v1/tasks", #"{"type":"scan"}"#)
                    _ = try await wire.request("DELETE", "/api/v1/agents/agent-4")
                }
                let types = [
                    "agent.created", "agent.updated", "agent.status", "task.created",
                    "agent.deleted",
                ]
                for (sequence, type) in types.enumerated() {
                    let event = try await reader.frame()
                    #expect(event.sequence == sequence)
                    #expect(event.json["type"] == .string(type))
                    #expect(event.json["timestamp"]?.string != nil)
                    #expect(event.json["data"]?.object != nil)
                }
            }
        }
    }

    @Test func `a replay is contiguous with what follows live`() async throws {
        try await PrismService.serve(.loopback) { service in
            for _ in 0..<5 { service.state.beat() }
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade("?since=2")
                for sequence in 2...4 {
                    let event = try await reader.frame()
                    #expect(event.sequence == sequence)
                }
                service.state.beat()
                #expect(try await reader.frame().sequence == 5)
                try await reader.send(message: #"{"type":"replay","from":4}"#)
                #expect(try await reader.frame().sequence == 4)
                #expect(try await reader.frame().sequence == 5)
            }
        }
    }

    @Test(arguments: [
        ("/api/v1/nothing", 404), ("/api/v1/events?since=x", 426), ("/api/v1/agents", 200),
    ])
    func `an upgrade that is not possible is answered like any other request`(
        path: String,
        status: Int
    ) async throws {
        let fields =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let reply = try await wire.request("GET", path, headers: fields)
                #expect(reply.status == status)
            }
        }
    }

    @Test func `a message that is not understood is answered with an error`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade()
                try await reader.send(message: "hello")
                let answer = try await reader.frame().json
                #expect(answer["type"] == "error")
                #expect(answer["error"]?["code"] == "invalid_json")
            }
        }
    }

    @Test func `a message in fragments is one message`() async throws {
        try await PrismService.serve(.loopback) { service in
            service.state.beat()
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade("?since=1")
                try await reader.send(opcode: 1, Array(#"{"type":"rep"#.utf8), fin: false)
                try await reader.send(opcode: 9, Array("between".utf8))
                try await reader.send(opcode: 0, Array(#"lay","from":0}"#.utf8))
                #expect(
                    try await reader.frame() == .init(opcode: 10, payload: Array("between".utf8))
                )
                #expect(try await reader.frame().sequence == 0)
            }
        }
    }

    @Test func `a close is answered with its code, and then the connection ends`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade()
                try await reader.send(opcode: 8, [0x03, 0xe8])
                #expect(try await reader.frame().closeCode == 1000)
                #expect(try await reader.isClosed())
            }
        }
    }

    @Test func `a frame without a mask closes with 1002`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade()
                try await reader.send(opcode: 1, Array("{}".utf8), masked: false)
                #expect(try await reader.frame().closeCode == 1002)
            }
        }
    }

    @Test(arguments: [true, false])
    func `a message over 64 KiB closes with 1009`(isOneFrame: Bool) async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { reader in
                _ = try await reader.upgrade()
                let half = [UInt8](repeating: 0x20, count: 40_000)
                if isOneFrame {
                    try await reader.send(opcode: 1, half + half)
                } else {
                    try await reader.send(opcode: 1, half, fin: false)
                    try await reader.send(opcode: 0, half)
                }
                #expect(try await reader.frame().closeCode == 1009)
            }
        }
    }

    @Test func `a stopping service says goodbye with 1001`() async throws {
        let (ready, isReady) = AsyncStream<PrismService>.makeStream()
        let (done, isDone) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var configuration = PrismService.Configuration.loopback
                // The client leaves as soon as it is told.
                configuration.bounds.drainLimit = .seconds(60)
                configuration.bounds.closeGrace = .seconds(60)
                try await PrismService.serve(configuration) { service in
                    isReady.yield(service)
                    for await _ in done {}
                }
            }
            for await service in ready {
                try await Wire.open(to: service) { reader in
                    _ = try await reader.upgrade()
                    isDone.finish()
                    #expect(try await reader.frame().closeCode == 1001)
                }
                break
            }
            try await group.waitForAll()
        }
    }

    @Test func `a reader that does not read is cut off, and the service goes on`() async throws {
        var configuration = PrismService.Configuration.loopback
        configuration.bounds.maximumQueuedEvents = 8
        configuration.bounds.maximumKeptEvents = 16
        configuration.bounds.closeGrace = .milliseconds(50)
        try await PrismService.serve(configuration) { service in
            try await Wire.open(to: service, receiveBuffer: 16_384) { reader in
                _ = try await reader.upgrade()
                while service.state.events.subscriberCount == 0 { await Task.yield() }
                let padding = JSONValue.string(String(repeating: "x", count: 60_000))
                // The service's own buffer takes some megabytes before the reader counts as slow.
                for _ in 0..<5_000 where service.state.events.overflowCount == 0 {
                    service.state.events.publish("t", padding, at: "now")
                    await Task.yield()
                }
                #expect(service.state.events.overflowCount == 1)
                #expect(service.state.events.subscriberCount == 0)
            }
            try await Wire.open(to: service) { wire in
                let health = try await wire.request("GET", "/health")
                #expect(health.status == 200)
            }
        }
    }
}
