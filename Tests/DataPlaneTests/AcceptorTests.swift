// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import SocketLoops
import TestSupport
import Testing

@testable import DataPlane

/// When a listener has room for clients, and what the event log is told of it.
@Suite struct AcceptorTests {
    /// An acceptor on its event loop's thread, with places for 16 connections and 21 descriptors'
    /// worth of them.
    private struct Bench {
        let acceptor: Acceptor
        let occupancy: Occupancy
        let room: DescriptorRoom
        let log: EventLog

        var notices: [String] {
            log.read(after: 0, limit: 100).records.compactMap {
                if case .notice(let notice) = $0.body { notice.code } else { nil }
            }
        }
    }

    private func bench(_ body: @escaping @Sendable (Bench) -> Void) async throws {
        let log = EventLog(wallOrigin: 0)
        let room = DescriptorRoom(limit: 100, kept: 20)
        #expect(room.settle(listeners: 1) { 37 })
        let plane = try PlaneState(log: log, eventLoops: 1, services: .plain(), room: room)
        let ordinals = Ordinals()
        let plan = AcceptorPlan(proxy: "p", limit: 16, ordinals: ordinals, plane: plane, id: 0)
        await plane.loops[0].run { context in
            body(
                Bench(
                    acceptor: Acceptor(plan, on: context),
                    occupancy: Occupancy(
                        limit: 16,
                        ordinals: ordinals,
                        room: room,
                        memory: MemoryReturn()
                    ),
                    room: room,
                    log: log
                )
            )
        }
        await plane.loops[0].stop()
    }

    @Test func `a bound that is reached is said once, until it is left behind`() async throws {
        try await bench { bench in
            for _ in 0..<16 { _ = bench.occupancy.admit() }
            #expect(!bench.acceptor.hasRoom && !bench.acceptor.hasRoom)
            #expect(bench.notices == ["limit.connections"])

            // One leaves, one comes, and again: the same bound is no news.
            for _ in 0..<3 {
                bench.occupancy.leave()
                #expect(bench.acceptor.hasRoom)
                _ = bench.occupancy.admit()
                #expect(!bench.acceptor.hasRoom)
            }
            #expect(bench.notices == ["limit.connections"])

            for _ in 0..<2 { bench.occupancy.leave() }
            #expect(bench.acceptor.hasRoom)
            for _ in 0..<2 { _ = bench.occupancy.admit() }
            #expect(!bench.acceptor.hasRoom)
            #expect(bench.notices == ["limit.connections", "limit.connections"])
        }
    }

    @Test func `where descriptors end there is no room until a connection leaves`() async throws {
        try await bench { bench in
            for _ in 0..<bench.room.maximum { bench.room.enter() }
            #expect(!bench.acceptor.hasRoom && !bench.acceptor.hasRoom)
            #expect(bench.notices == ["limit.descriptors"])
            bench.room.leave()
            #expect(bench.acceptor.hasRoom)
        }
    }

    @Test func `failures that follow each other are said once`() async throws {
        try await bench { bench in
            for _ in 0..<5 { bench.acceptor.exhausted(SocketError(errno: 24)) }
            #expect(bench.notices == ["accept.failed"])
        }
    }
}
