// SPDX-License-Identifier: Apache-2.0
import SocketLoops
import Synchronization

/// How many connections the process's descriptors suffice for, over all listeners.
///
/// Accept stops before the descriptors run out, not when they have: the dial for a client that was
/// accepted, the admin socket and the files of the event log need some too, and libdispatch ends
/// the process when it cannot open a file below `/proc`. What is not a connection is counted once,
/// before the first listener; the rest is arithmetic, so that an accept asks the system nothing.
final class DescriptorRoom: Sendable {
    /// A client's and a server's.
    static let perConnection = 2
    /// A listener's own, and the connection that it may have accepted before it looked again.
    static let perListener = 1 + perConnection

    /// What the system allows the process (RLIMIT_NOFILE).
    let limit: Int
    /// Kept for what comes and goes beside connections.
    let kept: Int
    /// Those that were open before the first listener, and how many listeners there are.
    private let counts = Mutex<(own: Int?, listeners: Int)>((nil, 0))
    private let capacity = Atomic<Int>(0)
    private let live = Atomic<Int>(0)
    private let isAwaited = Atomic<Bool>(false)
    private let waiting = Mutex<[ListenerName]>([])

    init(limit: Int, kept: Int) {
        self.limit = limit
        self.kept = kept
    }

    /// The connections that may live at once.
    var maximum: Int { capacity.load(ordering: .relaxed) }

    /// Divides the descriptors anew between listeners and connections.
    ///
    /// - Parameter open: descriptors that are open now; asked the first time only, when there is
    ///   neither a listener nor a connection yet.
    /// - Returns: whether they suffice; always so where the listeners become no more.
    func settle(listeners: Int, open: () -> Int = DescriptorLimit.open) -> Bool {
        let (left, before) = counts.withLock { counts in
            let own = counts.own ?? open()
            counts.own = own
            return (limit - own - kept - listeners * Self.perListener, counts.listeners)
        }
        // Each listener of before may have accepted one too many.
        let needed = max(1, live.load(ordering: .relaxed) - before) * Self.perConnection
        guard listeners <= before || left >= needed else { return false }
        counts.withLock { $0.listeners = listeners }
        capacity.store(max(1, left / Self.perConnection), ordering: .sequentiallyConsistent)
        wake()
        return true
    }

    /// Whether the listener may accept one more; it is woken when it may again.
    func admits(_ listener: ListenerName) -> Bool {
        if hasRoom { return true }
        waiting.withLock { waiting in
            if !waiting.contains(listener) { waiting.append(listener) }
        }
        isAwaited.store(true, ordering: .sequentiallyConsistent)
        // One may have left in between, and seen nobody wait.
        return hasRoom
    }

    /// A listener that closes waits no more.
    func forget(_ listener: ListenerName) {
        waiting.withLock { $0.removeAll { $0 == listener } }
    }

    func enter() { live.add(1, ordering: .sequentiallyConsistent) }

    func leave() {
        live.subtract(1, ordering: .sequentiallyConsistent)
        wake()
    }

    /// Whether so many have left that running out again is news.
    var isEased: Bool {
        live.load(ordering: .relaxed) <= Easing.mark(below: maximum)
    }

    private var hasRoom: Bool {
        live.load(ordering: .sequentiallyConsistent)
            < capacity.load(ordering: .sequentiallyConsistent)
    }

    private func wake() {
        guard isAwaited.load(ordering: .sequentiallyConsistent), hasRoom else { return }
        let woken = waiting.withLock { waiting in
            isAwaited.store(false, ordering: .sequentiallyConsistent)
            return exchange(&waiting, with: [])
        }
        for listener in woken { listener.resume() }
    }
}

/// When a bound that was reached counts as left behind, so that reaching it again is said again.
enum Easing {
    /// The most that may live then: an eighth of the places, and at least one, has become free.
    static func mark(below limit: Int) -> Int { limit - max(1, limit / 8) }
}
