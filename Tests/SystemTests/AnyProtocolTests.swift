// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `protocol: auto`: one listener, and clients of several protocols.
@Suite struct AnyProtocolTests {
    private static func proxy(_ stage: Stage) async throws -> Proxy {
        try await stage.proxy(
            "auto",
            to: try await stage.upstream("upstream.py", "mixed"),
            rules: "- { id: down, when: { request: GET /down }, then: [respond: 503] }"
        )
    }

    private static let request = "GET /down HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A client that has spoken before the proxy takes it for one that waits to be spoken to.
    private static func wire(_ proxy: Proxy, saying text: String) throws -> Wire {
        for _ in 0..<Proxy.looks {
            let start = ContinuousClock.now
            let wire = try Wire(proxy.address, saying: text)
            if ContinuousClock.now - start < .milliseconds(100) { return wire }
        }
        throw Trouble("nothing here is said within 100 ms")
    }

    @Test func `a request is answered by rules, and the next goes to the service`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let wire = try Self.wire(proxy, saying: Self.request)
            #expect(try await wire.reply().status == 503)
            #expect(try await wire.ask("/text/5").text == "\0\u{1}\u{2}\u{3}\u{4}")
            // Clients that did not speak in time came before.
            let log = try await proxy.events { $0.exchangesOfNewest.count == 2 }
            #expect(log.exchangesOfNewest.map(\.status) == [503, 200])
        }
    }

    @Test(arguments: ["PING\r\n", "*1\r\n$4\r\nPING\r\n", "get /down HTTP/1.1\r\n\r\n", "\0\u{1}"])
    func `other first bytes make a stream, which passes as it comes`(text: String) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let wire = try Self.wire(proxy, saying: text)
            #expect(try await wire.read(text.utf8.count) == Data(text.utf8))
            // It is one for good.
            try await wire.send("GET /down HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await wire.read(until: "/down HTTP/1.1\r\nHost: a\r\n\r\n")
            wire.finish()
            #expect(try await wire.readToEnd().ending == .end)
            let log = try await proxy.events { $0.contains { $0.event == "closed" } }
            #expect(log.allSatisfy { $0.kind != "xchg" && $0.kind != "fault" })
        }
    }

    @Test func `a client that waits for the server to speak is let through after 200 ms`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let clock = ContinuousClock()
            let (time, wire) = try await clock.timed {
                let wire = try Wire(proxy.address)
                #expect(try await wire.read(until: "\r\n") == "220 ready\r\n")
                return wire
            }
            #expect(time >= .milliseconds(200))
            try await wire.send("GET /down HTTP/1.1\r\n\r\n")
            #expect(try await wire.read(until: "\r\n\r\n") == "GET /down HTTP/1.1\r\n\r\n")
        }
    }

    @Test func `all three meet at one listener at once`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let silent = try Wire(proxy.address)
            let other = try Self.wire(proxy, saying: "PING\r\n")
            let asking = try Self.wire(proxy, saying: Self.request)
            #expect(try await asking.reply().status == 503)
            #expect(try await other.read(until: "\r\n") == "PING\r\n")
            #expect(try await silent.read(until: "\r\n") == "220 ready\r\n")
            #expect(try await asking.ask("/text/1").status == 200)
            try await silent.send("HELO a\r\n")
            #expect(try await silent.read(until: "\r\n") == "HELO a\r\n")
        }
    }
}

extension [Event] {
    /// The exchanges of the connection that was accepted last.
    fileprivate var exchangesOfNewest: [Event] {
        let newest = compactMap(\.ordinal).max()
        return filter { $0.kind == "xchg" && $0.ordinal == newest }
    }
}
