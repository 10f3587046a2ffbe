// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import NIOCore
import NIOEmbedded
import NIOPosix
import TestSupport
import Testing

@testable import DataPlane

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// When a listener accepts, without a socket: real ones cannot be made to fail without harm.
@Suite struct AcceptorTests {
    /// Stands for the socket: counts the reads that come through.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = Never
        var reads = 0

        func read(context: ChannelHandlerContext) { reads += 1 }
    }

    private struct Bench {
        let socket = Socket()
        let log = EventLog(wallOrigin: 0)
        let listener = EmbeddedChannel()
        let room = DescriptorRoom(limit: 100, kept: 20)
        let occupancy = Occupancy(limit: 16, ordinals: Ordinals())

        init(_ group: any EventLoopGroup) async throws {
            _ = room.settle(listeners: 1) { 37 }
            let plane = try await PlaneState(
                log: log,
                group: group,
                services: .plain(),
                room: room
            )
            try listener.pipeline.syncOperations.addHandlers([
                socket, Acceptor(proxy: "p", plane: plane, occupancy: occupancy),
            ])
        }

        func fail(_ code: CInt) {
            listener.pipeline.fireErrorCaught(IOError(errnoCode: code, reason: "accept"))
        }

        /// What `autoRead` was set to last; `nil` when it was not.
        var autoRead: Bool? {
            listener.options.lazy.compactMap { option, value in
                option is ChannelOptions.Types.AutoReadOption ? value as? Bool : nil
            }.first
        }

        var notices: [String] {
            log.read(after: 0, limit: 100).records.compactMap {
                if case .notice(let notice) = $0.body { notice.code } else { nil }
            }
        }
    }

    private func bench(_ body: (Bench) throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let bench = try await Bench(group)
        let result = Result { try body(bench) }
        try await group.shutdownGracefully()
        try result.get()
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func `an accept that fails for want of something is tried again later, not at once`(
        code: CInt
    )
        async throws
    {
        try await bench { bench in
            bench.fail(code)
            #expect(bench.autoRead == false)
            bench.listener.embeddedEventLoop.advanceTime(by: .milliseconds(249))
            #expect(bench.autoRead == false)
            bench.listener.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            #expect(bench.autoRead == true)
            bench.listener.embeddedEventLoop.advanceTime(by: .seconds(1))
            #expect(bench.autoRead == true)
        }
    }

    @Test func `an accept that failed is tried again as soon as somebody asks`() async throws {
        try await bench { bench in
            bench.fail(EMFILE)
            bench.listener.read()
            #expect(bench.autoRead == true)
            #expect(bench.socket.reads == 0, "the read that failed is still pending")
            bench.listener.read()
            #expect(bench.socket.reads == 1)
        }
    }

    @Test func `a client that went away before its accept stops nothing`() async throws {
        try await bench { bench in
            bench.fail(ECONNABORTED)
            #expect(bench.autoRead == nil)
            bench.listener.read()
            #expect(bench.socket.reads == 1)
            #expect(throws: IOError.self) { try bench.listener.throwIfErrorCaught() }
        }
    }

    @Test func `failures that follow each other are said once`() async throws {
        try await bench { bench in
            for _ in 0..<5 {
                bench.fail(EMFILE)
                bench.listener.embeddedEventLoop.advanceTime(by: .milliseconds(250))
            }
            #expect(bench.notices == ["accept.failed"])
        }
    }

    @Test func `a bound that is reached is said once, until it is left behind`() async throws {
        try await bench { bench in
            for _ in 0..<16 { _ = bench.occupancy.admit() }
            bench.listener.read()
            bench.listener.read()
            #expect(bench.notices == ["limit.connections"])
            #expect(bench.socket.reads == 0)

            // One leaves, one comes, and again: the same bound is no news.
            for _ in 0..<3 {
                bench.occupancy.leave()
                bench.listener.embeddedEventLoop.run()
                _ = bench.occupancy.admit()
                bench.listener.read()
            }
            #expect(bench.notices == ["limit.connections"])
            #expect(bench.socket.reads == 3)

            for _ in 0..<2 { bench.occupancy.leave() }
            bench.listener.read()
            for _ in 0..<2 { _ = bench.occupancy.admit() }
            bench.listener.read()
            #expect(bench.notices == ["limit.connections", "limit.connections"])
        }
    }

    @Test func `where descriptors end, accept waits until a connection leaves`() async throws {
        try await bench { bench in
            for _ in 0..<bench.room.maximum { bench.room.enter() }
            bench.listener.read()
            bench.listener.read()
            #expect(bench.notices == ["limit.descriptors"])
            #expect(bench.socket.reads == 0)
            bench.room.leave()
            bench.listener.embeddedEventLoop.run()
            #expect(bench.socket.reads == 1)
        }
    }
}
