// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Faults that requests ask for themselves, with a secret.
@Suite struct AskedFaultTests {
    private static let secret = "0f8a6c1e5b7d4239"

    private static func asking(_ fault: String, _ token: String? = secret) -> [String] {
        ["X-Chaos-Fault: \(fault)"] + (token.map { ["X-Chaos-Token: \($0)"] } ?? [])
    }

    private static func proxy(
        _ stage: Stage,
        _ accepting: String? = "secret: \(secret)"
    ) async throws -> Proxy {
        try await stage.proxy(
            "http",
            to: try await stage.upstream(),
            settings: accepting.map { "request-faults: { \($0) }" } ?? ""
        )
    }

    @Test func `a request with the secret gets what it asks for, for itself alone`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let wire = try Wire(proxy.address)
            let asked = try await wire.ask("/text/5", headers: Self.asking("respond=503"))
            #expect(asked.status == 503)
            #expect(try await wire.ask("/text/5").status == 200)
            #expect(try await Wire(proxy.address).ask("/text/5").status == 200)
            let log = try await proxy.events { $0.count { $0.kind == "xchg" } == 3 }
            #expect(log.filter { $0.fault != nil }.map(\.rule) == ["request-fault"])
        }
    }

    @Test func `a delay that is asked for is waited for`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let wire = try Wire(proxy.address)
            let clock = ContinuousClock()
            let (time, reply) = try await clock.timed {
                try await wire.ask("/text/5", headers: Self.asking("delay=150ms; probability=100%"))
            }
            #expect(reply.status == 200)
            #expect(time >= .milliseconds(150))
        }
    }

    @Test(arguments: [
        (secret, "delay=1ms"), ("0f8a6c1e5b7d423", "respond=503"), ("", "respond=503"),
        ("0F8A6C1E5B7D4239", "respond=503"), (nil, "respond=503"), ("wrong", "no such fault"),
    ])
    func `neither field reaches the service, and without the secret they do nothing`(
        token: String?,
        fault: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage)
            let wire = try Wire(proxy.address)
            let fields = ["X-Before: 1"] + Self.asking(fault, token) + ["X-After: 2"]
            let reply = try await wire.ask("/echo", "POST", headers: fields, body: "body")
            #expect(reply.status == 200)
            let echo = try reply.json(Echo.self)
            #expect(echo.headers.keys.filter { $0.hasPrefix("x-chaos") } == [])
            #expect(echo.headers["x-before"] == "1" && echo.headers["x-after"] == "2")
            #expect(echo.body == "body")
            #expect(try await wire.ask("/text/5").status == 200)
        }
    }

    @Test(arguments: ["no such fault", "respond=999999", "refuse", "delay=1ms; delay"])
    func `who shows the secret and asks for what cannot be had is told so`(
        fault: String
    )
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                settings: "request-faults: { secret: \(Self.secret) }"
            )
            let wire = try Wire(proxy.address)
            let reply = try await wire.ask("/text/5", headers: Self.asking(fault))
            #expect(reply.status == 400)
            #expect(reply.text.contains("X-Chaos-Fault"), "\(reply.text)")
            #expect(try await wire.readToEnd().ending == .end)
            #expect(try await curl("http://\(upstream)/seen").output == "")
        }
    }

    @Test func `a proxy without request-faults passes the fields as any others`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(stage, nil)
            let reply = try await Wire(proxy.address).ask(
                "/echo",
                headers: Self.asking("respond=503")
            )
            let echo = try reply.json(Echo.self)
            #expect(echo.headers["x-chaos-fault"] == "respond=503")
            #expect(echo.headers["x-chaos-token"] == Self.secret)
        }
    }

    @Test func `a secret is read from its file, and all requests share one budget`() async throws {
        try await Stage.with { stage in
            try stage.write("\(Self.secret)\n", to: "secret")
            let proxy = try await Self.proxy(
                stage,
                "secret-file: secret, budget: { requests: 2 }"
            )
            var statuses: [Int] = []
            for _ in 0..<4 {
                let wire = try Wire(proxy.address)
                let headers = Self.asking("respond=503")
                statuses += [try await wire.ask("/text/5", headers: headers).status]
            }
            #expect(statuses == [503, 503, 200, 200])
        }
    }
}
