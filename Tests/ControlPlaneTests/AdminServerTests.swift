// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(1))) struct AdminServerTests {
    @Test func `the socket is for its owner only, answers, and goes with the server`() async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "cp-\(UUID().uuidString.prefix(8))"
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "admin.sock").path
        let bench = try await Bench()
        let (listening, started) = AsyncStream<Void>.makeStream()
        let server = AdminServer(
            socket: path,
            state: bench.state,
            log: bench.log,
            info: RunInfo(version: "1", pid: 1),
            logger: Logger(label: "test")
        ) { started.finish() }
        let running = Task { try await server.run() }
        for await _ in listening {}
        #expect(try mode(of: path) == 0o600)
        #expect(try mode(of: folder.path) == 0o700)
        let answer = try await ask(
            path,
            "GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.contains(#""generation":1"#))
        let late = try await ask(
            path,
            "PUT /v1/config HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"
        )
        #expect(late.hasPrefix("HTTP/1.1 413"))
        let events = try await ask(
            path,
            "GET /v1/events?follow=false HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        #expect(events.contains(#""change":"config.applied""#))

        let second = AdminServer(
            socket: path,
            state: bench.state,
            log: bench.log,
            info: RunInfo(version: "1", pid: 1),
            logger: Logger(label: "test")
        )
        let failure = await #expect(throws: AdminFailure.self) { try await second.run() }
        #expect(failure?.reply.error.code == "socket.in-use")
        running.cancel()
        _ = await running.result
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `what is no socket is not deleted`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "cp-\(UUID().uuidString.prefix(8))"
        )
        try Data("keep".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let bench = try await Bench()
        let server = AdminServer(
            socket: file.path,
            state: bench.state,
            log: bench.log,
            info: RunInfo(version: "1", pid: 1),
            logger: Logger(label: "test")
        )
        let failure = await #expect(throws: AdminFailure.self) { try await server.run() }
        #expect(failure?.reply.error.code == "socket.bad-path")
        #expect(try String(contentsOf: file, encoding: .utf8) == "keep")
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
