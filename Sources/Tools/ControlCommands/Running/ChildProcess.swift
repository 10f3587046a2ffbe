// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A process that this one started.
///
/// Not Foundation's, which gives every process a group of its own: a command that reads from the
/// terminal has to stay in the group that owns it.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let hasEnded = Mutex(false)
    private let endings: AsyncStream<Ending>

    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)

        /// As a shell says it.
        var code: Int32 {
            switch self {
            case .exited(let code): code
            case .killed(let signal): 128 + signal
            }
        }
    }

    /// The number of the system's error.
    struct Unstarted: Error, Equatable { let code: Int32 }

    /// Which descriptors take the place of the standard ones; `nil`: this process's own.
    struct Streams {
        var input: Int32?
        var output: Int32?
        var errors: Int32?
    }

    /// Starts a program, found as a shell would.
    ///
    /// - Parameter ownGroup: whether signals of the terminal pass it by.
    init(
        _ words: [String],
        environment: [String: String],
        streams: Streams = Streams(),
        ownGroup: Bool = false
    ) throws(Unstarted) {
        pid = try Self.spawn(words, environment, streams, ownGroup)
        let (endings, continuation) = AsyncStream<Ending>.makeStream()
        self.endings = endings
        Thread.detachNewThread { [self] in
            // It stays a zombie until no signal can be meant for another process of its number.
            var news = siginfo_t()
            while waitid(P_PID, id_t(pid), &news, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            continuation.yield(reap())
            continuation.finish()
        }
    }

    /// Waits for the end; to be asked once.
    func ending() async -> Ending {
        for await ending in endings { return ending }
        return .exited(1)
    }

    /// Sends a signal, unless the process has ended.
    func signal(_ number: Int32) {
        hasEnded.withLock { if !$0 { kill(pid, number) } }
    }

    private func reap() -> Ending {
        hasEnded.withLock { hasEnded in
            hasEnded = true
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            // The low seven bits are the signal; zero: it exited by itself (wait(2)).
            let signal = status & 0x7F
            return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
        }
    }

    private static func spawn(
        _ words: [String],
        _ environment: [String: String],
        _ streams: Streams,
        _ ownGroup: Bool
    ) throws(Unstarted) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (descriptor, place) in [(streams.input, 0), (streams.output, 1), (streams.errors, 2)] {
            guard let descriptor else { continue }
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(place))
        }
        // The parts of this process ignore SIGPIPE; a command must not inherit that.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Nor what the threads of the runtime block, which would leave it deaf to SIGTERM.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        let flags =
            POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(
            &pid,
            words.first ?? "",
            &actions,
            &attributes,
            arguments,
            variables
        )
        guard code == 0 else { throw Unstarted(code: code) }
        return pid
    }
}
