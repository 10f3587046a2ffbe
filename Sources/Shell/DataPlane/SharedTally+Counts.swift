// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Synchronization

/// What a rule has counted; it outlives the budgets of the rule's times in force.
final class TallyCounts: Sendable {
    let matches = Atomic<UInt64>(0)
    let fired = Atomic<UInt64>(0)
    let active = Atomic<UInt64>(0)
    let uncounted = Atomic<UInt64>(0)
    /// Also what makes a claim of several numbers one step.
    let keys = Mutex(KeyTable())
    let quotas = Mutex(QuotaTable())
    /// One for each proxy that the rule acts on, and one for all of them.
    let buckets = Mutex<[String?: TokenBucket]>([:])

    /// Counts a firing of the whole rule, unless so many have been counted.
    func claim(atMost times: UInt64?) -> Bool {
        guard let times else {
            fired.wrappingAdd(1, ordering: .relaxed)
            return true
        }
        var known = fired.load(ordering: .relaxed)
        while known < times {
            let (exchanged, original) = fired.weakCompareExchange(
                expected: known,
                desired: known + 1,
                ordering: .relaxed
            )
            if exchanged { return true }
            known = original
        }
        return false
    }

    /// Whether `times` lets the claim through.
    func allows(_ claim: FiringClaim, _ keys: KeyTable) -> Bool {
        guard claim.scope != .rule else {
            return claim.times.map { fired.load(ordering: .relaxed) < $0 } ?? true
        }
        return keys.allows(claim.scope, atMost: claim.times)
    }

    func count(_ claim: FiringClaim, _ keys: inout KeyTable) {
        if claim.scope != .rule { keys.countFiring(claim.scope) }
        fired.wrappingAdd(1, ordering: .relaxed)
        active.wrappingAdd(1, ordering: .relaxed)
    }
}

/// The counters of each client or header value; keys that are in the table stay in it.
struct KeyTable {
    private var counts: [TallyScope: Count] = [:]

    private struct Count {
        var matches: UInt64 = 0
        var fired: UInt64 = 0
    }

    /// - Returns: `nil` when the table is full and the key is not in it.
    mutating func countMatch(_ key: TallyScope) -> UInt64? {
        guard counts.count < SharedTally.maximumKeys || counts[key] != nil else { return nil }
        counts[key, default: Count()].matches &+= 1
        return counts[key]?.matches
    }

    /// - Returns: `nil` when the table is full and the key is not in it.
    func counted(_ key: TallyScope) -> (matches: UInt64, fired: UInt64)? {
        guard let count = counts[key] else {
            return counts.count < SharedTally.maximumKeys ? (0, 0) : nil
        }
        return (count.matches, count.fired)
    }

    /// A key whose match was not counted does not fire.
    func allows(_ key: TallyScope, atMost times: UInt64?) -> Bool {
        guard let count = counts[key] else { return counts.count < SharedTally.maximumKeys }
        return times.map { count.fired < $0 } ?? true
    }

    mutating func countFiring(_ key: TallyScope) { counts[key, default: Count()].fired &+= 1 }
}

/// What is used of each key's quota, in windows that begin with the key's first request.
struct QuotaTable {
    private var windows: [TallyScope: Window] = [:]
    /// No window ends before this.
    private var earliestEnd = Int64.max

    private struct Window {
        var used: UInt64
        var end: Int64
    }

    var count: Int { windows.count }

    /// - Returns: `nil` when the table is full of windows that have not ended.
    mutating func take(_ limit: RateLimit, for key: TallyScope, at now: Int64) -> Quota? {
        var window = windows[key]
        if window == nil {
            reclaim(at: now)
            guard windows.count < SharedTally.maximumKeys else { return nil }
        }
        if (window?.end ?? .min) <= now { window = nil }
        let (end, overflow) = now.addingReportingOverflow(limit.interval.nanoseconds)
        var next = window ?? Window(used: 0, end: overflow ? .max : end)
        let isGranted = next.used < limit.quota
        if isGranted { next.used += 1 }
        windows[key] = next
        earliestEnd = min(earliestEnd, next.end)
        return Quota(
            isGranted: isGranted,
            remaining: limit.quota - min(next.used, limit.quota),
            resetsIn: next.end - now
        )
    }

    /// Makes room when there is none, by forgetting the windows that have ended.
    private mutating func reclaim(at now: Int64) {
        guard windows.count >= SharedTally.maximumKeys, earliestEnd <= now else { return }
        windows = windows.filter { $0.value.end > now }
        earliestEnd = windows.values.lazy.map(\.end).min() ?? .max
    }
}
