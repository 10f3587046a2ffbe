// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Answers that rules make, and messages that rules lose or double.
@Suite struct AnswerFaultTests {
    @Test func `a template is filled with the request, the rule's count, the time and draws`()
        async throws
    {
        try await Stage.with { stage in
            let body = """
                {{request.method}} {{request.path}} {{request.query.page}} {{request.headers.x-user}} \
                {{proxy}} {{rule}} {{fired}} {{connection}} {{exchange}} {{time.unix}} {{random.uuid}}
                """
            let proxy = try await stage.proxy(
                "http",
                to: "unix:\(stage.path("absent.sock"))",
                rules: Cases.rule(
                    "made",
                    then: "respond: { status: 200, template: true, body: \"\(body)\" }"
                )
            )
            let wire = try Wire(proxy.address)
            let path = "/a/b?case=made&page=7"
            let first = try await wire.ask(path, headers: ["X-User: ann"])
            let second = try await wire.ask(path, headers: ["X-User: ann"])
            let words = [first, second].map { $0.text.split(separator: " ").map(String.init) }
            #expect(words[0].count == 11, "\(first.text)")
            #expect(
                words[0].prefix(9) == ["GET", "/a/b", "7", "ann", "main", "made", "1", "1", "0"]
            )
            #expect(
                words[1].prefix(9) == ["GET", "/a/b", "7", "ann", "main", "made", "2", "1", "1"]
            )
            let now = Date().timeIntervalSince1970
            #expect(abs(now - (words[0].dropFirst(9).first.flatMap(Double.init) ?? 0)) < 3_600)
            #expect(UUID(uuidString: words[0].last ?? "") != nil)
            #expect(words[0].last != words[1].last)
            #expect(first["content-type"] == ["text/plain; charset=utf-8"])
        }
    }

    @Test func `an answer comes from a file, byte by byte`() async throws {
        try await Stage.with { stage in
            let bytes = Data((0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            try bytes.write(to: stage.folder.appendingPathComponent("answer.bin"))
            let proxy = try await stage.proxy(
                "http",
                to: "unix:\(stage.path("absent.sock"))",
                rules: "- { id: made, then: [respond: { status: 206, file: answer.bin }] }"
            )
            let result = try await curl("-D", stage.path("head"), "\(proxy.url)/any")
            #expect(result.data == bytes)
            let head = try String(contentsOfFile: stage.path("head"), encoding: .utf8)
            #expect(head.hasPrefix("HTTP/1.1 206 "))
            #expect(head.lowercased().contains("content-length: 70000"))
        }
    }

    @Test func `respond with forward lets the request through, and swallows the real answer`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules(["masked": "respond: { status: 503, body: no, forward: true }"])
            )
            let wire = try Wire(proxy.address)
            let reply = try await wire.ask("/take?case=masked", "POST", body: "hello")
            #expect(reply.status == 503 && reply.text == "no")
            // Nothing of the real answer is in the way of the next.
            #expect(try await wire.ask("/text/5").body == Data([0, 1, 2, 3, 4]))
            let seen = try await curl("http://\(upstream)/seen").output
            #expect(seen.hasPrefix("POST /take?case=masked HTTP/1.1\n"))
        }
    }

    @Test func `a swallowed request reaches nobody, and a swallowed response comes from somebody`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules([
                    "request-close": "swallow: { message: request, then: close }",
                    "request-reset": "swallow: { message: request, then: reset }",
                    "response-close": "swallow: { message: response, then: close }",
                    "response-reset": "swallow: { message: response, then: reset }",
                ])
            )
            for name in ["request-close", "request-reset", "response-close", "response-reset"] {
                let wire = try Wire(proxy.address)
                let bytes = Wire.request("POST", "/take?case=\(name)", body: Data("a body".utf8))
                try await wire.send(bytes)
                let (data, ending) = try await wire.readToEnd()
                #expect(data.isEmpty, "\(name)")
                #expect(ending == (name.hasSuffix("close") ? .end : .reset), "\(name)")
            }
            let seen = try await curl("http://\(upstream)/seen").output
            #expect(!seen.contains("request"))
            #expect(seen.contains("response-close") && seen.contains("response-reset"))
        }
    }

    @Test
    func `a swallowed response hangs its client, and removing the rule lets the next through`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules(["request": "swallow: request", "response": "swallow: response"])
            )
            for name in ["request", "response"] {
                let wire = try Wire(proxy.address)
                try await wire.send(Wire.request("GET", "/text/5?case=\(name)"))
                _ = try await proxy.events { $0.contains { $0.rule == name } }
                if name == "response" {
                    _ = try await proxy.settled {
                        try await curl("http://\(upstream)/seen").output
                    } where: {
                        $0.contains("response")
                    }
                }
                // It waits for nothing of the first, which is lost: the second is answered.
                try await wire.send(Wire.request("GET", "/text/7"))
                try await proxy.control("rule", "remove", name)
                #expect(try await wire.reply().body.count == 7, "\(name)")
            }
        }
    }

    @Test func `a repeated request arrives so many times, and its client sees the first answer`()
        async throws
    {
        try await Stage.with { stage in
            let upstream = try await stage.upstream()
            let proxy = try await stage.proxy(
                "http",
                to: upstream,
                rules: Cases.rules(["thrice": "repeat: 3"])
            )
            let wire = try Wire(proxy.address)
            #expect(try await wire.ask("/count/a?case=thrice").text == "1\n")
            #expect(try await wire.ask("/count/a?case=thrice").text == "4\n")
            let reply = try await wire.ask("/take?case=thrice", "POST", body: "with a body")
            #expect(reply.text.hasPrefix("11 "))
            #expect(try await wire.ask("/text/5").body.count == 5)
            let seen = try await curl("http://\(upstream)/seen").output.split(separator: "\n")
            #expect(seen.count { $0 == "GET /count/a?case=thrice HTTP/1.1" } == 6)
            #expect(seen.count { $0 == "POST /take?case=thrice HTTP/1.1" } == 3)
        }
    }
}
