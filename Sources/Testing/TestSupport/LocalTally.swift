// SPDX-License-Identifier: Apache-2.0
package import FaultModel
import Synchronization

/// Counts as the shell does, with one lock and no finesse.
package final class LocalTally: Tally {
    private struct Counts {
        var matches: [TallyScope: UInt64] = [:]
        var fired: [TallyScope: UInt64] = [:]
        var active: UInt64 = 0
        var clients: Set<IPAddress?> = []
        var connections: UInt64 = 0
        var bytes: UInt64 = 0
        var quotas: [TallyScope: (used: UInt64, until: Int64)] = [:]
        var buckets: [String: LocalBucket] = [:]
    }

    private let counts = Mutex(Counts())
    private let maximumScopes: Int

    package init(maximumScopes: Int = 1_000) { self.maximumScopes = maximumScopes }

    package var matches: UInt64 { counts.withLock { $0.matches.values.reduce(0, +) } }
    package var fired: UInt64 { counts.withLock { $0.fired.values.reduce(0, +) } }
    package var active: UInt64 { counts.withLock { $0.active } }
    package var spentBytes: UInt64 { counts.withLock { $0.bytes } }

    package func countMatch(in scope: TallyScope) -> UInt64? {
        counts.withLock { counts in
            guard counts.matches[scope] != nil || counts.matches.count < maximumScopes else {
                return nil
            }
            counts.matches[scope, default: 0] += 1
            return counts.matches[scope]
        }
    }

    package func claimFiring(_ claim: FiringClaim) -> Bool {
        counts.withLock { counts in
            let fired = counts.fired.values.reduce(0, +)
            if let times = claim.times, counts.fired[claim.scope, default: 0] >= times {
                return false
            }
            if let most = claim.concurrent, counts.active >= most { return false }
            if let budget = claim.budget {
                let clients = counts.clients.union([claim.client])
                let connections = counts.connections + (claim.isNewConnection ? 1 : 0)
                if let most = budget.requests, fired >= most { return false }
                if let most = budget.clients, clients.count > most { return false }
                if let most = budget.connections, connections > most { return false }
                if let most = budget.bytes, counts.bytes >= most { return false }
                counts.clients = clients
                counts.connections = connections
            }
            counts.fired[claim.scope, default: 0] += 1
            counts.active += 1
            return true
        }
    }

    package func endFiring() { counts.withLock { $0.active -= 1 } }

    package func takeQuota(_ limit: RateLimit, for key: TallyScope, at now: Int64) -> Quota? {
        counts.withLock { counts in
            var quota = counts.quotas[key] ?? (0, now + limit.interval.nanoseconds)
            if quota.until <= now { quota = (0, now + limit.interval.nanoseconds) }
            let isGranted = quota.used < limit.quota
            if isGranted { quota.used += 1 }
            counts.quotas[key] = quota
            return Quota(
                isGranted: isGranted,
                remaining: limit.quota - quota.used,
                resetsIn: quota.until - now
            )
        }
    }

    package func spend(bytes: UInt64) { counts.withLock { $0.bytes += bytes } }

    package func bucket(for proxy: String?) -> any SharedBucket {
        counts.withLock { counts in
            let bucket = counts.buckets[proxy ?? ""] ?? LocalBucket()
            counts.buckets[proxy ?? ""] = bucket
            return bucket
        }
    }
}

/// A bucket without a burst.
package final class LocalBucket: SharedBucket {
    private let free = Mutex(Int64.min)

    package func reserve(bytes: Int, rate: ByteRate, burst: ByteCount, at now: Int64) -> Int64 {
        free.withLock { free in
            let leaves = max(free, now)
            free = leaves + Int64(Double(bytes) / rate.bytesPerSecond * 1e9)
            return leaves
        }
    }
}
