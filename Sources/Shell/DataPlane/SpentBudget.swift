// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Synchronization

/// What a rule has spent of its budget since it was enabled.
final class SpentBudget: Sendable {
    private let spent = Mutex(Spent())
    // As the measures are counted; -1: not used up. Set once.
    private let reached = Atomic<Int>(-1)
    private let wasAnnounced = Atomic<Bool>(false)
    private let bytes = Atomic<UInt64>(0)
    /// Known once the rule has fired.
    private let byteLimit = Atomic<UInt64>(.max)

    private struct Spent {
        var requests: UInt64 = 0
        var connections: UInt64 = 0
        /// At most as many as the budget allows.
        var clients: Set<IPAddress?> = []
    }

    var exhausted: Limit.Budget.Measure? {
        let index = reached.load(ordering: .acquiring)
        return index < 0 ? nil : Limit.Budget.Measure.allCases[index]
    }

    /// Takes one firing, unless the budget is used up; the one that uses it up is granted.
    func take(_ claim: FiringClaim, _ budget: Limit.Budget) -> Bool {
        byteLimit.store(budget.bytes ?? .max, ordering: .relaxed)
        return spent.withLock { spent in
            guard exhausted == nil else { return false }
            spent.requests += 1
            if claim.isNewConnection { spent.connections += 1 }
            if let most = budget.clients {
                spent.clients.insert(claim.client)
                let bound = min(most, Limit.Budget.maximumClients)
                if spent.clients.count >= bound { exhaust(.clients) }
            }
            if let most = budget.connections, spent.connections >= most { exhaust(.connections) }
            if let most = budget.requests, spent.requests >= most { exhaust(.requests) }
            return true
        }
    }

    /// - Returns: whether the budget is used up.
    func spend(_ count: UInt64) -> Bool {
        let before = bytes.load(ordering: .relaxed)
        guard before < .max / 2 else { return exhausted != nil }
        let total = bytes.wrappingAdd(min(count, .max / 2), ordering: .relaxed).newValue
        guard total >= byteLimit.load(ordering: .relaxed) else { return false }
        exhaust(.bytes)
        return true
    }

    /// - Returns: what is used up, to the first who asks.
    func announce() -> Limit.Budget.Measure? {
        guard let exhausted, !wasAnnounced.exchange(true, ordering: .relaxed) else { return nil }
        return exhausted
    }

    private func exhaust(_ measure: Limit.Budget.Measure) {
        guard let index = Limit.Budget.Measure.allCases.firstIndex(of: measure) else { return }
        _ = reached.compareExchange(expected: -1, desired: index, ordering: .acquiringAndReleasing)
    }
}
