// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A chaosproxy that this process started for itself, in a folder of its own.
///
/// It ends when this process does, however that ends: its standard input is a pipe of ours.
struct PrivateProxy: Sendable {
    /// Until it is ready: 20 s.
    static let startTime = Duration.seconds(20)
    /// Until its connections have ended, at the end: 2 s.
    static let drainTime = "2s"
    /// Until it is killed, at the end: 10 s.
    static let stopTime = Duration.seconds(10)
    /// Of what it said before it was ready, in bytes.
    static let maximumReport = 1 << 20

    let socket: String
    let folder: URL
    let process: ChildProcess
    private let input: Int32

    /// Where the program is, how it is started, and with which variables.
    struct Invocation {
        var program: String
        var arguments: [String]
        var environment: [String: String]
    }

    /// Starts it, and returns when it is ready.
    static func start(_ invocation: Invocation) async throws -> PrivateProxy {
        let folder = try makeFolder(invocation.environment["TMPDIR"])
        do {
            return try await start(invocation, in: folder)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    private static func start(_ invocation: Invocation, in folder: URL) async throws -> PrivateProxy
    {
        let socket = folder.appending(path: "admin.sock").path
        let log = folder.appending(path: "log").path
        let errors = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard errors >= 0 else {
            throw Complaint("cannot write \(log): \(systemError())", status: .failed)
        }
        defer { close(errors) }
        let (input, output) = (try PipeEnds(), try PipeEnds())
        let process: ChildProcess
        do {
            defer {
                close(input.reading)
                close(output.writing)
            }
            process = try ChildProcess(
                [invocation.program, "--socket", socket, "--free-ports", "--end-with-input"]
                    + ["--drain", drainTime, "--log-level", "warning"] + invocation.arguments,
                environment: invocation.environment,
                streams: .init(input: input.reading, output: output.writing, errors: errors),
                ownGroup: true
            )
        } catch {
            close(input.writing)
            close(output.reading)
            throw Complaint(
                "cannot start \(invocation.program): \(systemError(error.code))",
                status: .failed
            )
        }
        let proxy = PrivateProxy(
            socket: socket,
            folder: folder,
            process: process,
            input: input.writing
        )
        guard await proxy.isReady(output.reading) else {
            let complaint = Self.unready(log)
            await proxy.stop()
            throw complaint
        }
        return proxy
    }

    /// Reads what it says until it is ready; `false` when it ends before that, or takes too long.
    private func isReady(_ output: Int32) async -> Bool {
        let (lines, continuation) = AsyncStream<Bool>.makeStream()
        Thread.detachNewThread {
            var said: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while !said.ends(with: "\nready\n".utf8), said.count < Self.maximumReport {
                let count = read(output, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                said += buffer[..<count]
            }
            continuation.yield(said.ends(with: "\nready\n".utf8))
            continuation.finish()
            close(output)
        }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await isReady in lines { return isReady }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: Self.startTime)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private static func unready(_ log: String) -> Complaint {
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let lines = said.split(separator: "\n").suffix(5).map { PlainText.shown(String($0)) }
        return Complaint(
            "the proxy did not become ready",
            hints: lines.isEmpty ? ["It said nothing."] : lines,
            status: .failed
        )
    }

    /// Stops it, and kills it when it does not stop; removes its folder.
    func stop() async {
        close(input)
        process.signal(SIGTERM)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await process.ending() }
            group.addTask {
                guard (try? await Task.sleep(for: Self.stopTime)) != nil else { return }
                process.signal(SIGKILL)
            }
            await group.next()
            group.cancelAll()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// A folder for its owner only, short enough for the path of a socket.
    private static func makeFolder(_ wanted: String?) throws(Complaint) -> URL {
        let name = "/chaos-XXXXXX"
        let room = AdminAddress.maximumPathLength - name.utf8.count - "/admin.sock".utf8.count
        let parent = wanted.flatMap { $0.isEmpty || $0.utf8.count > room ? nil : $0 } ?? "/tmp"
        var template = Array((parent + name).utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Complaint("cannot make a folder in \(parent): \(systemError())", status: .failed)
        }
        let path = template.dropLast().map { UInt8(bitPattern: $0) }
        return URL(fileURLWithPath: String(decoding: path, as: UTF8.self))
    }
}

extension [UInt8] {
    fileprivate func ends(with text: String.UTF8View) -> Bool {
        suffix(text.count).elementsEqual(text)
    }
}
