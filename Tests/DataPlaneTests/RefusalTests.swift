// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventJournal
import EventRecords
import FaultModel
import NIOPosix
import TestSupport
import Testing

/// Clients that are refused, and partitions, on real sockets.
@Suite struct PlaneRefusalTests {
    @Test func `a refused client sees a refusal, and who is in goes on, until the rule goes`()
        async throws
    {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let port = try await loopback.port()
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            let tally = LocalTally()
            try await loopback.refuse([proxy], cutsLive: false, tally)
            await #expect(throws: NIOConnectionError.self) {
                _ = try await Client.connect(to: port, on: loopback.group)
            }
            #expect(try await loopback.port() == port, "the address stays known")
            #expect(tally.fired == 1 && tally.active == 1)
            try await client.send("b")
            #expect(await client.receive(1) == "b")
            try await loopback.apply([proxy], generation: 3)
            #expect(try await loopback.port() == port && tally.active == 0)
            let next = try await loopback.connect()
            try await next.send("c")
            #expect(await next.receive(1) == "c")
            try await next.close()
            try await client.close()
        }
    }

    @Test func `a rule that refuses and cuts resets who is in`() async throws {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            try await loopback.refuse([proxy], cutsLive: true, LocalTally())
            #expect(try await client.ending() == .reset)
        }
    }

    @Test func `a partition holds a connection that lives, and healing gives all of it back`()
        async throws
    {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            try await loopback.part([proxy], .hang)
            try await client.send("bcd")
            let new = try await loopback.connect()
            try await new.send("new")
            try await loopback.apply([proxy], generation: 3)
            #expect(await client.receive(3) == "bcd")
            #expect(await new.receive(3) == "new")
            try await client.close()
            try await new.close()
        }
    }

    @Test func `a client that aborts behind a partition leaves nothing behind when it heals`()
        async throws
    {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            try await loopback.part([proxy], .hang)
            try await client.close()
            try await loopback.apply([proxy], generation: 3)
            #expect(await loopback.firstClosing()?.closedBy == .client)
            #expect(await loopback.plane.connections().isEmpty)
        }
    }

    @Test(arguments: [Partition.How.reset, .refuse])
    func `a partition that resets ends who is in and lets nobody in`(
        how: Partition.How
    )
        async throws
    {
        try await Loopback.run { loopback in
            let proxy = loopback.proxy()
            try await loopback.apply([proxy])
            let port = try await loopback.port()
            let client = try await loopback.connect()
            try await client.send("a")
            #expect(await client.receive(1) == "a")
            try await loopback.part([proxy], how)
            #expect(try await client.ending() == .reset)
            if how == .reset {
                #expect(try await loopback.endingOfSilentClient() == .reset)
            } else {
                await #expect(throws: NIOConnectionError.self) {
                    _ = try await Client.connect(to: port, on: loopback.group)
                }
            }
            try await loopback.apply([proxy], generation: 3)
            let next = try await loopback.connect()
            try await next.send("x")
            #expect(await next.receive(1) == "x")
            try await next.close()
        }
    }

    @Test func `a corrupted byte is another, its neighbours and its sender's copy are not`()
        async throws
    {
        try await Loopback.run { loopback in
            let skip = try ByteCount(3)
            let corrupt = Corrupt(rate: .always, mode: .flip, skip: skip, toward: .client)
            try await loopback.apply([loopback.proxy()], [rule("c", [.corrupt(corrupt)])])
            let client = try await loopback.connect()
            try await client.send("abcdef")
            let received = await client.receive(6)
            #expect(received.hasPrefix("abc") && received.utf8.count >= 6)
            #expect(!received.hasSuffix("f"))
            try await client.close()
        }
    }
}

extension Loopback {
    fileprivate func refuse(
        _ proxies: [ProxyDefinition],
        cutsLive: Bool,
        _ tally: LocalTally
    ) async throws {
        let refuse = rule("refuse", [.refuse(Refuse(cutsLive: cutsLive))])
        let active = ActiveRule(rule: refuse, serial: 50, tally: tally)
        try await plane.apply(
            Snapshot(generation: 2, seed: 1, proxies: proxies, rules: [active])
        )
    }

    fileprivate func part(_ proxies: [ProxyDefinition], _ how: Partition.How) async throws {
        let partition = Partition(id: "split", edges: .of(.all, toward: .both), how: how)
        try await plane.apply(
            Snapshot(
                generation: 2,
                seed: 1,
                proxies: proxies,
                rules: [],
                partitions: [ActivePartition(partition: partition, serial: 60)]
            )
        )
    }
}
