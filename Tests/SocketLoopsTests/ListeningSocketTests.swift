// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import SocketLoops

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct ListeningSocketTests {
    private final class Host: ListenerObserver {
        var hasRoom = true
        var clients: [CInt] = []
        var errors: [SocketError] = []
        var closings = 0

        func accepted(_ descriptor: CInt, from address: SocketAddress) {
            clients.append(descriptor)
        }
        func exhausted(_ error: SocketError) { errors.append(error) }
        func closed() { closings += 1 }
    }

    /// An hour, in nanoseconds: later than any test here ends.
    private static let never: Int64 = 3_600_000_000_000

    private func anywhere() throws -> SocketAddress {
        try #require(
            SocketAddress.resolve(host: "127.0.0.1", port: 0, numericOnly: true).first
        )
    }

    @Test(arguments: Bench.Kind.allCases)
    func `clients wait while there is no room, and are accepted when there is`(
        kind: Bench.Kind
    ) throws {
        let bench = try Bench(kind)
        let host = Host()
        let listener = try ListeningSocket(at: try anywhere(), backlog: 16, on: bench.loop)
        listener.open(host)
        host.hasRoom = false
        var peers: [CInt] = []
        for _ in 0..<3 { peers.append(try Descriptor.connecting(to: listener.address)) }
        #expect(!bench.turn(atMost: 5) { !host.clients.isEmpty })
        host.hasRoom = true
        listener.resume()
        #expect(bench.turn { host.clients.count == 3 })
        listener.close()
        #expect(host.closings == 1)
        for descriptor in peers + host.clients { Descriptor.close(descriptor) }
    }

    @Test(arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func `without descriptors it says so once, and tries again when somebody has left`(
        code: CInt
    ) throws {
        let bench = try Bench(.poll)
        let host = Host()
        var isExhausted = true
        var attempts = 0
        let listener = try ListeningSocket(
            at: try anywhere(),
            backlog: 16,
            on: bench.loop,
            retryingAfter: Self.never
        ) {
            attempts += 1
            return isExhausted
                ? .failure(SocketError(errno: code)) : Descriptor.accepted($0, &$1)
        }
        listener.open(host)
        let peer = try Descriptor.connecting(to: listener.address)
        #expect(bench.turn { attempts == 1 })
        // Not at once, which would be for ever; but when somebody has left.
        #expect(!bench.turn(atMost: 5) { attempts > 1 })
        for _ in 0..<3 { listener.retryNow() }
        #expect(attempts == 4 && host.errors == [SocketError(errno: code)])
        isExhausted = false
        listener.retryNow()
        #expect(host.clients.count == 1)
        listener.close()
        for descriptor in [peer] + host.clients { Descriptor.close(descriptor) }
    }

    @Test func `without descriptors it tries again by itself, a moment later`() throws {
        let bench = try Bench(.poll)
        let host = Host()
        var attempts = 0
        let listener = try ListeningSocket(
            at: try anywhere(),
            backlog: 16,
            on: bench.loop,
            retryingAfter: Self.never
        ) {
            attempts += 1
            return attempts == 1
                ? .failure(SocketError(errno: EMFILE)) : Descriptor.accepted($0, &$1)
        }
        listener.open(host)
        let peer = try Descriptor.connecting(to: listener.address)
        #expect(bench.turn { attempts == 1 })
        let due = try #require(bench.loop.alarms.earliest)
        while bench.loop.alarms.ringNext(at: due) {}
        #expect(host.clients.count == 1)
        listener.close()
        for descriptor in [peer] + host.clients { Descriptor.close(descriptor) }
    }
}
