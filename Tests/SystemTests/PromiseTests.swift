// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Promises of the rules that no other suite here is about.
@Suite struct PromiseTests {
    @Test(arguments: ["tcp", "http"])
    func `promise 1: an end of sending passes, and the other direction goes on`(
        transport: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                transport,
                to: try await stage.upstream("upstream.py", "sink")
            )
            let wire = try Wire(proxy.address)
            try await wire.send(String(repeating: "no line ends here", count: 10_000))
            wire.finish()
            let (data, ending) = try await wire.readToEnd()
            #expect(String(decoding: data, as: UTF8.self) == "170000 bytes\n")
            #expect(ending == .end)
        }
    }

    @Test func `promise 2: pipelined requests are answered in their order, faults or none`()
        async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.upstream(),
                rules: """
                      - id: some
                        when: { request: GET /odd }
                        then: [{ delay: 20ms }, { respond: 299 }]
                    """
            )
            let wire = try Wire(proxy.address)
            let requests = (1...50).map { number in
                "GET /\(number % 2 == 1 ? "odd" : "text/\(number)") HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            try await wire.send(requests.joined())
            for number in 1...50 {
                let answer = try await wire.answer()
                #expect(answer.hasPrefix(number % 2 == 1 ? "HTTP/1.1 299" : "HTTP/1.1 200"))
                #expect(number % 2 == 1 || answer.contains("Content-Length: \(number)\r\n"))
            }
        }
    }

    @Test func `promise 3: when chaosctl has returned, every live connection obeys`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy("http", to: try await stage.upstream())
            let wires = try (0..<40).map { _ in try Wire(proxy.address) }
            for wire in wires {
                #expect(try await wire.get("/text/1").hasPrefix("HTTP/1.1 200 "))
            }
            for _ in 1...5 {
                try await proxy.control("fault", "main", "respond", "503", "--id", "down")
                for wire in wires {
                    #expect(try await wire.get("/text/1").hasPrefix("HTTP/1.1 503 "))
                }
                try await proxy.control("rule", "remove", "down")
                for wire in wires {
                    #expect(try await wire.get("/text/1").hasPrefix("HTTP/1.1 200 "))
                }
            }
            #expect(try await proxy.events().count { $0.event == "opened" } == wires.count)
        }
    }

    @Test(arguments: ["", "  - { id: reader, when: { request: GET /x }, then: [{ hang: }] }"])
    func `promise 7: noise from clients, services and administrators does not end the process`(
        rules: String
    ) async throws {
        try await Stage.with { stage in
            let noise = try await stage.upstream("upstream.py", "noise")
            let proxy = try await stage.proxy("http", to: noise, rules: rules)
            var draw = Draw(state: 42)
            for number in 0..<300 {
                let target = number % 5 == 0 ? "unix:\(proxy.socket)" : proxy.address
                let wire = try Wire(target)
                // A peer that has had enough may say so while it is being spoken to.
                try? await wire.send(draw.request())
                if draw.next() % 4 == 0 { wire.reset() } else { wire.finish() }
                if draw.next() % 2 == 0 { _ = try? await wire.readToEnd() }
            }
            try await proxy.control("healthcheck")
            try await proxy.control("fault", "main", "respond", "200", "--body", "alive")
            #expect(try await curl("\(proxy.url)/any").output == "alive")
            #expect(proxy.process.pid > 0)
            await proxy.process.end()
            #expect(try await proxy.process.status() == 0)
        }
    }

    /// SplitMix64: noise that is the same in every run.
    private struct Draw: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }

        /// Parts of requests in any order, with bytes of any kind in between.
        mutating func request() -> Data {
            let parts = [
                "GET / HTTP/1.1\r\n", "PUT /v1/config HTTP/1.1\r\n", "Host: a\r\n", "\r\n", "\r\n",
                "Content-Length: 18446744073709551616\r\n", "Content-Length: 7\r\n", "{\"a\":",
                "Transfer-Encoding: chunked\r\n", "Content-Type: application/json\r\n",
                "ffffffffffffffff\r\n", "0\r\n\r\n",
                "Connection: Upgrade\r\nUpgrade: websocket\r\n",
                "GET /%zz/%00 HTTP/9.9\r\n", "Expect: 100-continue\r\n", "-1\r\n", ": \r\n", "\0",
            ]
            var data = Data()
            for _ in 0..<Int.random(in: 0..<10, using: &self) {
                if Bool.random(using: &self), let part = parts.randomElement(using: &self) {
                    data += Data(part.utf8)
                } else {
                    let count = Int.random(in: 0..<40, using: &self)
                    data += Data((0..<count).map { _ in UInt8.random(in: 0...255, using: &self) })
                }
            }
            return data
        }
    }
}
