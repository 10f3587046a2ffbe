// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

/// The built program under clients and administrators of no manners at once, and what is left of it.
///
/// `CHAOS_SEED` replays an order of changes and messages; `CHAOS_FUZZ_SECONDS` makes it longer.
@Suite(.serialized, .timeLimit(.minutes(15))) struct LiveFuzzTests {
    static let clients = 16
    static let administrators = 3
    static let duration = Duration.seconds(
        ProcessInfo.processInfo.environment["CHAOS_FUZZ_SECONDS"].flatMap { Int($0) } ?? 8
    )

    @Test(arguments: SeededNumbers.seeds(1))
    func `promises 4 and 7: after any rules under any traffic a reset leaves nothing behind`(
        seed: UInt64
    ) async throws {
        try await Stage.with { stage in
            let web = try await stage.upstream()
            let raw = try await stage.upstream("upstream.py", "echo")
            let proxy = try await stage.proxy(
                configuration: """
                    version: 1
                    seed: \(seed)
                    proxies:
                      web: { listen: "127.0.0.1:0", upstream: "\(web)", protocol: http }
                      raw: { listen: "127.0.0.1:0", upstream: "\(raw)" }
                    """
            )
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let fuzz = LiveFuzz(proxy: proxy, group: group, seed: seed)
            // What a process opens once, when it first needs it, is open before it is counted.
            try await fuzz.run(for: .seconds(2), changes: true)
            #expect(try await fuzz.reset() == [200, 200], "CHAOS_SEED=\(seed)")
            let before = try await fuzz.rest { $0.connections == 0 && $0.inForce == 0 }
            try await fuzz.run(for: Self.duration, changes: true)
            let answer = try await fuzz.reset()
            #expect(answer == [200, 200], "CHAOS_SEED=\(seed)")
            let after = try await fuzz.rest {
                $0.connections == 0 && $0.inForce == 0 && $0.descriptors <= before.descriptors
            }
            #expect(after.descriptors <= before.descriptors, "CHAOS_SEED=\(seed)")
            #expect(after.connections == 0 && after.inForce == 0 && after.partitions == 0)
            #expect(try await proxy.admin("/readyz").output.contains("ok"))
            try await expectTransparent(proxy, web: web)
            try await group.shutdownGracefully()
            await proxy.process.end()
            #expect(try await proxy.process.status() == 0, "CHAOS_SEED=\(seed)")
        }
    }

    /// A fresh exchange, and a fresh stream, as they would be without the proxy.
    private func expectTransparent(_ proxy: Proxy, web: String) async throws {
        let (through, direct) = (try Wire(proxy.addresses["web"] ?? ""), try Wire(web))
        let answer = try await through.get("/text/5000")
        #expect(try await direct.get("/text/5000") == answer)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"))
        let stream = try Wire(proxy.addresses["raw"] ?? "")
        let sent = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        try await stream.send(sent)
        stream.finish()
        let (data, ending) = try await stream.readToEnd()
        #expect(data == sent)
        #expect(ending == .end)
    }
}

/// One proxy and everybody who is at it.
private struct LiveFuzz: Sendable {
    let proxy: Proxy
    let group: MultiThreadedEventLoopGroup
    let seed: UInt64

    /// What has to be as it was when everybody has left.
    struct Rest: Equatable {
        var connections: Int
        var inForce: Int
        var partitions: Int
        var descriptors: Int
    }

    func run(for duration: Duration, changes: Bool) async throws {
        let end = ContinuousClock.now + duration
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<LiveFuzzTests.clients {
                tasks.addTask { await play(number, until: end) }
            }
            for number in 0..<(changes ? LiveFuzzTests.administrators : 0) {
                tasks.addTask { try await administer(number, until: end) }
            }
            try await tasks.waitForAll()
        }
    }

    private func play(_ number: Int, until end: ContinuousClock.Instant) async {
        var numbers = SeededNumbers(seed: seed &+ UInt64(1_000 + number))
        while ContinuousClock.now < end {
            let isStream = number.isMultiple(of: 3)
            let script =
                isStream ? FuzzScript(stream: &numbers) : FuzzScript(http: &numbers)
            let address = proxy.addresses[isStream ? "raw" : "web"] ?? ""
            await FuzzClient.play(script, at: address, on: group.next())
        }
    }

    private func administer(_ number: Int, until end: ContinuousClock.Instant) async throws {
        var administrator = FuzzAdministrator(seed: seed &+ UInt64(number))
        let client = try await StormClient.connect(to: "unix:\(proxy.socket)", on: group.next())
        let known: Set = [200, 201, 400, 404, 405, 409, 422]
        while ContinuousClock.now < end {
            let (method, path, body) = try administrator.next()
            let answer = try await client.ask(method, path, body)
            let what = "CHAOS_SEED=\(seed) \(method) \(path) \(body ?? ""): \(answer)"
            guard known.contains(answer.status) else { throw Trouble(what) }
            if answer.status >= 400 {
                let reply = try? JSONDecoder().decode(Reply.self, from: Data(answer.body.utf8))
                guard reply?.error.message.isEmpty == false else { throw Trouble(what) }
            }
        }
        await client.close()
    }

    private struct Reply: Decodable {
        struct Failure: Decodable {
            var code: String
            var message: String
        }

        var error: Failure
    }

    /// Ends a panic and puts everything off; the statuses of both.
    func reset() async throws -> [Int] {
        let client = try await StormClient.connect(to: "unix:\(proxy.socket)", on: group.next())
        let answers = [
            try await client.ask("POST", "/v1/unpanic").status,
            try await client.ask("POST", "/v1/reset").status,
        ]
        await client.close()
        return answers
    }

    /// Looks until all have left and nothing moves.
    func rest(where passes: (Rest) -> Bool) async throws -> Rest {
        let proxy = proxy
        do {
            return try await look(proxy, where: passes)
        } catch {
            let connections = try await proxy.admin("/v1/connections").output
            throw Trouble("CHAOS_SEED=\(seed): \(error) \(connections)")
        }
    }

    private func look(_ proxy: Proxy, where passes: (Rest) -> Bool) async throws -> Rest {
        struct Status: Decodable {
            struct Live: Decodable { var live: Int }
            struct InForce: Decodable { var in_force: Int }
            var connections: Live
            var rules: InForce
            var partitions: InForce
        }
        // A service that is slow to answer may still be at it; what is stuck is so for good.
        return try await proxy.settled(atMost: 8 * Proxy.looks) {
            let text = try await proxy.control("status", "--output", "json")
            let status = try JSONDecoder().decode(Status.self, from: Data(text.utf8))
            let folder = "/proc/\(proxy.process.pid)/fd"
            return Rest(
                connections: status.connections.live,
                inForce: status.rules.in_force,
                partitions: status.partitions.in_force,
                descriptors: try FileManager.default.contentsOfDirectory(atPath: folder).count
            )
        } where: {
            passes($0)
        }
    }
}
