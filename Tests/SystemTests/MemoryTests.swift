// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Promise 5: memory is bounded by `limits.buffer`, whatever an end does not read.
///
/// `Scripts/memory-check` does the same with a gibibyte at 10 MB/s.
@Suite(.serialized) struct MemoryTests {
    static let bound = 64 << 20
    static let size = 256 << 20

    @Test func `promise 5: a reader that stops does not make the proxy keep what it leaves`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let wire = try Wire(proxy.address, receiveBuffer: 1 << 16)
            try await wire.send("GET /text/\(Self.size) HTTP/1.1\r\nHost: a\r\n\r\n")
            let head = try await wire.read(until: "\r\n\r\n")
            let first = try await wire.read(1 << 20)
            try await self.waitForRest(proxy)
            #expect(try proxy.peakMemory() < Self.bound)
            try await wire.send("GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let rest = try await wire.skip(Self.size - first.count)
            #expect(head.contains("Content-Length: \(Self.size)"))
            #expect(rest == Self.size - first.count)
            #expect(try await wire.answer().hasPrefix("HTTP/1.1 404"))
            #expect(try proxy.peakMemory() < Self.bound)
        }
    }

    @Test func `promise 5: a service that stops reading does not make the proxy keep the upload`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream)
            let wire = try Wire(proxy.address)
            try await wire.send(
                "POST /take-slowly/go HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.size)\r\n\r\n"
            )
            let block = Data(repeating: 97, count: 1 << 20)
            async let sent: Void = {
                for _ in 0..<(Self.size >> 20) { try await wire.send(block) }
            }()
            try await waitForRest(proxy)
            #expect(try proxy.peakMemory() < Self.bound)
            _ = try await curl("http://\(upstream)/open/go")
            try await sent
            #expect(try await wire.answer().contains("\r\n\r\n\(Self.size) "))
            #expect(try proxy.peakMemory() < Self.bound)
        }
    }

    @Test func `promise 5: a delay of an hour keeps no more than limits.buffer`() async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "tcp",
                to: upstream,
                settings: "limits: { buffer: 1MiB }"
            )
            try await proxy.control("fault", "main", "delay", "1h")
            let wires = try (0..<8).map { _ in try Wire(proxy.address) }
            for wire in wires {
                try await wire.send("GET /text/\(32 << 20) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            try await waitForRest(proxy) { $0.count == wires.count }
            #expect(try proxy.peakMemory() < Self.bound)
            try await proxy.control("reset")
            for wire in wires {
                _ = try await wire.read(until: "\r\n\r\n")
                #expect(try await wire.skip(32 << 20) == 32 << 20)
            }
            #expect(try proxy.peakMemory() < Self.bound)
        }
    }

    /// Until no byte moves: each end has taken what it takes.
    private func waitForRest(
        _ proxy: Proxy,
        where passes: ([LiveConnection]) -> Bool = { !$0.isEmpty }
    ) async throws {
        _ = try await proxy.settled({ try await proxy.connections() }, where: passes)
    }
}
