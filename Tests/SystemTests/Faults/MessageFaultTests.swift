// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Messages that are changed on their way, at both of their ends.
@Suite struct MessageFaultTests {
    private static func proxy(
        _ stage: Stage,
        _ faults: KeyValuePairs<String, String>
    ) async throws -> Proxy {
        try await stage.proxy("http", to: try await stage.upstream(), rules: Cases.rules(faults))
    }

    @Test func `an edited request reaches the service as the edit says`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                [
                    "head": """
                    edit: { request: { method: PUT, path: /echo, \
                    query: { set: { page: "2" }, add: { tag: [a b, c] }, remove: case }, headers: { \
                    set: { X-Set: new }, add: { X-Added: [one, two] }, remove: [X-Gone] } } }
                    """,
                    "body": "edit: { request: { body: another } }",
                    "merge": "edit: { request: { json-merge: { b: null, c: { d: 1 } } } }",
                ]
            )
            let wire = try Wire(proxy.address)
            let headers = ["X-Set: old", "X-Gone: 1", "X-Added: zero"]
            let head: Echo = try await wire.ask(
                "/text/1?case=head&page=1&kept=%20x",
                headers: headers
            ).json()
            #expect(head.method == "PUT" && head.body == "")
            #expect(head.target.hasPrefix("/echo?"), "\(head.target)")
            let query = URLComponents(string: head.target)?.queryItems ?? []
            #expect(query.map(\.name) == ["page", "kept", "tag", "tag"], "\(head.target)")
            #expect(query.map(\.value) == ["2", " x", "a b", "c"] || head.target.contains("a+b"))
            #expect(head.headers["x-set"] == "new" && head.headers["x-gone"] == nil)
            #expect(head.headers["x-added"] == "zero, one, two")

            let body: Echo = try await wire.ask("/echo?case=body", "POST", body: "first").json()
            #expect(body.body == "another" && body.headers["content-length"] == "7")
            let merged: Echo = try await wire.ask(
                "/echo?case=merge",
                "POST",
                headers: ["Content-Type: application/json"],
                body: #"{"a": 1, "b": 2, "c": {"e": "\u00e9"}}"#
            ).json()
            let tree = try JSONDecoder().decode([String: Tree].self, from: Data(merged.body.utf8))
            #expect(tree.keys.sorted() == ["a", "c"])
            #expect(merged.headers["content-length"] == "\(merged.body.unicodeScalars.count)")
        }
    }

    @Test func `an edited response reaches curl as the edit says`() async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                [
                    "head": """
                    edit: { response: { status: 299, headers: { set: { ETag: other }, \
                    add: { X-New: [a, b] }, remove: Content-Type } } }
                    """,
                    "body": "edit: { response: { body: another body } }",
                    "kept": "edit: { response: { body: short }, lengths: keep }",
                ]
            )
            let wire = try Wire(proxy.address)
            let head = try await wire.ask("/json/identity?case=head")
            #expect(head.status == 299 && head["etag"] == ["other"] && head["x-new"] == ["a", "b"])
            #expect(head["content-type"].isEmpty && head.text.hasPrefix(#"{"name": "first""#))
            let body = try await wire.ask("/json/gzip?case=body")
            #expect(body.text == "another body" && body["content-encoding"].isEmpty)
            let chunked = try await curl("-i", "\(proxy.url)/chunks/40?case=body")
            #expect(chunked.output.hasSuffix("\r\n\r\nanother body"))
            // Promised are 100 bytes, and 5 come.
            let kept = try Wire(proxy.address)
            try await kept.send(Wire.request("GET", "/text/100?case=kept"))
            let promise = try await kept.read(until: "\r\n\r\n")
            #expect(promise.contains("Content-Length: 100\r\n"))
            #expect(try await kept.read(5) == Data("short".utf8))
            kept.reset()
            let log = try await proxy.events { $0.contains { $0.target == "/text/100?case=kept" } }
            let record = log.last { $0.target == "/text/100?case=kept" }
            #expect(record?.responseBytes == UInt64(promise.utf8.count + 5))
        }
    }

    @Test(arguments: ["identity", "gzip", "deflate"])
    func `a merge patch changes a JSON body within its content coding, and curl decodes it`(
        coding: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                [
                    "merge": """
                    edit: { response: { json-merge: { name: second, deep: { gone: null }, more: [1] } } }
                    """
                ]
            )
            let result = try await curl(
                "--compressed",
                "-D",
                stage.path("head"),
                "\(proxy.url)/json/\(coding)?case=merge"
            )
            #expect(result.status == 0)
            let tree = try JSONDecoder().decode(Changed.self, from: result.data)
            let deep = ["kept": 1]
            #expect(tree == Changed(name: "second", tags: ["a", "b"], deep: deep, more: [1]))
            let head = try String(contentsOfFile: stage.path("head"), encoding: .utf8)
            #expect(head.lowercased().contains("content-encoding: \(coding)\r\n"))
        }
    }

    @Test func `a body that no merge patch can read passes as it came, and the log says why`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                ["merge": "edit: { response: { json-merge: { name: second } } }"]
            )
            let wire = try Wire(proxy.address)
            let unchanged = try await wire.ask("/json/br")
            let coded = try await wire.ask("/json/br?case=merge")
            #expect(coded.body == unchanged.body && coded["etag"] == [#""abc""#])
            #expect(try await wire.ask("/text/5?case=merge").body == Data([0, 1, 2, 3, 4]))
            let log = try await proxy.events { events in
                events.count { $0.code == "fault.not-applied" } == 2
            }
            let messages = log.filter { $0.code == "fault.not-applied" }.compactMap(\.message)
            #expect(messages.contains { $0.contains("br") }, "\(messages)")
            #expect(messages.contains { $0.contains("JSON") }, "\(messages)")
        }
    }

    @Test func `a truncation with right lengths is a whole answer, and the connection goes on`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                ["part": "truncate: { after: 10B, lengths: fix }"]
            )
            let wire = try Wire(proxy.address)
            for _ in 0..<2 {
                let reply = try await wire.ask("/text/1000?case=part")
                #expect(reply.body == Data(0..<10) && reply["content-length"] == ["10"])
                #expect(try await wire.ask("/text/5").body.count == 5)
            }
            let chunked = try await curl("-i", "\(proxy.url)/chunks/40?case=part")
            #expect(chunked.status == 0 && chunked.data.suffix(10) == Data(0..<10))
        }
    }

    @Test func `promise 4: a truncated body that hangs goes on when its rule is removed`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await Self.proxy(
                stage,
                ["part": "truncate: { after: 17B, then: hang }"]
            )
            let wire = try Wire(proxy.address)
            try await wire.send(Wire.request("GET", "/text/1000?case=part"))
            let head = try await wire.read(until: "\r\n\r\n")
            #expect(try await wire.read(17) == Data(0..<17))
            _ = try await proxy.settled {
                try await proxy.connections().map(\.bytesToClient)
            } where: {
                $0 == [head.utf8.count + 17]
            }
            try await proxy.control("rule", "remove", "part")
            let rest = try await wire.read(983)
            #expect(rest.first == 17 && rest.last == UInt8(999 % 256))
            #expect(try await wire.ask("/text/5").body.count == 5)
        }
    }

    @Test func `a truncated request ends inside its body, or is whole with a part of it`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules([
                    "cut": "truncate: { after: 10B, toward: server }",
                    "fixed": "truncate: { after: 10B, toward: server, lengths: fix }",
                ])
            )
            let body = String(repeating: "a", count: 1_000)
            let wire = try Wire(proxy.address)
            let fixed = try await wire.ask("/take?case=fixed", "POST", body: body)
            #expect(fixed.text.hasPrefix("10 "))
            try await wire.send(Wire.request("POST", "/take?case=cut", body: Data(body.utf8)))
            let (data, ending) = try await wire.readToEnd()
            #expect(data.isEmpty && ending == .end)
            _ = try await proxy.settled {
                try await curl("http://\(upstream)/seen").output
            } where: {
                $0.contains("an end after 10 bytes of POST /take?case=cut HTTP/1.1\n")
            }
        }
    }

    private struct Changed: Decodable, Equatable {
        var name: String
        var tags: [String]
        var deep: [String: Int]
        var more: [Int]
    }

    /// A JSON value of which only the keys are looked at.
    private struct Tree: Decodable {
        init(from decoder: any Decoder) throws {}
    }
}
