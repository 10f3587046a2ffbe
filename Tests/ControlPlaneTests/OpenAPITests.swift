// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import RuleFiles
import TestSupport
import Testing

@testable import ControlPlane

/// `Documentation/openapi.json`, held against the routes that answer.
@Suite(.timeLimit(.minutes(1))) struct OpenAPITests {
    private static let methods = ["get", "put", "post", "patch", "delete"]

    @Test func `every endpoint is documented, and nothing else is`() throws {
        let document = try Self.document()
        let documented = Self.operations(of: document).map { "\($0.method) \($0.path)" }
        let known = AdminEndpoint.all.flatMap { endpoint in
            endpoint.methods.map { "\($0) \(endpoint.path)" }
        }
        #expect(documented.sorted() == known.sorted())
    }

    @Test func `every operation has a name of its own and tells what it answers`() throws {
        let document = try Self.document()
        let operations = Self.operations(of: document)
        let names = operations.compactMap { $0.value["operationId"]?.text }
        #expect(Set(names).count == operations.count)
        for operation in operations {
            #expect(operation.value["summary"]?.text?.hasSuffix(".") == true)
            #expect(operation.value["responses"]?["default"] != nil)
        }
        #expect(document["openapi"]?.text == "3.1.0")
    }

    @Test(arguments: Exchange.samples)
    func `what an endpoint answers is what its schema says`(sample: Exchange) async throws {
        let document = try Self.document()
        let check = SchemaCheck(in: document)
        let bench = try await Bench(Exchange.document)
        for (method, target, body) in sample.before {
            #expect(try await bench.ask(method, target, body).status < 300, "\(target)")
        }
        let target = try await Self.completed(sample.target, bench)
        let operation = try #require(
            Self.operations(of: document).first {
                $0.method == sample.method && $0.path == sample.path
            }
        )
        let request = try AdminRequest(
            method: sample.method,
            target: target,
            headers: ["content-type": "application/json"],
            body: Array((sample.body ?? "").utf8)
        )
        let answer = await bench.routes.answer(request)
        #expect(answer.status == sample.status)
        let responses = try #require(operation.value["responses"])
        let response = try #require(responses["\(answer.status)"] ?? responses["default"])
        guard case .bytes(let bytes) = answer.body else { return }
        let told = response["$ref"]?.text.flatMap(check.resolve) ?? response
        if let schema = told["content"]?["application/json"]?["schema"] {
            let value = try DocumentValue(json: bytes)
            #expect(check.faults(of: value, against: schema) == [])
        } else {
            #expect(told["content"]?["text/plain"] != nil || bytes.isEmpty)
        }
        let hasTag = answer.headers.contains { $0.name == "ETag" }
        #expect(hasTag == (told["headers"]?["ETag"] != nil))
    }

    @Test func `no endpoint is left without a sample`() throws {
        let tried = Set(Exchange.samples.map { "\($0.method) \($0.path)" })
        for endpoint in AdminEndpoint.all {
            for method in endpoint.methods where endpoint.path != "/v1/events" {
                #expect(tried.contains("\(method) \(endpoint.path)"))
            }
        }
    }

    @Test func `a line of the event log is what its schema says`() async throws {
        let document = try Self.document()
        let bench = try await Bench()
        let answer = await bench.routes.answer(
            try AdminRequest(method: "GET", target: "/v1/events?follow=false")
        )
        guard case .events(let feed) = answer.body else {
            Issue.record("no stream of events")
            return
        }
        var lines = ""
        try await feed.run { lines += $0 }
        let check = SchemaCheck(in: document)
        let schema = try #require(check.resolve("#/components/schemas/Event"))
        for line in lines.split(separator: "\n") {
            let value = try DocumentValue(json: Array(line.utf8))
            #expect(check.faults(of: value, against: schema) == [])
        }
        #expect(!lines.isEmpty)
    }

    @Test func `a schema is not satisfied by what it does not say`() throws {
        let document = try DocumentValue(
            json: Array(
                #"""
                {"a": {"type": "object", "properties": {"b": {"type": "integer", "minimum": 1},
                "c": {"type": "array", "items": {"enum": ["x"]}}}, "required": ["b"],
                "additionalProperties": false}, "odd": {"maximum": 3}}
                """#.utf8
            )
        )
        let check = SchemaCheck(in: document)
        let schema = try #require(check.resolve("#/a"))
        func faults(_ text: String, _ schema: DocumentValue) throws -> Int {
            check.faults(of: try DocumentValue(json: Array(text.utf8)), against: schema).count
        }
        #expect(try faults(#"{"b": 1, "c": ["x", "x"]}"#, schema) == 0)
        for text in [
            #"{}"#, #"{"b": 0}"#, #"{"b": "1"}"#, #"{"b": 1, "c": ["y"]}"#, #"{"b":1,"d":2}"#,
        ] {
            #expect(try faults(text, schema) == 1, "\(text)")
        }
        #expect(try faults("1", try #require(check.resolve("#/odd"))) == 1)
    }

    private static func document() throws -> DocumentValue {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Documentation/openapi.json")
        return try DocumentValue(json: Array(try Data(contentsOf: file)))
    }

    private static func operations(
        of document: DocumentValue
    ) -> [(path: String, method: String, value: DocumentValue)] {
        guard case .object(let paths)? = document["paths"] else { return [] }
        return paths.flatMap { path in
            methods.compactMap { method in
                path.value[method].map { (path.key, method.uppercased(), $0) }
            }
        }
    }

    /// Puts the id of the first lease in the place of `LEASE`.
    private static func completed(_ target: String, _ bench: Bench) async throws -> String {
        guard target.contains("LEASE") else { return target }
        let leases = try await bench.ask("GET", "/v1/leases").value["leases"]
        guard case .array(let list)? = leases, let id = list.first?["id"]?.text else {
            return target
        }
        return target.replacing("LEASE", with: id)
    }
}

/// A request, what is asked before it, and the status of its answer.
struct Exchange: Sendable, CustomTestStringConvertible {
    var method: String
    /// As it is documented.
    var path: String
    var target: String
    var body: String?
    var status = 200
    var before: [(String, String, String?)] = []

    var testDescription: String { "\(method) \(target) \(status)" }

    init(
        _ method: String,
        _ path: String,
        _ target: String? = nil,
        _ body: String? = nil,
        _ status: Int = 200,
        before: [(String, String, String?)] = []
    ) {
        self.method = method
        self.path = path
        self.target = target ?? path
        self.body = body
        self.status = status
        self.before = before
    }

    static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http, tags: [x] }
        rules:
          - { id: a, about: An a., then: [hang], limit: { times: 3, for: 10s } }
        """

    private static let rule = #"{"id": "b", "then": ["hang"]}"#
    private static let proxy = #"{"name": "q", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}"#
    private static let cut = #"{"id": "p", "groups": [["client"], ["prism"]], "for": "30s"}"#
    private static let lease = ("POST", "/v1/leases", Optional(#"{"ttl": "30s"}"#))
    private static let parted = ("POST", "/v1/partitions", Optional(cut))
    private static let whole = #"{"version": 1, "proxies": {}, "rules": []}"#

    static let samples: [Exchange] = [
        Exchange("GET", "/healthz"), Exchange("GET", "/readyz"), Exchange("GET", "/metrics"),
        Exchange("GET", "/v1/status"), Exchange("GET", "/v1/status", "/v1/status?x=1", nil, 400),
        Exchange("GET", "/v1/config"), Exchange("PUT", "/v1/config", nil, whole),
        Exchange("PUT", "/v1/config", "/v1/config?validate-only", whole),
        Exchange("PUT", "/v1/config", nil, #"{"version": 2}"#, 422),
        Exchange("POST", "/v1/reset"), Exchange("POST", "/v1/panic"),
        Exchange("POST", "/v1/unpanic", before: [("POST", "/v1/panic", nil)]),
        Exchange("POST", "/v1/marks", nil, #"{"name": "n", "data": [1]}"#, 201),
        Exchange("GET", "/v1/rules"), Exchange("POST", "/v1/rules", nil, rule, 201),
        Exchange("POST", "/v1/rules", nil, #"{"id": "b", "thne": []}"#, 422),
        Exchange("GET", "/v1/rules/{id}", "/v1/rules/a"),
        Exchange("GET", "/v1/rules/{id}", "/v1/rules/none", nil, 404),
        Exchange("PATCH", "/v1/rules/{id}", "/v1/rules/a", #"{"about": null}"#),
        Exchange("DELETE", "/v1/rules/{id}", "/v1/rules/a"),
        Exchange("POST", "/v1/rules/{id}/enable", "/v1/rules/a/enable?for=5s"),
        Exchange("POST", "/v1/rules/{id}/disable", "/v1/rules/a/disable"),
        Exchange("POST", "/v1/rules/{id}/reset-counters", "/v1/rules/a/reset-counters"),
        Exchange("GET", "/v1/proxies"), Exchange("POST", "/v1/proxies", nil, proxy, 201),
        Exchange("GET", "/v1/proxies/{name}", "/v1/proxies/prism"),
        Exchange("PATCH", "/v1/proxies/{name}", "/v1/proxies/prism", #"{"tags": []}"#),
        Exchange("DELETE", "/v1/proxies/{name}", "/v1/proxies/prism"),
        Exchange("POST", "/v1/proxies/{name}/enable", "/v1/proxies/prism/enable"),
        Exchange("POST", "/v1/proxies/{name}/disable", "/v1/proxies/prism/disable"),
        Exchange("GET", "/v1/partitions", before: [parted]),
        Exchange("POST", "/v1/partitions", nil, cut, 201),
        Exchange("GET", "/v1/partitions/{id}", "/v1/partitions/p", before: [parted]),
        Exchange("PATCH", "/v1/partitions/{id}", "/v1/partitions/p", "{}", before: [parted]),
        Exchange("DELETE", "/v1/partitions/{id}", "/v1/partitions/p", before: [parted]),
        Exchange("GET", "/v1/leases", before: [lease]),
        Exchange("POST", "/v1/leases", nil, #"{"ttl": "30s"}"#, 201),
        Exchange("GET", "/v1/leases/{id}", "/v1/leases/LEASE", before: [lease]),
        Exchange("DELETE", "/v1/leases/{id}", "/v1/leases/LEASE", before: [lease]),
        Exchange("POST", "/v1/leases/{id}/renew", "/v1/leases/LEASE/renew", before: [lease]),
        Exchange("GET", "/v1/connections"),
        Exchange("DELETE", "/v1/connections/{id}", "/v1/connections/1?how=fin", nil, 204),
        Exchange("DELETE", "/v1/connections/{id}", "/v1/connections/2", nil, 404),
    ]
}
