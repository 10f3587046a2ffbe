// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct AdminServerTests {
    @Test func `the socket is for its owner only and goes with the server`() async throws {
        try await withServer { path, _ in
            let socketMode = try mode(of: path)
            #expect(socketMode == 0o600)
            let folderMode = try mode(of: URL(filePath: path).deletingLastPathComponent().path)
            #expect(folderMode == 0o700)
        }
    }

    @Test func `the socket answers, refuses what is too large and streams events`() async throws {
        try await withServer { path, _ in
            let answer = try await ask(
                path,
                "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 200"))
            #expect(answer.contains(#""generation":1"#))
            let large = try await ask(
                path,
                "PUT /v1/config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"
            )
            #expect(large.hasPrefix("HTTP/1.1 413"))
            let events = try await ask(
                path,
                "GET /v1/events?follow=false HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            #expect(events.contains(#""change":"config.applied""#))
        }
    }

    @Test func `a socket on which a server answers is not taken from it`() async throws {
        try await withServer { path, bench in
            let failure = await #expect(throws: AdminFailure.self) {
                try await server(at: path, bench).run()
            }
            #expect(failure?.reply.error.code == "socket.in-use")
            let answer = try await ask(
                path,
                "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func `what is no socket is not deleted`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "cp-\(UUID().uuidString.prefix(8))"
        )
        try Data("keep".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let bench = try await Bench()
        let failure = await #expect(throws: AdminFailure.self) {
            try await server(at: file.path, bench).run()
        }
        #expect(failure?.reply.error.code == "socket.bad-path")
        #expect(try String(contentsOf: file, encoding: .utf8) == "keep")
    }

    private func server(
        at path: String,
        _ bench: Bench,
        started: @escaping @Sendable () -> Void = {}
    ) -> AdminServer {
        AdminServer(
            socket: path,
            state: bench.state,
            log: bench.log,
            info: RunInfo(version: "1", pid: 1),
            logger: Logger(label: "test"),
            // It would be every other test's, too.
            changesMask: false,
            onListening: started
        )
    }

    /// Runs a server on a socket in a folder of its own, and checks that it removes the socket.
    private func withServer(_ body: (String, Bench) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "cp-\(UUID().uuidString.prefix(8))"
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "admin.sock").path
        let bench = try await Bench()
        let (listening, started) = AsyncStream<Void>.makeStream()
        let server = server(at: path, bench) { started.finish() }
        // Stopped as the daemon stops it: a cancelled server drops connections it just accepted.
        let services = ServiceGroup(
            services: [Running(server: server)],
            logger: Logger(label: "test")
        )
        let running = Task {
            defer { started.finish() }
            try await services.run()
        }
        for await _ in listening {}
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(path, bench))
        } catch {
            result = .failure(error)
        }
        await services.triggerGracefulShutdown()
        _ = await running.result
        try result.get()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    private func mode(of path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue
    }

    /// Sends a request and collects all that comes until the server closes.
    private func ask(_ path: String, _ request: String) async throws -> String {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var answer = ""
            for try await buffer in inbound { answer += String(buffer: buffer) }
            return answer
        }
    }
}

private struct Running: Service {
    let server: AdminServer

    func run() async throws { try await server.run() }
}
