// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Changes of rules in random order while exchanges are under way on many connections.
///
/// `CHAOS_STORM_CONNECTIONS`, `CHAOS_STORM_CHANGES` and `CHAOS_STORM_SEED` change its size and order.
@Suite(.serialized, .timeLimit(.minutes(15))) struct AdminStormTests {
    static let connections = number("CHAOS_STORM_CONNECTIONS", 100)
    static let changes = number("CHAOS_STORM_CHANGES", 1_000)
    static let seed = UInt64(number("CHAOS_STORM_SEED", 1))
    static let administrators = 8
    /// The warm-up has as many connections, and this share of the changes.
    static let warmUpShare = 4
    /// What the event log's bounded ring may still take in, and what the allocator keeps of freed
    /// memory; a connection, an exchange or a change that is not let go would take more.
    static let memoryBound = 48 << 20

    @Test func `no exchange is lost in a storm of changes, and memory returns to its start`()
        async throws
    {
        try await Stage.with { stage in
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
            let service = try await StormService.start(group)
            let proxy = try await stage.proxy("http", to: service.address)
            let storm = Storm(proxy: proxy, group: group)
            _ = try await storm.run(changes: Self.changes / Self.warmUpShare, seed: Self.seed)
            let start = try proxy.residentMemory()
            let exchanges = try await storm.run(changes: Self.changes, seed: Self.seed &+ 1_000)
            let end = try proxy.residentMemory()
            print(
                "storm: seed \(Self.seed), \(exchanges) exchanges, resident \(start >> 10) KiB, "
                    + "then \(end >> 10) KiB"
            )
            #expect(exchanges >= Self.connections)
            #expect(end < start + Self.memoryBound)
            try await service.stop()
            try await group.shutdownGracefully()
        }
    }

    private static func number(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }
}

/// Told to the clients when the last change is made.
private final class StormEnd: Sendable {
    let hasCome = Atomic<Bool>(false)
}

/// One proxy, its clients and its administrators.
private struct Storm: Sendable {
    let proxy: Proxy
    let group: MultiThreadedEventLoopGroup

    /// - Returns: how many exchanges there were; each had the right answer.
    func run(changes: Int, seed: UInt64) async throws -> Int {
        let end = StormEnd()
        let begun = ContinuousClock.now
        let exchanges = try await withThrowingTaskGroup(of: Int.self) { clients in
            for client in 0..<AdminStormTests.connections {
                clients.addTask { try await exchange(client, until: end) }
            }
            try await change(changes, seed: seed)
            end.hasCome.store(true, ordering: .relaxed)
            return try await clients.reduce(0, +)
        }
        print("storm: \(changes) changes in \(ContinuousClock.now - begun)")
        struct Status: Decodable {
            struct Connections: Decodable { var live: Int }
            var connections: Connections
        }
        let live = try await proxy.settled {
            let text = try await proxy.control("status", "--output", "json")
            return try JSONDecoder().decode(Status.self, from: Data(text.utf8)).connections.live
        } where: {
            $0 == 0
        }
        #expect(live == 0)
        return exchanges
    }

    /// One client: asks, checks, and asks again.
    private func exchange(_ number: Int, until end: StormEnd) async throws -> Int {
        let client = try await StormClient.connect(to: proxy.address, on: group.next())
        var count = 0
        repeat {
            let path = "/c\(number % 10)/\(number)-\(count)/\(1 + (number + count) % 40)"
            let answer = try await client.ask("GET", path)
            guard answer == StormClient.Answer(status: 200, body: StormService.body(of: path))
            else {
                throw Trouble("\(path) was answered \(answer.status), \(answer.body.prefix(80))")
            }
            count += 1
        } while !end.hasCome.load(ordering: .relaxed)
        await client.close()
        return count
    }

    /// The administrators, each with its share; in the end no rule is left.
    private func change(_ count: Int, seed: UInt64) async throws {
        let address = "unix:\(proxy.socket)"
        try await withThrowingTaskGroup(of: Void.self) { administrators in
            for number in 0..<AdminStormTests.administrators {
                administrators.addTask {
                    let client = try await StormClient.connect(to: address, on: group.next())
                    var storm = StormOfChanges(seed: seed &+ UInt64(number))
                    for _ in 0..<count / AdminStormTests.administrators {
                        let (method, path, body) = storm.next()
                        let answer = try await client.ask(method, path, body)
                        guard StormOfChanges.expected.contains(answer.status) else {
                            throw Trouble("\(method) \(path): \(answer.status) \(answer.body)")
                        }
                    }
                    await client.close()
                }
            }
            try await administrators.waitForAll()
        }
        let client = try await StormClient.connect(to: address, on: group.next())
        for id in 0..<StormOfChanges.ids {
            _ = try await client.ask("DELETE", "/v1/rules/storm\(id)")
        }
        await client.close()
    }
}

extension Proxy {
    /// The memory that the process holds now, in bytes; Linux alone tells.
    fileprivate func residentMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
        else { throw Trouble("/proc/\(process.pid)/status has no VmRSS") }
        return kibibytes * 1_024
    }
}
