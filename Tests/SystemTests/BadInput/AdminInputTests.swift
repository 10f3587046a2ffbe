// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Requests to the admin socket that cannot be obeyed: refused as a whole, and nothing changes.
@Suite struct AdminInputTests {
    struct Refusal: Sendable {
        var arguments: [String]
        var path = "/v1/config"
        var status: String
        var code: String
    }

    private static let json = ["-H", "Content-Type: application/json"]

    @Test(arguments: [
        Refusal(
            arguments: ["-X", "PUT", "-H", "Content-Type: text/plain", "-d", "{}"],
            status: "415",
            code: "request.not-json"
        ),
        Refusal(arguments: ["-X", "PUT"] + json + ["-d", "{"], status: "400", code: "json"),
        Refusal(arguments: ["-X", "PUT"] + json + ["-d", "[]"], status: "4", code: "."),
        Refusal(
            arguments: ["-X", "PUT"] + json + ["-H", "If-Match: \"99\"", "-d", "{}"],
            status: "4",
            code: "."
        ),
        Refusal(arguments: ["-X", "PATCH"], status: "405", code: "request.bad-method"),
        Refusal(arguments: [], path: "/v2/config", status: "404", code: "request.unknown-path"),
        Refusal(
            arguments: ["-X", "POST"],
            path: "/v1/rules/none/enable",
            status: "404",
            code: "rule."
        ),
        Refusal(
            arguments: json + ["-d", #"{"id": "a", "then": [{"dealy": "1s"}]}"#],
            path: "/v1/rules",
            status: "4",
            code: "unknown-key"
        ),
    ])
    func `promise 6: what cannot be obeyed is refused with its reason, and nothing changes`(
        refusal: Refusal
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: "  - { id: teapot, then: [{ respond: 418 }] }"
            )
            let before = try await proxy.admin("/v1/config").output
            let result = try await run(
                "curl",
                ["-sS", "--unix-socket", proxy.socket, "-w", "\n%{http_code}"]
                    + refusal.arguments + ["http://admin\(refusal.path)"]
            )
            let lines = result.output.split(separator: "\n")
            #expect(lines.last?.hasPrefix(refusal.status) == true, "\(result.output)")
            let reply = try JSONDecoder().decode(
                Reply.self,
                from: Data(lines.dropLast().joined(separator: "\n").utf8)
            )
            #expect(reply.error.code.contains(refusal.code), "\(reply.error.code)")
            #expect(!reply.error.message.isEmpty)
            #expect(try await proxy.admin("/v1/config").output == before)
            let answer = try await curl("-w", "%{http_code}", "\(proxy.url)/text/5")
            #expect(answer.output == "418")
        }
    }

    @Test func `a configuration for another generation is refused with 412`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let config = try stage.write(
                try await proxy.admin("/v1/config").output,
                to: "config.json"
            )
            func put(_ generation: String) async throws -> String {
                try await proxy.admin(
                    "/v1/config",
                    "-X",
                    "PUT",
                    "-H",
                    "Content-Type: application/json",
                    "-H",
                    "If-Match: \(generation)",
                    "-d",
                    "@\(config)",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code}"
                ).output
            }
            #expect(try await put("\"99\"") == "412")
            #expect(try await put("\"1\"") == "200")
        }
    }

    @Test func `a body that is too large is refused with 413, in bounded memory`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let body = stage.path("large")
            try Data(repeating: 32, count: 64 << 20).write(to: URL(fileURLWithPath: body))
            let result = try await proxy.admin(
                "/v1/config",
                "-X",
                "PUT",
                "-H",
                "Content-Type: application/json",
                "--expect100-timeout",
                "60",
                "--data-binary",
                "@\(body)",
                "-w",
                "\n%{http_code}"
            )
            #expect(result.output.hasSuffix("413"), "\(result.output) \(result.errors)")
            #expect(try proxy.peakMemory() < MemoryTests.bound)
            try await proxy.control("healthcheck")
        }
    }

    private struct Reply: Decodable {
        struct Failure: Decodable {
            var code: String
            var message: String
        }

        var error: Failure
    }
}
