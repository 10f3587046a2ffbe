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
        var uncounted: UInt64 = 0
        var spentRequests: UInt64 = 0
        var exhausted: Limit.Budget.Measure?
        var byteLimit: UInt64?

        mutating func spend(_ claim: FiringClaim, of budget: Limit.Budget) {
            clients.insert(claim.client)
            connections += claim.isNewConnection ? 1 : 0
            spentRequests += 1
            byteLimit = budget.bytes
            if UInt64(clients.count) >= budget.clients ?? .max { exhausted = .clients }
            if connections >= budget.connections ?? .max { exhausted = .connections }
            if spentRequests >= budget.requests ?? .max { exhausted = .requests }
        }
    }

    private let counts = Mutex(Counts())
    private let maximumScopes: Int
    private let tell: @Sendable (TallyNews) -> Void

    package init(
        maximumScopes: Int = 1_000,
        tell: @escaping @Sendable (TallyNews) -> Void = { _ in }
    ) {
        self.maximumScopes = maximumScopes
        self.tell = tell
    }

    package var matches: UInt64 { counts.withLock { $0.matches.values.reduce(0, +) } }
    package var fired: UInt64 { counts.withLock { $0.fired.values.reduce(0, +) } }
    package var active: UInt64 { counts.withLock { $0.active } }
    package var uncounted: UInt64 { counts.withLock { $0.uncounted } }
    package var exhausted: Limit.Budget.Measure? { counts.withLock { $0.exhausted } }
    package var spentBytes: UInt64 { counts.withLock { $0.bytes } }

    package func countMatch(in scope: TallyScope) -> UInt64? {
        let (ordinal, isNews) = counts.withLock { counts -> (UInt64?, Bool) in
            guard counts.matches[scope] != nil || counts.matches.count < maximumScopes else {
                counts.uncounted += 1
                return (nil, counts.uncounted == 1)
            }
            counts.matches[scope, default: 0] += 1
            return (counts.matches[scope], false)
        }
        if isNews { tell(.keysAreFull) }
        return ordinal
    }

    package func claimFiring(_ claim: FiringClaim) -> Bool {
        let (isClaimed, news) = counts.withLock { counts -> (Bool, TallyNews?) in
            guard counts.exhausted == nil else { return (false, nil) }
            if let times = claim.times, counts.fired[claim.scope, default: 0] >= times {
                return (false, nil)
            }
            if let most = claim.concurrent, counts.active >= most { return (false, nil) }
            counts.fired[claim.scope, default: 0] += 1
            counts.active += 1
            guard let budget = claim.budget else { return (true, nil) }
            counts.spend(claim, of: budget)
            return (true, counts.exhausted.map { .exhausted($0) })
        }
        if let news { tell(news) }
        return isClaimed
    }

    package func counts(in scope: TallyScope) -> (matches: UInt64, fired: UInt64)? {
        counts.withLock { ($0.matches[scope, default: 0], $0.fired[scope, default: 0]) }
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

    package func spend(bytes: UInt64) {
        let isNews = counts.withLock { counts in
            counts.bytes += bytes
            guard let most = counts.byteLimit, counts.bytes >= most, counts.exhausted == nil else {
                return false
            }
            counts.exhausted = .bytes
            return true
        }
        if isNews { tell(.exhausted(.bytes)) }
    }

    package func withFreshBudget() -> any Tally {
        let fresh = LocalTally(maximumScopes: maximumScopes, tell: tell)
        let (matches, fired) = counts.withLock { ($0.matches, $0.fired) }
        fresh.counts.withLock {
            $0.matches = matches
            $0.fired = fired
        }
        return fresh
    }

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
