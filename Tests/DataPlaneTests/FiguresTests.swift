// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventRecords
import FaultModel
import Testing

/// What the data plane counts, on real sockets.
@Suite(.timeLimit(.minutes(15))) struct FiguresTests {
    @Test func `bytes are counted as they pass, and what is held as it waits`() async throws {
        try await Loopback.run { loopback in
            try await loopback.apply([loopback.proxy()])
            let client = try await loopback.connect()
            try await client.send("hello")
            #expect(await client.receive(5) == "hello")
            let figures = try #require(await loopback.plane.figures().proxies["echo"])
            #expect(figures.bytesToServer == 5 && figures.bytesToClient == 5)
            #expect(figures.liveConnections == 1 && figures.totalConnections == 1)
            #expect(figures.bufferedBytes == 0)

            let held = rule("held", [.hang(Hang(for: nil))])
            try await loopback.apply([loopback.proxy()], [held], generation: 2)
            try await client.send("more")
            let acting = await loopback.figures { $0.proxies["echo"]?.bufferedBytes == 4 }
            #expect(acting.acting == ["held": 1])
            #expect(acting.faults == [FaultName(rule: "held", fault: "hang"): 1])
            try await client.close()
        }
    }

    @Test func `exchanges are counted by the class of their status`() async throws {
        try await Loopback.run { loopback in
            let respond = Respond(status: 503, reason: nil, headers: [], body: .empty)
            try await loopback.apply(
                [loopback.proxy(transport: .http)],
                [rule("down", [.respond(respond)])]
            )
            let client = try await loopback.connect()
            try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.receive(20)
            let figures = await loopback.figures { $0.proxies["echo"]?.exchanges.time.total == 1 }
            #expect(figures.proxies["echo"]?.exchanges.counts == [0, 0, 0, 0, 0, 1, 0])
            try await client.close()
        }
    }

    @Test func `how late a delayed chunk left is measured, and how late the loop is`() async throws
    {
        try await Loopback.run { loopback in
            let delay = Delay(
                .fixed(.milliseconds(30)),
                max: nil,
                toward: .client,
                atConnect: false
            )
            try await loopback.apply([loopback.proxy()], [rule("slow", [.delay(delay)])])
            let client = try await loopback.connect()
            try await client.send("hello")
            #expect(await client.receive(5) == "hello")
            let figures = await loopback.figures { $0.loopLag.total > 0 }
            #expect(figures.delayErrors.total == 1 && figures.delayErrors.sum >= 0)
            try await client.close()
        }
    }
}

extension Loopback {
    /// Looks until it passes; the time limit of the suite bounds it.
    fileprivate func figures(_ passes: (TrafficFigures) -> Bool) async -> TrafficFigures {
        while true {
            let figures = await plane.figures()
            if passes(figures) || Task.isCancelled { return figures }
        }
    }
}
