// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PrismStub
import Testing

@Suite(.timeLimit(.minutes(15)))
struct FramingTests {
    @Test(
        arguments: [
            ("GET", "/nothing", nil, "application/json", 404),
            ("DELETE", "/api/v1/agents", nil, "application/json", 405),
            ("POST", "/api/v1/agents", "{", "application/json", 400),
            ("POST", "/api/v1/agents", "[]", "application/json", 400),
            ("POST", "/api/v1/agents", #"{"name":7}"#, "application/json", 422),
            ("POST", "/api/v1/agents", #"{"name":"a","id":"b"}"#, "application/json", 422),
            ("POST", "/api/v1/agents", "{}", "text/plain", 415),
            ("GET", "/api/v1/agents?limit=x", nil, "application/json", 400),
            ("GET", "/api/v1/%zz", nil, "application/json", 400),
            ("GET", "/api/v1/agents/agent-01", nil, "application/json", 404),
            ("GET", "/api/v1/events", nil, "application/json", 426),
        ] as [(String, String, String?, String, Int)]
    )
    func `an error is JSON with a code and a message`(
        method: String,
        path: String,
        body: String?,
        type: String,
        status: Int
    ) async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let reply = try await wire.request(method, path, body, type: type)
                #expect(reply.status == status)
                #expect(reply.headers["content-type"] == "application/json")
                #expect(reply.json["error"]?["code"]?.string?.isEmpty == false)
                #expect(reply.json["error"]?["message"]?.string?.isEmpty == false)
            }
        }
    }

    @Test func `405 names the methods that are possible`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let reply = try await wire.request("DELETE", "/api/v1/agents")
                #expect(reply.headers["allow"] == "GET, HEAD, POST")
            }
        }
    }

    @Test func `a body that is declared too large is refused unread, and then the end`()
        async throws
    {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                try await wire.send(
                    "POST /api/v1/agents HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999\r\n"
                        + "Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n"
                )
                let reply = try await wire.reply()
                #expect(reply.status == 413)
                #expect(reply.headers["connection"] == "close")
                #expect(try await wire.isClosed())
            }
        }
    }

    @Test func `a client that expects 100 is told to go on, and then answered`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                try await wire.send(
                    "POST /api/v1/storage/blocks HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n"
                        + "Expect: 100-continue\r\n\r\n"
                )
                #expect(try await wire.reply().status == 100)
                try await wire.send("abc")
                #expect(try await wire.reply().status == 201)
            }
        }
    }

    @Test func `a chunked body of undeclared size is refused at the bound`() async throws {
        var configuration = PrismService.Configuration.loopback
        configuration.bounds.maximumJSONBytes = 10
        try await PrismService.serve(configuration) { service in
            try await Wire.open(to: service) { wire in
                try await wire.send(
                    "POST /api/v1/agents HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n"
                        + "Content-Type: application/json\r\n\r\nb\r\n{\"name\":\"a\"\r\n"
                )
                #expect(try await wire.reply().status == 413)
            }
        }
    }

    @Test func `requests sent at once are answered in order`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let ids = ["agent-2", "agent-1", "agent-3"]
                let requests = ids.map { "GET /api/v1/agents/\($0) HTTP/1.1\r\nHost: t\r\n\r\n" }
                try await wire.send(requests.joined())
                for id in ids {
                    #expect(try await wire.reply().json["id"] == .string(id))
                }
            }
        }
    }

    @Test func `HEAD has the length of GET and no body`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                let length = try await wire.request("GET", "/api/v1/agents").body.readableBytes
                let head = try await wire.request("HEAD", "/api/v1/agents")
                #expect(head.headers["content-length"] == "\(length)")
                #expect(try await wire.request("GET", "/health").json == ["status": "ok"])
            }
        }
    }

    @Test func `the consensus log is chunked, one chunk for each entry`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                for number in 1...3 {
                    let body = "{\"command\":\(number)}"
                    _ = try await wire.request("POST", "/api/v1/consensus/propose", body)
                }
                let log = try await wire.request("GET", "/api/v1/consensus/log")
                #expect(log.chunkSizes.count == 5)
                let commands = log.json["entries"]?.array?.compactMap { $0["command"]?.integer }
                #expect(commands == [1, 2, 3])
                let rest = try await wire.request("GET", "/api/v1/consensus/log?from=3")
                #expect(rest.json["entries"]?.array?.count == 1)
            }
        }
    }

    @Test func `requests are counted by route and not by path`() async throws {
        try await PrismService.serve(.loopback) { service in
            try await Wire.open(to: service) { wire in
                for id in ["agent-1", "agent-2", "agent-9"] {
                    _ = try await wire.request("GET", "/api/v1/agents/\(id)")
                }
                let page = try await wire.request("GET", "/metrics").text
                let series = #"prism_requests_total{method="GET",route="/api/v1/agents/{id}","#
                #expect(page.contains(series + #"status="200"} 2"#))
                #expect(page.contains(series + #"status="404"} 1"#))
            }
        }
    }
}
