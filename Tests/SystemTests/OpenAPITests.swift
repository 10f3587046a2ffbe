// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import TestSupport
import Testing

/// The document that the proxy shows of its admin API, and what it then answers.
@Suite(.timeLimit(.minutes(15))) struct OpenAPITests {
    private static let rules = """
          - id: slow
            when: { request: GET /text/** }
            limit: { probability: 50%, per: client, times: 3 }
            then: [{ delay: 1ms }]
          - id: once
            when: { request: GET /once }
            limit: { budget: { requests: 1 } }
            then: [{ respond: 503 }]
          - id: storm
            limit: { window: { on: 1s, every: 30s } }
            then: [{ bandwidth: 1MB/s }]
        """

    @Test func `after real traffic every answer is as the document says`() async throws {
        try await Stage.with { stage in
            let proxy = try await proxy(on: stage)
            for number in 0..<4 { _ = try await curl("\(proxy.url)/text/\(number)") }
            _ = try await curl("\(proxy.url)/once")
            try await proxy.events { $0.contains { $0.change == "rule.exhausted" } }
            let held = try Wire(proxy.address)
            try await held.send("GET /text/9 HTTP/1.1\r\nHost: a\r\n")
            _ = try await proxy.control("wait", "--proxy", "main", "--connections", "1")

            let document = try await proxy.answer("/v1/openapi.json")
            for path in [
                "/healthz", "/v1/status", "/v1/config", "/v1/rules", "/v1/proxies",
                "/v1/exchanges", "/v1/connections", "/v1/partitions", "/v1/leases",
            ] {
                #expect(try await proxy.faults(in: document, path) == [], "\(path)")
            }
            let leased = #"{"ttl": "30s"}"#
            #expect(try await proxy.faults(in: document, "/v1/leases", leased) == [])
            for question in [
                #"{"request": {"path": "/text/1"}}"#, #"{"rule": "slow"}"#, #"{"rule": "storm"}"#,
            ] {
                #expect(try await proxy.faults(in: document, "/v1/explain", question) == [])
            }
            let wait = #"{"for": {"rule": "once", "fired": 1}}"#
            #expect(try await proxy.faults(in: document, "/v1/wait", wait) == [])
            let late = #"{"for": {"generation": 99}, "timeout": "5ms"}"#
            #expect(try await proxy.faults(in: document, "/v1/wait", late) == [])
            held.reset()
        }
    }

    @Test func `after real traffic every line of the event log is as the document says`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await proxy(on: stage)
            for number in 0..<4 { _ = try await curl("\(proxy.url)/text/\(number)") }
            _ = try await proxy.control("mark", "done")
            try await proxy.events { $0.count { $0.kind == "xchg" } == 4 }
            let check = SchemaCheck(in: try await proxy.answer("/v1/openapi.json"))
            let schema = try #require(check.resolve("#/components/schemas/Event"))
            let lines = try await proxy.admin("/v1/events?follow=false").output
                .split(separator: "\n")
            for line in lines {
                let value = try JSONDecoder().decode(DocumentValue.self, from: Data(line.utf8))
                #expect(check.faults(of: value, against: schema) == [], "\(line)")
            }
            #expect(lines.count > 12)
        }
    }

    private func proxy(on stage: Stage) async throws -> Proxy {
        try await stage.proxy(
            "http",
            to: try await stage.upstream(),
            rules: Self.rules,
            settings: "request-faults: { secret: 0f8a6c1e5b7d4239, budget: { requests: 9 } }"
        )
    }
}

extension Proxy {
    fileprivate func answer(_ path: String) async throws -> DocumentValue {
        try JSONDecoder().decode(DocumentValue.self, from: try await admin(path).data)
    }

    /// What is wrong with the answer to a GET, or with a body to a POST, by the schema for its
    /// status.
    fileprivate func faults(
        in document: DocumentValue,
        _ path: String,
        _ body: String? = nil
    ) async throws -> [String] {
        let send = body.map { ["-H", "Content-Type: application/json", "-d", $0] } ?? []
        let finished = try await run(
            "curl",
            ["-sS", "--unix-socket", socket, "-w", "\n%{http_code}"] + send
                + ["http://admin\(path)"]
        )
        let lines = finished.output.split(separator: "\n")
        let responses = document["paths"]?[path]?[body == nil ? "get" : "post"]?["responses"]
        guard lines.count == 2, let told = responses?[String(lines[1])] ?? responses?["default"]
        else { return ["no answer: \(finished.output)"] }
        let check = SchemaCheck(in: document)
        let response = told["$ref"]?.text.flatMap(check.resolve) ?? told
        guard let schema = response["content"]?["application/json"]?["schema"] else {
            return ["no schema for \(finished.output)"]
        }
        let value = try JSONDecoder().decode(DocumentValue.self, from: Data(lines[0].utf8))
        return check.faults(of: value, against: schema)
    }
}
