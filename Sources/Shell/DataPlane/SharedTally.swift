// SPDX-License-Identifier: Apache-2.0
package import FaultModel
import Synchronization

/// The counters of one rule, shared by all event loops: atomics, and a lock only for `per: client`.
package final class SharedTally: Tally {
    /// How many clients one rule counts apart; a client beyond them is let pass and counted.
    package static let maximumClients = 10_000

    private let matchCount = Atomic<UInt64>(0)
    private let firedCount = Atomic<UInt64>(0)
    private let activeCount = Atomic<UInt64>(0)
    private let uncountedClients = Atomic<UInt64>(0)
    private let clients = Mutex<[IPAddress?: Count]>([:])

    private struct Count {
        var matches: UInt64 = 0
        var fired: UInt64 = 0
    }

    package init() {}

    package var matches: UInt64 { matchCount.load(ordering: .relaxed) }
    package var fired: UInt64 { firedCount.load(ordering: .relaxed) }
    /// Matches that could not fire because the table of clients was full.
    package var uncounted: UInt64 { uncountedClients.load(ordering: .relaxed) }

    package func countMatch(in scope: TallyScope) -> UInt64? {
        let ordinal = matchCount.add(1, ordering: .relaxed).newValue
        guard case .client(let client) = scope else { return ordinal }
        let own: UInt64? = clients.withLock { clients in
            guard clients.count < Self.maximumClients || clients[client] != nil else { return nil }
            clients[client, default: Count()].matches += 1
            return clients[client]?.matches
        }
        if own == nil { uncountedClients.add(1, ordering: .relaxed) }
        return own
    }

    package var active: UInt64 { activeCount.load(ordering: .relaxed) }

    package func claimFiring(_ claim: FiringClaim) -> Bool {
        switch claim.scope {
        case .rule, .value, .connection: return grant(atMost: claim.times)
        case .client(let client):
            let isClaimed = clients.withLock { clients in
                if let times = claim.times, clients[client, default: Count()].fired >= times {
                    return false
                }
                clients[client, default: Count()].fired += 1
                return true
            }
            return isClaimed && grant(atMost: nil)
        }
    }

    package func endFiring() { activeCount.subtract(1, ordering: .relaxed) }

    package func takeQuota(
        _ limit: RateLimit,
        for key: TallyScope,
        at now: Int64
    ) -> Quota? { nil }

    package func spend(bytes: UInt64) {}

    package func bucket(for proxy: String?) -> any SharedBucket { Bucket() }

    private final class Bucket: SharedBucket {
        func reserve(bytes: Int, rate: ByteRate, burst: ByteCount, at now: Int64) -> Int64 { now }
    }

    private func grant(atMost times: UInt64?) -> Bool {
        guard claim(atMost: times) else { return false }
        activeCount.add(1, ordering: .relaxed)
        return true
    }

    private func claim(atMost times: UInt64?) -> Bool {
        guard let times else {
            firedCount.add(1, ordering: .relaxed)
            return true
        }
        var known = firedCount.load(ordering: .relaxed)
        while known < times {
            let (exchanged, original) = firedCount.weakCompareExchange(
                expected: known,
                desired: known + 1,
                ordering: .relaxed
            )
            if exchanged { return true }
            known = original
        }
        return false
    }
}
