// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Answers that the proxy gives in place of the service.
@Suite struct RespondFaultTests {
    /// Nobody is there: an answer of the proxy's own needs no service.
    private static func absent(_ stage: Stage) -> String { "unix:\(stage.path("absent.sock"))" }

    @Test func `respond gives the status, the fields and the body that it was told`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: Self.absent(stage))
            try await proxy.control(
                "fault",
                "main",
                "respond",
                "503",
                "--retry-after",
                "5",
                "--response-header",
                "X-Why: a test",
                "--json",
                #"{"error": ["down", 1]}"#
            )
            let result = try await curl("-i", "\(proxy.url)/any")
            let parts = result.output.split(separator: "\r\n\r\n").map(String.init)
            #expect(parts.first?.hasPrefix("HTTP/1.1 503 ") == true)
            #expect(parts.first?.contains("Retry-After: 5") == true)
            #expect(parts.first?.contains("X-Why: a test") == true)
            #expect(parts.first?.lowercased().contains("content-type: application/json") == true)
            let body = try JSONSerialization.jsonObject(with: Data((parts.last ?? "").utf8))
            #expect((body as? [String: [any Sendable]])?["error"]?.count == 2)
        }
    }

    @Test func `respond to HEAD has the fields and no body`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: Self.absent(stage))
            try await proxy.control("fault", "main", "respond", "418", "--body", "short and stout")
            let wire = try Wire(proxy.address)
            try await wire.send(
                "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            let head = try await wire.read(until: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 418 "))
            #expect(head.lowercased().contains("content-length: 15"))
            #expect(try await wire.answer().hasSuffix("\r\n\r\nshort and stout"))
        }
    }

    @Test(arguments: [
        "Content-Length: 100000\r\n\r\n" + String(repeating: "b", count: 100_000),
        "Transfer-Encoding: chunked\r\n\r\n186a0\r\n" + String(repeating: "b", count: 100_000)
            + "\r\n0\r\nX-Last: 1\r\n\r\n",
    ])
    func `keep-alive survives an answer to a request with a body`(body: String) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            try await proxy.control(
                "fault",
                "main",
                "respond",
                "503",
                "--request",
                "POST /take",
                "--body",
                "no"
            )
            let wire = try Wire(proxy.address)
            for _ in 1...3 {
                try await wire.send("POST /take HTTP/1.1\r\nHost: a\r\n" + body)
                #expect(try await wire.answer().hasPrefix("HTTP/1.1 503 "))
                #expect(try await wire.get("/take").hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test func `three times 503, then the service: curl recovers by retrying`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.prism())
            try await proxy.control(
                "fault",
                "main",
                "respond",
                "503",
                "--request",
                "GET /api/v1/agents/**",
                "--times",
                "3"
            )
            let result = try await curl(
                "--retry",
                "5",
                "--retry-delay",
                "1",
                "-D",
                "-",
                "-o",
                "/dev/null",
                "\(proxy.url)/api/v1/agents",
                within: .seconds(60)
            )
            #expect(result.status == 0)
            let statuses = result.output.split(separator: "\r\n").filter {
                $0.hasPrefix("HTTP/1.1 ")
            }.map { $0.split(separator: " ")[1] }
            #expect(statuses == ["503", "503", "503", "200"])
            let log = try await proxy.events { $0.count { $0.kind == "xchg" } >= 4 }
            #expect(log.filter { $0.kind == "xchg" }.map(\.status) == [503, 503, 503, 200])
            #expect(log.count { $0.fault == "respond" } == 3)
        }
    }
}
