// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A thread with a ``SocketLoop``, and what belongs to it: a `Context` that never leaves the thread.
///
/// Others reach the context by sending work. What they send is done between two turns of the loop,
/// in the order in which it was sent.
package final class LoopThread<Context>: Sendable {
    package typealias Work = @Sendable (Context) -> Void

    private let waker: Waker
    private let state = Mutex(State())

    private struct State {
        /// On its way to the thread.
        ///
        /// Not bounded here: who sends waits for the answer, or hands over a client that a
        /// listener has accepted.
        var work: [Work] = []
        var isStopping = false
        var hasStopped = false
        var onStop: [@Sendable () -> Void] = []
    }

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: as debuggers show it; Linux keeps 15 bytes of it.
    ///   - makeContext: called on the thread, before any work.
    /// - Throws: where descriptors have run out.
    package init(
        name: String,
        _ makeContext: @escaping @Sendable (SocketLoop, LoopThread<Context>) -> Context
    ) throws(SocketError) {
        let source = try PollerSource()
        do {
            waker = try Waker()
        } catch {
            source.discard()
            throw error
        }
        let thread = Thread { [self] in
            Thread.current.name = name
            let loop = SocketLoop(source.makePoller())
            run(loop, makeContext(loop, self))
        }
        thread.start()
    }

    private func run(_ loop: SocketLoop, _ context: Context) {
        let wakeUp = WakeUp(waker)
        // Nothing else has been registered: there is a place for this one.
        _ = try? loop.watch(waker.reading, for: wakeUp)
        while true {
            loop.turn()
            guard wakeUp.hasRung else { continue }
            wakeUp.hasRung = false
            let (work, isStopping) = state.withLock { state in
                defer { state.work.removeAll() }
                return (state.work, state.isStopping)
            }
            for item in work { item(context) }
            if isStopping { break }
        }
        let (left, told) = state.withLock { state in
            state.hasStopped = true
            return (state.work, state.onStop)
        }
        for item in left { item(context) }
        for tell in told { tell() }
    }

    /// Has work done on the thread; says whether it will be.
    @discardableResult
    package func execute(_ work: @escaping Work) -> Bool {
        let (isTaken, isFirst) = state.withLock { state in
            guard !state.hasStopped else { return (false, false) }
            state.work.append(work)
            return (true, state.work.count == 1)
        }
        if isFirst { waker.wake() }
        return isTaken
    }

    /// What the work returns; `nil` once the thread has stopped.
    @discardableResult
    package func run<Value: Sendable>(
        _ work: @escaping @Sendable (Context) -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let isTaken = execute { continuation.resume(returning: work($0)) }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Ends the thread, behind the work that has been sent.
    package func stop() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let hasStopped = state.withLock { state in
                guard !state.hasStopped else { return true }
                state.isStopping = true
                state.onStop.append { continuation.resume() }
                return false
            }
            if hasStopped { continuation.resume() } else { waker.wake() }
        }
    }
}

/// Takes account of a ``Waker``'s calls.
private final class WakeUp: Watched {
    var hasRung = false
    private let waker: Waker

    init(_ waker: Waker) { self.waker = waker }

    func ready(_ readiness: Readiness) {
        waker.drain()
        hasRung = true
    }
}
