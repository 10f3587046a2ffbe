// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A WebSocket through the proxy, to a service that sends events.
@Suite struct EventStreamTests {
    @Test func `promise 3: a delay that is added slows a WebSocket that is already open`()
        async throws
    {
        try await Stage.with { stage in
            let prism = try await stage.prism()
            let proxy = try await stage.proxy("http", to: prism)
            let wire = try Wire(proxy.address)
            #expect(try await wire.upgrade("/api/v1/events").hasPrefix("HTTP/1.1 101 "))
            try await announce(to: prism)
            #expect(try await wire.message(containing: "\"sequence\""))

            try await proxy.control("fault", "main", "delay", "500ms", "--id", "slow")
            for _ in 1...2 {
                let (time, isThere) = try await ContinuousClock().timed {
                    try await announce(to: prism)
                    return try await wire.message(containing: "\"sequence\"")
                }
                #expect(isThere && time >= .milliseconds(500))
            }

            // Removed while a message is held: it comes, and the stream goes on.
            try await proxy.control("rule", "remove", "slow")
            try await proxy.control("fault", "main", "delay", "1h")
            try await announce(to: prism)
            try await proxy.control("reset")
            #expect(try await wire.message(containing: "\"sequence\""))
            try await announce(to: prism)
            #expect(try await wire.message(containing: "\"sequence\""))
        }
    }

    /// Makes one event at the service.
    private func announce(to prism: String) async throws {
        let made = try await curl(
            "-f",
            "-H",
            "Content-Type: application/json",
            "-d",
            #"{"name": "index"}"#,
            "http://\(prism)/api/v1/tasks"
        )
        #expect(made.status == 0, "\(made.errors)")
    }
}

extension Wire {
    /// The key is the example of RFC 6455, section 1.3.
    fileprivate func upgrade(_ path: String) async throws -> String {
        try await send(
            "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        return try await read(until: "\r\n\r\n")
    }

    /// Whether the next text message contains this; the frames of a server are not masked.
    fileprivate func message(containing text: String) async throws -> Bool {
        while true {
            let head = try await read(2)
            var length = Int(head[1])
            if length == 126 { length = try await read(2).reduce(0) { $0 << 8 | Int($1) } }
            if length == 127 { length = try await read(8).reduce(0) { $0 << 8 | Int($1) } }
            let payload = String(decoding: try await read(length), as: UTF8.self)
            guard head[0] & 0x0F == 1 else { continue }
            return payload.contains(text)
        }
    }
}
