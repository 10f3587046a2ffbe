// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

/// Everything that one test starts: a folder of its own, and processes that end with it.
final class Stage: Sendable {
    let folder: URL
    private let started = Mutex<[(process: Running, signal: Int32)]>([])

    /// Runs a test's body, and ends what it started, however it went.
    static func with<Value>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (Stage) async throws -> Value
    ) async throws -> Value {
        await Turns.shared.take()
        defer { Turns.shared.give() }
        let stage = try Stage()
        do {
            let value = try await body(stage)
            await stage.end()
            return value
        } catch {
            await stage.end()
            throw error
        }
    }

    private init() throws {
        // Short: the path of a Unix socket holds little more than a hundred bytes.
        let name = "chaos-\(UUID().uuidString.prefix(8))"
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func end() async {
        for entry in started.withLock({ $0 }).reversed() {
            await entry.process.end(entry.signal)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        return path(name)
    }

    /// Starts a process that ends with the test.
    func start(
        _ program: String,
        _ arguments: [String] = [],
        endingBy signal: Int32 = SIGTERM,
        in place: URL? = nil
    ) throws -> Running {
        let process = try Running(program, arguments, in: place ?? folder)
        started.withLock { $0.append((process, signal)) }
        return process
    }

    /// Starts a fixture that serves; the address is where.
    func upstream(_ script: String = "upstream.py", _ arguments: String...) async throws -> String {
        let python = try Programs.installed("python3")
        let server = try start(python, [Programs.fixture(script)] + arguments, endingBy: SIGKILL)
        return String(try await server.line("listening ").dropFirst("listening ".count))
    }

    func prism(heartbeat: String = "0") async throws -> String {
        let stub = try start(
            Programs.prismStub,
            ["--listen", "127.0.0.1:0", "--heartbeat", heartbeat, "--quiet"]
        )
        let line = try await stub.line("prism-stub listening on ")
        return line.replacing("prism-stub listening on http://", with: "")
    }
}

/// Lets only so many stages stand at once: tests run side by side, and each starts processes.
private final class Turns: Sendable {
    static let shared = Turns(4)

    private let state: Mutex<(free: Int, waiting: [CheckedContinuation<Void, Never>])>

    init(_ count: Int) { state = Mutex((count, [])) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func give() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
