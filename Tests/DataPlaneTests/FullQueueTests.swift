// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventRecords
import FaultModel
import Foundation
import Testing

@testable import SocketLoops

#if os(Linux)
import Glibc

/// Services on Unix sockets that do not accept as fast as clients come.
@Suite(.timeLimit(.minutes(15))) struct FullQueueTests {
    @Test func `a service whose queue is full is reached as soon as there is room`() async throws {
        try await Service.with { service in
            try await Loopback.run { loopback in
                let client = try await waitingClient(of: service, through: loopback)
                #expect(client.isOpen)
                let served = try await offPool { try service.acceptAll() }
                #expect(served == "x")
                try await client.close()
            }
        }
    }

    /// A client whose dial has begun, and which has sent a byte.
    private func waitingClient(
        of service: Service,
        through loopback: Loopback
    ) async throws -> Client {
        try await loopback.apply([loopback.proxy(upstream: service.endpoint)])
        let client = try await loopback.connect()
        try await client.send("x")
        while client.isOpen, await loopback.plane.connections().isEmpty { await Task.yield() }
        return client
    }

    @Test func `a service whose queue stays full is given up after the connect timeout`()
        async throws
    {
        try await Service.with { service in
            try await Loopback.run { loopback in
                let proxy = loopback.proxy(transport: .http, upstream: service.endpoint) {
                    $0.connectTimeout = .milliseconds(50)
                }
                try await loopback.apply([proxy])
                let client = try await loopback.connect()
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                let answer = await client.receive(1_000)
                #expect(answer.hasPrefix("HTTP/1.1 502 "))
                #expect(answer.contains("its queue was full for 50 ms"))
                try await client.close()
            }
        }
    }

    @Test func `a client that leaves meanwhile ends the waiting`() async throws {
        try await Service.with { service in
            try await Loopback.run { loopback in
                let client = try await waitingClient(of: service, through: loopback)
                try await client.reset()
                let closing = try #require(await loopback.firstClosing())
                #expect(closing.closedBy == .client && closing.how == .rst)
            }
        }
    }

    @Test func `another upstream is asked before a full one is waited for`() async throws {
        try await Service.with { service in
            try await Loopback.run { loopback in
                var proxy = loopback.proxy()
                proxy.upstreams.insert(service.endpoint, at: 0)
                try await loopback.apply([proxy])
                let client = try await loopback.connect()
                try await client.send("x")
                #expect(await client.receive(1) == "x")
                try await client.close()
            }
        }
    }
}

/// A Unix socket whose queue is full of clients that say nothing.
private struct Service: Sendable {
    let endpoint: Endpoint
    private let path: String
    private let listener: CInt
    private let waiting: [CInt]
    /// Milliseconds; far longer than anything here takes.
    private static let patience: CInt = 120_000

    static func with(_ body: (Service) async throws -> Void) async throws {
        let service = try Service()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(service))
        } catch {
            result = .failure(error)
        }
        for descriptor in service.waiting + [service.listener] { Descriptor.close(descriptor) }
        unlink(service.path)
        try result.get()
    }

    private init() throws {
        path = "/tmp/chaos-\(UUID().uuidString.prefix(8)).sock"
        endpoint = .unix(path: path)
        let address = try SocketAddress(unixPath: path)
        listener = try Descriptor.listening(at: address, backlog: 1)
        var waiting: [CInt] = []
        do throws(SocketError) {
            while true { waiting.append(try Descriptor.connecting(to: address)) }
        } catch {
            try #require(error == SocketError(errno: EAGAIN))
        }
        self.waiting = waiting
    }

    /// Accepts the clients that wait and one more, and gives what that one says.
    func acceptAll() throws -> String {
        for _ in waiting { Descriptor.close(try accept()) }
        let last = try accept()
        defer { Descriptor.close(last) }
        wait(for: last)
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = recv(last, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private func accept() throws -> CInt {
        var address = SocketAddress()
        wait(for: listener)
        return try Descriptor.accepted(listener, &address).get()
    }

    private func wait(for descriptor: CInt) {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while poll(&asked, 1, Self.patience) < 0, errno == EINTR {}
    }
}

/// Runs on a thread of its own what may wait.
private func offPool<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
#endif
