// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Rules that ask for what messages and streams hold.
@Suite struct ContentMatchingTests {
    @Test func `a request's body is matched by pointer and by text, and arrives whole`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: order
                      when: { body: { /type: order, /items/1/id: ["7", "8"] } }
                      then: [{ respond: 409 }]
                    - id: text
                      when: { body: { text: '/secret-\\d+/' } }
                      then: [{ respond: 403 }]
                    - id: absent
                      when: { request: PUT /take, body: { /name: { absent: true } } }
                      then: [{ respond: 400 }]
                    """
            )
            let wire = try Wire(proxy.address)
            for (method, body, status) in [
                ("POST", #"{"type": "order", "items": [{"id": 1}, {"id": 7}]}"#, 409),
                ("POST", #"{"type": "order", "items": [{"id": 7}, {"id": 1}]}"#, 200),
                ("POST", #"{"type": "order", "items": {"1": {"id": "8"}}}"#, 409),
                ("POST", "this is secret-42, you know", 403),
                ("POST", "this is secret-forty-two", 200),
                ("PUT", #"{"name": "a"}"#, 200),
                ("PUT", #"{"nam": "a"}"#, 400),
                ("GET", "", 200),
            ] {
                let reply = try await wire.ask("/take", method, body: body)
                #expect(reply.status == status, "\(body)")
                if status == 200 { #expect(reply.text.hasPrefix("\(body.utf8.count) ")) }
            }
        }
    }

    @Test func `a coded body is matched as its decoded content`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: answer
                      when: { response: { body: { /deep/gone: "2" } } }
                      then: [{ respond: 410 }]
                    """
            )
            let wire = try Wire(proxy.address)
            for (coding, status) in [
                ("identity", 410), ("gzip", 410), ("deflate", 410), ("br", 200),
            ] {
                #expect(try await wire.ask("/json/\(coding)").status == status, "\(coding)")
            }
            #expect(try await wire.ask("/text/5").status == 200)
        }
    }

    @Test func `an answer is matched by its status, its fields and its body`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                    - id: server-errors
                      when: { response: { status: 5xx } }
                      then: [{ respond: { status: 200, body: all is well } }]
                    - id: tagged
                      when: { response: { status: 200, headers: { ETag: '/abc/' } } }
                      then: [{ edit: { response: { headers: { set: { X-Seen: tagged } } } } }]
                    - id: asked
                      when: { response: { status: 404, body: { text: "*not known*" } } }
                      then: [{ reset: }]
                    """
            )
            let wire = try Wire(proxy.address)
            let well = try await wire.ask("/status/503")
            #expect(well.status == 200 && well.text == "all is well")
            #expect(try await wire.ask("/status/403").status == 403)
            #expect(try await wire.ask("/json/identity")["x-seen"] == ["tagged"])
            #expect(try await wire.ask("/text/5")["x-seen"].isEmpty)
            #expect(try await wire.ask("/status/404").status == 404)
            try await wire.send(Wire.request("GET", "/nowhere"))
            let (data, ending) = try await wire.readToEnd()
            #expect(data.isEmpty && ending == .reset)
        }
    }

    @Test func `bytes of a stream are matched across chunks, in either direction`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "tcp",
                to: try await stage.upstream("upstream.py", "echo"),
                rules: """
                    - id: query
                      when: { bytes: { toward: server, text: "SELECT secret" } }
                      then: [reset]
                    - id: record
                      when: { bytes: { toward: client, hex: "16 03 01" } }
                      then: [close]
                    - id: too-late
                      when: { bytes: { toward: server, text: "late", scan: 8B } }
                      then: [reset]
                    """
            )
            let other = try Wire(proxy.address)
            try await other.send("SELECT public, too late")
            #expect(try await other.read(23).count == 23)

            let query = try Wire(proxy.address)
            try await query.send("SELECT s")
            #expect(String(decoding: try await query.read(8), as: UTF8.self) == "SELECT s")
            try await query.send("ecret")
            #expect(try await query.readToEnd().ending == .reset)

            let record = try Wire(proxy.address)
            try await record.send(Data([1, 0x16, 3]))
            #expect(try await record.read(3) == Data([1, 0x16, 3]))
            try await record.send(Data([1]))
            #expect(try await record.readToEnd().ending == .end)

            let faults = try await proxy.events { $0.count { $0.kind == "fault" } == 2 }
            #expect(faults.sorted { $0.t < $1.t }.compactMap(\.rule) == ["query", "record"])
        }
    }
}
