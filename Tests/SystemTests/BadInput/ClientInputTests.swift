// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Clients that send what is no HTTP: passed on untouched where no rule reads, refused where one
/// must, and nobody else notices.
@Suite struct ClientInputTests {
    private static let rule = "  - { id: reader, when: { request: GET /x }, then: [{ hang: }] }"

    static let unreadable = [
        "\u{1}\u{2}garbage\r\nwith lines\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "GET /a HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    ]

    @Test(arguments: unreadable)
    func `promise 1: what two readers could differ on passes untouched when no rule reads it`(
        text: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream("upstream.py", "echo")
            )
            let wire = try Wire(proxy.address)
            try await wire.send(text)
            wire.finish()
            let (data, ending) = try await wire.readToEnd()
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(ending == .end)
        }
    }

    @Test(arguments: unreadable)
    func `what two readers could differ on is refused with 400 when a rule must read it`(
        text: String
    ) async throws {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy("http", to: upstream, rules: Self.rule)
            let neighbour = try Wire(proxy.address)
            #expect(try await neighbour.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            let wire = try Wire(proxy.address)
            try await wire.send(text)
            let (data, _) = try await wire.readToEnd()
            #expect(String(decoding: data, as: UTF8.self).hasPrefix("HTTP/1.1 400 "))
            #expect(try await neighbour.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            try await proxy.events { $0.contains { $0.code == "message.refused" } }
            #expect(try await curl("http://\(upstream)/seen").output.contains("/a") == false)
        }
    }

    @Test func `a header line of 1 GiB is refused with 431 when rules read, in bounded memory`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rule
            )
            let wire = try Wire(proxy.address)
            // What follows the refusal is read and dropped for a while, so that it arrives.
            _ = await Self.sendHugeHeader(on: wire, blocks: 1_024)
            let log = try await proxy.events { $0.contains { $0.code == "message.refused" } }
            #expect(log.contains { $0.message?.contains("431") == true })
            #expect(try proxy.peakMemory() < MemoryTests.bound)
            #expect(try await curl("\(proxy.url)/text/5").data.count == 5)

            let polite = try Wire(proxy.address)
            try await polite.send(
                "GET /a HTTP/1.1\r\nX: " + String(repeating: "x", count: 1 << 20)
            )
            let (data, _) = try await polite.readToEnd()
            #expect(String(decoding: data, as: UTF8.self).hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test func `a header line of 1 GiB passes when no rule reads, in bounded memory`() async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream("upstream.py", "sink")
            )
            let wire = try Wire(proxy.address)
            #expect(await Self.sendHugeHeader(on: wire, blocks: 1_024) == 1_024)
            wire.finish()
            let (data, ending) = try await wire.readToEnd()
            let size = "GET / HTTP/1.1\r\nX: ".utf8.count + (1 << 30)
            #expect(String(decoding: data, as: UTF8.self) == "\(size) bytes\n")
            #expect(ending == .end)
            #expect(try proxy.peakMemory() < MemoryTests.bound)
        }
    }

    @Test func `a header that is slow is refused with 408 when rules read`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rule,
                settings: "limits: { head-timeout: 300ms }"
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /text/5 HTTP/1.1\r\nHo")
            let (data, _) = try await wire.readToEnd()
            #expect(String(decoding: data, as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `a header that is slow passes when no rule reads`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream("upstream.py", "echo"),
                settings: "limits: { head-timeout: 300ms }"
            )
            let wire = try Wire(proxy.address)
            try await wire.send("GET /text/5 HTTP/1.1\r\nHo")
            #expect(try await wire.read(until: "\r\nHo") == "GET /text/5 HTTP/1.1\r\nHo")
        }
    }

    @Test func `a client that vanishes inside its request leaves nothing behind`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: Self.rule
            )
            for text in [
                "GET /te", "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc",
            ] {
                for ends in [true, false] {
                    let wire = try Wire(proxy.address)
                    try await wire.send(text)
                    if ends { wire.finish() } else { wire.reset() }
                }
            }
            let log = try await proxy.events { $0.count { $0.event == "closed" } >= 4 }
            #expect(log.count { $0.event == "opened" } == 4)
            #expect(try await curl("\(proxy.url)/text/5").data.count == 5)
        }
    }

    /// Sends blocks of a mebibyte until the peer will have no more; how many went.
    private static func sendHugeHeader(on wire: Wire, blocks: Int) async -> Int {
        let block = Data(repeating: 120, count: 1 << 20)
        do { try await wire.send("GET / HTTP/1.1\r\nX: ") } catch { return 0 }
        for number in 0..<blocks {
            do { try await wire.send(block) } catch { return number }
        }
        return blocks
    }
}
