// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A process that a test started: its output is drained as it comes, so that it never blocks on it.
final class Running: Sendable {
    /// How long anything may take to say what a test waits for.
    static let patience = Duration.seconds(120)
    /// How long a command may take that others have to release; far more than any takes.
    static let commandLimit = Duration.seconds(300)
    /// How long a process may take to end when it is asked to.
    static let farewell = Duration.seconds(60)

    private static let starting = NSLock()

    let name: String
    let output: Lines
    let errors: Lines
    private let process: Process
    private let input: Pipe
    private let ending = Ending()

    /// - Parameters:
    ///   - program: A path.
    ///   - environment: Added to this process's own, less what would point chaosctl elsewhere.
    ///   - folder: Where it runs.
    init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        in folder: URL? = nil
    ) throws {
        name = URL(fileURLWithPath: program).lastPathComponent
        // One at a time: a process inherits every descriptor that is open when it starts. One that
        // lives long would keep another's pipes open, and hide its end from Foundation.
        Self.starting.lock()
        defer { Self.starting.unlock() }
        output = Lines()
        errors = Lines()
        input = Pipe()
        process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        var surroundings = ProcessInfo.processInfo.environment
        for key in ["CHAOS_SOCKET", "CHAOS_URL", "CHAOS_TOKEN", "http_proxy", "all_proxy"] {
            surroundings[key] = nil
        }
        process.environment = surroundings.merging(environment) { _, new in new }
        process.currentDirectoryURL = folder
        process.standardInput = input
        process.standardOutput = output.pipe
        process.standardError = errors.pipe
        process.terminationHandler = { [ending] process in
            let wasSignal = process.terminationReason == .uncaughtSignal
            ending.set((wasSignal ? 128 : 0) + process.terminationStatus)
        }
        try Self.withoutBlockedSignals { try process.run() }
        try? input.fileHandleForReading.close()
        output.drain()
        errors.drain()
    }

    /// A process begins with the blocked signals of the thread that starts it, and the threads of the
    /// pool block them all: one that does not look after its own would never be told to end.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, blocked) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try body()
    }

    var pid: pid_t { process.processIdentifier }

    func write(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func closeInput() { try? input.fileHandleForWriting.close() }

    func signal(_ number: Int32) { if process.isRunning { kill(pid, number) } }

    /// The exit status, or 128 and the signal's number.
    func status(within limit: Duration = Running.patience) async throws -> Int32 {
        try await offPool { [self] in
            guard let status = ending.wait(limit) else {
                throw Trouble("\(name) still runs after \(limit); it says: \(errors.text)")
            }
            return status
        }
    }

    /// Asks it to end, and insists.
    func end(_ number: Int32 = SIGTERM) async {
        signal(number)
        if (try? await status(within: Self.farewell)) == nil {
            signal(SIGKILL)
            _ = try? await status()
        }
    }

    /// The first line of the output, from the given one on, that begins so.
    func line(
        _ beginning: String,
        from position: Int = 0,
        within limit: Duration = Running.patience
    ) async throws -> String {
        try await Self.line(of: output, beginning, position, limit, self)
    }

    /// The first line of the errors that contains this.
    func complaint(_ text: String, from position: Int = 0) async throws -> String {
        try await offPool { [self] in
            try errors.first(from: position, within: Self.patience) { $0.contains(text) }
                ?? { throw Trouble("\(name) never said \"\(text)\", but: \(errors.text)") }()
        }
    }

    /// All of its output, once it has closed it.
    func wholeOutput() async throws -> String {
        try await offPool { [self] in
            String(decoding: try output.whole(within: Self.patience), as: UTF8.self)
        }
    }

    /// Waits until it has said this, in its output.
    func says(_ text: String) async throws {
        try await offPool { [self] in
            let line = output.first(from: 0, within: Self.patience) { $0.contains(text) }
            if line == nil { throw Trouble("\(name) never said \"\(text)\", but: \(output.text)") }
        }
    }

    private static func line(
        of lines: Lines,
        _ beginning: String,
        _ position: Int,
        _ limit: Duration,
        _ running: Running
    ) async throws -> String {
        try await offPool {
            guard
                let line = lines.first(
                    from: position,
                    within: limit,
                    where: { $0.hasPrefix(beginning) }
                )
            else {
                throw Trouble(
                    "\(running.name) never said \"\(beginning)\", but: \(lines.text) "
                        + running.errors.text
                )
            }
            return line
        }
    }
}

/// An exit status that somebody may wait for.
private final class Ending: Sendable {
    private let condition = Condition()
    private let value = Mutex<Int32?>(nil)

    func set(_ status: Int32) {
        value.withLock { $0 = status }
        condition.announce()
    }

    func wait(_ limit: Duration) -> Int32? {
        condition.wait(limit) { self.value.withLock { $0 } }
    }
}
