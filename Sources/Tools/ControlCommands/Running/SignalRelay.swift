// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Passes signals on to a command, or keeps the first that comes before there is one.
final class SignalRelay: Sendable {
    private enum State {
        case waiting(Int32?)
        case passing(ChildProcess)
    }

    private let state = Mutex(State.waiting(nil))

    /// Begins to listen, for the rest of the process's life.
    static func start() throws(Complaint) -> SignalRelay {
        let relay = SignalRelay()
        let signals = try RelayedSignals.take().signals
        Task.detached {
            for await signal in signals { relay.take(signal) }
        }
        return relay
    }

    /// What came before there was a command; nothing may be started then.
    var interruption: Int32? {
        state.withLock { state in
            if case .waiting(let number) = state { number } else { nil }
        }
    }

    func pass(to process: ChildProcess) {
        let missed = state.withLock { state in
            defer { state = .passing(process) }
            if case .waiting(let number) = state { return number }
            return nil
        }
        if let missed { process.signal(missed) }
    }

    func take(_ signal: RelayedSignals.Signal) {
        state.withLock { state in
            switch state {
            case .waiting(let number): state = .waiting(number ?? signal.number)
            case .passing(let process):
                // The terminal has told its whole group already.
                if !signal.isOfTerminal { process.signal(signal.number) }
            }
        }
    }
}

/// The code with which chaosctl ends where another program's is passed on.
struct CommandOutcome: Error, Equatable { let code: Int32 }
