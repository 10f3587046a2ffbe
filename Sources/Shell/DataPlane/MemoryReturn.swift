// SPDX-License-Identifier: Apache-2.0
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Gives memory back to the system when many connections have left.
///
/// glibc keeps what is freed below the top of a thread's heap: 26 MiB after 8,000 connections,
/// until as many come again. `malloc_trim(3)` gives it back, and holds the heap's lock
/// for some milliseconds meanwhile; so it is called once for each crowd, when few are left.
final class MemoryReturn: Sendable {
    /// Fewer connections at once are no crowd: their memory is kept for the next.
    static let crowd = 1_000
    /// The crowd has left when one in so many is there.
    static let share = 8
    /// Connections that ended let go of the last of their memory within this time.
    static let delay = Duration.seconds(5)

    private let live = Atomic<Int>(0)
    /// The most at once since memory was given back; 0 while that is on its way.
    private let peak = Atomic<Int>(0)
    private let giveBack: @Sendable () -> Void

    /// - Parameter giveBack: Called when a crowd has left; waits for ``delay`` by itself.
    init(giveBack: @escaping @Sendable () -> Void = MemoryReturn.trimLater) {
        self.giveBack = giveBack
    }

    func enter() {
        let now = live.add(1, ordering: .relaxed).newValue
        peak.max(now, ordering: .relaxed)
    }

    func leave() {
        let now = live.subtract(1, ordering: .relaxed).newValue
        let most = peak.load(ordering: .relaxed)
        guard most >= Self.crowd, now <= most / Self.share else { return }
        // Of those that leave at once, one sees to it.
        guard peak.compareExchange(expected: most, desired: 0, ordering: .relaxed).exchanged else {
            return
        }
        giveBack()
    }

    /// Off the event loops, which go on meanwhile as far as they need no memory.
    private static func trimLater() {
        #if canImport(Glibc)
        Task.detached(priority: .background) {
            try? await Task.sleep(for: delay)
            guard let symbol = dlsym(nil, "malloc_trim") else { return }
            _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
        }
        #endif
    }
}
