// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where the handler of signals writes to; -1: nowhere.
private let signalPipe = Atomic<Int32>(-1)

/// The handler: only calls that signal-safety(7) allows, which are an atomic load and write(2).
private func tell(
    _ number: Int32,
    _ info: UnsafeMutablePointer<siginfo_t>?,
    _ context: UnsafeMutableRawPointer?
) {
    let isOfTerminal = (info?.pointee.si_code ?? 0) > 0
    var byte = UInt8(truncatingIfNeeded: number) | (isOfTerminal ? 0x80 : 0)
    let saved = errno
    _ = write(signalPipe.load(ordering: .relaxed), &byte, 1)
    errno = saved
}

/// SIGINT, SIGTERM and SIGHUP as they come, in place of what they do by themselves.
///
/// A signal of the terminal reaches every process of its group; it is marked, so that it is not
/// sent to a command a second time.
struct RelayedSignals: Sendable {
    struct Signal: Equatable, Sendable {
        let number: Int32
        /// Sent to the whole group by the kernel.
        let isOfTerminal: Bool
    }

    /// What Ctrl-C sends.
    static let interruption = SIGINT
    static let numbers = [SIGINT, SIGTERM, SIGHUP]
    private static let terminalMark: UInt8 = 0x80

    let signals: AsyncStream<Signal>

    /// Takes the signals over for the rest of the process's life.
    static func take() throws(Complaint) -> RelayedSignals {
        let pipe = try PipeEnds()
        signalPipe.store(pipe.writing, ordering: .sequentiallyConsistent)
        for number in numbers { install(number) }
        let (signals, continuation) = AsyncStream<Signal>.makeStream()
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(pipe.reading, &byte, 1)
                if count < 0, errno == EINTR { continue }
                guard count == 1 else { break }
                continuation.yield(
                    Signal(
                        number: Int32(byte & ~terminalMark),
                        isOfTerminal: byte & terminalMark != 0
                    )
                )
            }
            continuation.finish()
        }
        return RelayedSignals(signals: signals)
    }

    /// A signal that is ignored, as under nohup, stays so.
    private static func install(_ number: Int32) {
        var old = sigaction()
        guard sigaction(number, nil, &old) == 0, !isIgnored(old) else { return }
        var action = sigaction()
        action.sa_flags = Int32(SA_SIGINFO) | Int32(SA_RESTART)
        #if canImport(Glibc)
        action.__sigaction_handler.sa_sigaction = tell
        #else
        action.__sigaction_u.__sa_sigaction = tell
        #endif
        _ = sigaction(number, &action, nil)
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        #if canImport(Glibc)
        let handler = action.__sigaction_handler.sa_handler
        #else
        let handler = action.__sigaction_u.__sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
