// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventJournal
import EventRecords
import FaultModel
import Testing

@Suite struct TrafficPlaneTests {
    @Test func `bytes pass in both directions and a half-close passes as one`() async throws {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy()])
            let client = try await loopback.connect()
            try await client.send("hello")
            #expect(await client.receive(5) == "hello")
            try await client.finish()
            #expect(try await client.ending() == .fin)
        }
    }

    @Test func `a reset reaches a connection that already lives as a reset`() async throws {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let client = try await loopback.connect()
            try await client.send("hello")
            #expect(await client.receive(5) == "hello")
            let close = Close(after: Close.now, how: .rst, toward: .client)
            try await loopback.apply([proxy], [rule("cut", [.close(close)])], generation: 2)
            #expect(try await client.ending() == .reset)
        }
    }

    @Test func `removing a hang releases what it held, on the same connection`() async throws {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            try await loopback.apply(
                [proxy],
                [rule("hang", [.hang(Hang(for: nil))])],
                generation: 2
            )
            try await client.send("bcd")
            try await loopback.apply([proxy], generation: 3)
            #expect(await client.receive(3) == "bcd")
            try await client.close()
        }
    }

    @Test func `a proxy that is disabled and enabled again keeps its port`() async throws {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy()])
            let port = try await loopback.port()
            let client = try await loopback.connect()
            try await client.send("x")
            #expect(await client.receive(1) == "x")
            try await loopback.apply([loopback.proxy(isEnabled: false)], generation: 2)
            #expect(try await client.ending() == .fin)
            await #expect(throws: (any Error).self) {
                _ = try await Client.connect(to: port, on: loopback.group)
            }
            try await loopback.apply([loopback.proxy()], generation: 3)
            #expect(try await loopback.port() == port)
        }
    }

    @Test func `an address in use refuses the whole change and leaves the rest as it was`()
        async throws
    {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy()])
            let port = UInt16(clamping: try await loopback.port())
            var second = loopback.proxy("second")
            second.listen = .tcp(host: "127.0.0.1", port: port)
            await #expect(throws: ListenFailure.self) {
                try await loopback.apply([loopback.proxy(), second], generation: 2)
            }
            let client = try await loopback.connect()
            try await client.send("still here")
            #expect(await client.receive(10) == "still here")
            try await client.close()
        }
    }

    @Test func `past limits.connections a client waits and is served when another leaves`()
        async throws
    {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy { $0.connections = 1 }])
            let first = try await loopback.connect()
            try await first.send("1")
            #expect(await first.receive(1) == "1")
            let second = try await loopback.connect()
            try await second.send("2")
            #expect(await loopback.plane.connections().count == 1)
            try await first.close()
            #expect(await second.receive(1) == "2")
            try await second.close()
        }
    }

    @Test func `the ordinal of a connection follows the order of accept`() async throws {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            var matcher = Matcher.everything
            matcher.connections = [.range(2...2)]
            let close = Close(after: Close.now, how: .rst, toward: .client)
            try await loopback.apply([proxy], [rule("second", [.close(close)], when: matcher)])
            for ordinal in 1...3 {
                if ordinal == 2 {
                    #expect(try await loopback.endingOfSilentClient() == .reset)
                    continue
                }
                let client = try await loopback.connect()
                try await client.send("x")
                #expect(await client.receive(1) == "x")
                try await client.close()
            }
        }
    }

    @Test func `any number of pipelined requests is answered`() async throws {
        try await Loopback.run { loopback in
            let refusal = Respond(status: 204, reason: nil, headers: [], body: .bytes([]))
            let proxy = loopback.proxy(transport: .http)
            try await loopback.apply([proxy], [rule("no", [.respond(refusal)])])
            let client = try await loopback.connect()
            let count = 40_000
            let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            client.push((0..<count).flatMap { _ in request })
            let answer = "HTTP/1.1 204 No Content\r\n\r\n"
            let answers = await client.receive(count * answer.utf8.count)
            #expect(answers == String(repeating: answer, count: count))
            try await client.close()
        }
    }

    @Test(arguments: [false, true])
    func `a client that resets is noticed while nothing more of it is read`(
        atOnce: Bool
    ) async throws {
        try await Loopback.run { loopback in
            let smallest = try ByteCount(65_536)
            let proxy = loopback.proxy { $0.buffer = smallest }
            try await loopback.apply([proxy], [rule("hung", [.hang(Hang(for: nil))])])
            let client = try await loopback.connect()
            client.push([UInt8](repeating: 1, count: atOnce ? 200_000 : 8_000_000))
            while !atOnce, client.isOpen {
                let buffered = await loopback.plane.connections().first?.bufferedBytes ?? 0
                if buffered >= 65_536 { break }
                await Task.yield()
            }
            try await client.reset()
            let closing = try #require(await loopback.firstClosing())
            #expect(closing.closedBy == .client && closing.how == .rst)
        }
    }

    @Test func `an absent upstream is a 502 with the reason, and the connection survives`()
        async throws
    {
        try await AbsentService.with { nowhere in
            try await Loopback.run { loopback in
                try await loopback.apply([
                    loopback.proxy(transport: .http, upstream: nowhere.endpoint)
                ])
                let client = try await loopback.connect()
                for _ in 0..<2 {
                    try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    let answer = await client.receive(150)
                    #expect(answer.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
                    #expect(answer.contains("Connection refused"))
                }
                try await client.close()
            }
        }
    }

    @Test func `a listen address may change hands in one change`() async throws {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy("old")])
            let port = UInt16(clamping: try await loopback.port(of: "old"))
            var fixed = loopback.proxy("new")
            fixed.listen = .tcp(host: "127.0.0.1", port: port)
            try await loopback.apply([fixed], generation: 2)
            let client = try await loopback.connect(to: "new")
            try await client.send("x")
            #expect(await client.receive(1) == "x")
            try await client.close()
        }
    }

    @Test func `the second upstream is tried when the first refuses`() async throws {
        try await AbsentService.with { nowhere in
            try await Loopback.run { loopback in
                var proxy = loopback.proxy()
                proxy.upstreams.insert(nowhere.endpoint, at: 0)
                try await loopback.apply([proxy])
                let client = try await loopback.connect()
                try await client.send("x")
                #expect(await client.receive(1) == "x")
                try await client.close()
            }
        }
    }

    @Test func `an idle connection is ended after its idle time, and the log says so`()
        async throws
    {
        try await Loopback.run { loopback in
            try await loopback.apply([
                loopback.proxy { $0.idleTimeout = .milliseconds(50) }
            ])
            let client = try await loopback.connect()
            #expect(try await client.ending() == .fin)
            var cursor: UInt64 = 0
            var ending: ConnectionClosed?
            while ending == nil, await loopback.log.waitForRecords(after: cursor) {
                let page = loopback.log.read(after: cursor, limit: 100)
                cursor = page.cursor
                for case .connectionClosed(let closed) in page.records.map(\.body) {
                    ending = closed
                }
            }
            #expect(ending?.how == .timeout)
        }
    }
}
