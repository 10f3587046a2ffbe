// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import Foundation
import RuleFiles
import TestSupport
import Testing

@testable import ControlPlane

/// `Documentation/openapi.json`, held against the routes that answer.
@Suite(.timeLimit(.minutes(15))) struct OpenAPITests {
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

    @Test func `the proxy itself answers with the document as it is`() async throws {
        let answer = try await Bench().routes.answer(
            try AdminRequest(method: "GET", target: "/v1/openapi.json")
        )
        guard case .bytes(let bytes) = answer.body else {
            Issue.record("no document")
            return
        }
        let file = try Self.file()
        #expect(Data(bytes) == file, "run Scripts/embed-openapi")
    }

    @Test func `the parameters of an operation are those that the proxy takes`() async throws {
        let bench = try await Bench(Exchange.document)
        for operation in Self.operations(of: try Self.document()) {
            let path = operation.path.replacing("{id}", with: "a").replacing("{name}", with: "q")
            let answer = try await bench.ask(operation.method, "\(path)?odd=1", "{}")
            #expect(answer.value["error"]?["code"]?.text == "request.unknown-parameter")
            let hint = answer.value["error"]?["hint"]?.text ?? ""
            let known = hint.hasPrefix("known are ") ? hint.dropFirst("known are ".count) : ""
            let names = Self.parameters(of: operation.value)
            #expect(names == known.split(separator: ", ").map(String.init).sorted(), "\(path)")
        }
    }

    @Test(arguments: Exchange.samples)
    func `what an endpoint answers is what its schema says`(sample: Exchange) async throws {
        let document = try Self.document()
        let check = SchemaCheck(in: document)
        let bench = try await Bench(Exchange.document, capacity: 1_000)
        TrafficRecords(log: bench.log).wholeConnection()
        for (method, target, body) in sample.before {
            #expect(try await bench.ask(method, target, body).status < 300, "\(target)")
        }
        let operation = try #require(
            Self.operations(of: document).first {
                $0.method == sample.method && $0.path == sample.path
            }
        )
        let request = try AdminRequest(
            method: sample.method,
            target: try await Self.completed(sample.target, bench),
            headers: ["content-type": "application/json"],
            body: Array((sample.body ?? "").utf8)
        )
        let answer = await bench.routes.answer(request)
        #expect(answer.status == sample.status)
        try Self.compare(answer, with: operation.value, check)
        guard let body = sample.body, sample.status < 300 else { return }
        let content = operation.value["requestBody"]?["content"]
        let schema = try #require(content?["application/json"]?["schema"])
        let sent = try DocumentValue(json: Array(body.utf8))
        #expect(check.faults(of: sent, against: schema) == [])
    }

    private static func compare(
        _ answer: AdminAnswer,
        with operation: DocumentValue,
        _ check: SchemaCheck
    ) throws {
        let responses = try #require(operation["responses"])
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
        let bench = try await Bench(capacity: 1_000)
        TrafficRecords(log: bench.log).wholeConnection()
        _ = try await bench.ask("POST", "/v1/marks", #"{"name": "n", "data": {"any": 1}}"#)
        bench.log.append(
            .notice(NoticeRecord(code: "x.y", message: "m", proxy: "prism", connection: 1))
        )
        let answer = await bench.routes.answer(
            try AdminRequest(method: "GET", target: "/v1/events?follow=false")
        )
        guard case .events(let feed) = answer.body else {
            Issue.record("no stream of events")
            return
        }
        var lines = ""
        try await feed.run { lines += $0 }
        for line in [
            EventLine(missed: 3, upTo: 9, elapsed: 1, wallOrigin: 0),
            EventLine(anchorAt: 1, wallTime: 2, version: "1", seed: .max),
        ] {
            lines += String(decoding: try AdminJSON.encode(line), as: UTF8.self) + "\n"
        }
        let check = SchemaCheck(in: try Self.document())
        let schema = try #require(check.resolve("#/components/schemas/Event"))
        var kinds: Set<String> = []
        for line in lines.split(separator: "\n") {
            let value = try DocumentValue(json: Array(line.utf8))
            #expect(check.faults(of: value, against: schema) == [])
            kinds.insert(value["kind"]?.text ?? "")
        }
        #expect(kinds == Set(EventRecord.Kind.allCases.map(\.rawValue) + ["missed", "anchor"]))
    }

    @Test func `a schema is not satisfied by what it does not say`() throws {
        let document = try DocumentValue(
            json: Array(
                #"""
                {"a": {"type": "object", "properties": {"b": {"type": "integer", "minimum": 1},
                "c": {"type": "array", "items": {"enum": ["x"]}}}, "required": ["b"],
                "additionalProperties": false}, "odd": {"maximum": 3},
                "one": {"oneOf": [{"type": "object", "additionalProperties": {"type": "string"}},
                {"type": "integer"}, {"type": "number"}]}}
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
        let one = try #require(check.resolve("#/one"))
        for text in [#"{}"#, #"{"x": "y"}"#, "1.5"] { #expect(try faults(text, one) == 0) }
        for text in [#"{"x": 1}"#, "1", "true"] { #expect(try faults(text, one) == 1) }
    }

    private static func file() throws -> Data {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try Data(contentsOf: root.appending(path: "Documentation/openapi.json"))
    }

    private static func document() throws -> DocumentValue {
        try DocumentValue(json: Array(try file()))
    }

    /// The names of those in the query, sorted.
    private static func parameters(of operation: DocumentValue) -> [String] {
        guard case .array(let parameters)? = operation["parameters"] else { return [] }
        return parameters.filter { $0["in"]?.text == "query" }.compactMap { $0["name"]?.text }
            .sorted()
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

extension TrafficRecords {
    /// A connection from its opening to its end, with an exchange that was answered and one that
    /// was not.
    fileprivate func wholeConnection() {
        opened()
        fault("a", unit: 0, toss: 0.25, delay: 5)
        exchange("PUT", "/a?b", status: 503, outcome: .answered, rules: ["a"], to: 3_000)
        exchange(unit: 1, status: nil, outcome: .cut)
        closed()
    }
}
