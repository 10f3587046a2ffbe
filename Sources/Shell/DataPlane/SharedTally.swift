// SPDX-License-Identifier: Apache-2.0
package import FaultModel
import Synchronization

/// The counters of one rule, shared by all event loops.
///
/// A rule that counts as a whole, without `concurrent` and without a budget, costs atomics only. What
/// counts keys apart, or must be exact in several numbers at once, takes one short lock.
package final class SharedTally: Tally {
    /// How many clients or header values one rule counts apart; one beyond them is let pass and
    /// counted in ``uncounted``.
    package static let maximumKeys = 10_000

    private let counts: TallyCounts
    private let budget = SpentBudget()
    private let tell: @Sendable (TallyNews) -> Void

    /// - Parameter tell: Hears at most once of each kind of news, on whatever thread it happens.
    package convenience init(tell: @escaping @Sendable (TallyNews) -> Void = { _ in }) {
        self.init(TallyCounts(), tell)
    }

    private init(_ counts: TallyCounts, _ tell: @escaping @Sendable (TallyNews) -> Void) {
        self.counts = counts
        self.tell = tell
    }

    package var matches: UInt64 { counts.matches.load(ordering: .relaxed) }
    package var fired: UInt64 { counts.fired.load(ordering: .relaxed) }
    package var active: UInt64 { counts.active.load(ordering: .relaxed) }
    package var uncounted: UInt64 { counts.uncounted.load(ordering: .relaxed) }
    package var exhausted: Limit.Budget.Measure? { budget.exhausted }

    package func withFreshBudget() -> any Tally { SharedTally(counts, tell) }

    package func countMatch(in scope: TallyScope) -> UInt64? {
        let ordinal = counts.matches.wrappingAdd(1, ordering: .relaxed).newValue
        guard !scope.isRule else { return ordinal }
        guard let own = counts.keys.withLock({ $0.countMatch(scope) }) else {
            noteUncounted()
            return nil
        }
        return own
    }

    package func claimFiring(_ claim: FiringClaim) -> Bool {
        if claim.scope.isRule, claim.concurrent == nil, claim.budget == nil {
            guard counts.claim(atMost: claim.times) else { return false }
            counts.active.wrappingAdd(1, ordering: .relaxed)
            return true
        }
        let wasExhausted = budget.exhausted != nil
        let isClaimed = counts.keys.withLock { keys in
            if let most = claim.concurrent, counts.active.load(ordering: .acquiring) >= most {
                return false
            }
            guard counts.allows(claim, keys), claim.budget.map({ budget.take(claim, $0) }) ?? true
            else { return false }
            counts.count(claim, &keys)
            return true
        }
        if isClaimed, !wasExhausted { tellIfExhausted() }
        return isClaimed
    }

    package func endFiring() { counts.active.wrappingSubtract(1, ordering: .releasing) }

    package func takeQuota(_ limit: RateLimit, for key: TallyScope, at now: Int64) -> Quota? {
        guard let quota = counts.quotas.withLock({ $0.take(limit, for: key, at: now) }) else {
            noteUncounted()
            return nil
        }
        return quota
    }

    package func spend(bytes: UInt64) {
        if budget.spend(bytes) { tellIfExhausted() }
    }

    package func bucket(for proxy: String?) -> any SharedBucket {
        counts.buckets.withLock { buckets in
            if let bucket = buckets[proxy] { return bucket }
            let bucket = TokenBucket()
            buckets[proxy] = bucket
            return bucket
        }
    }

    package func counts(in scope: TallyScope) -> (matches: UInt64, fired: UInt64)? {
        scope.isRule ? (matches, fired) : counts.keys.withLock { $0.counted(scope) }
    }

    private func noteUncounted() {
        if counts.uncounted.wrappingAdd(1, ordering: .relaxed).oldValue == 0 { tell(.keysAreFull) }
    }

    private func tellIfExhausted() {
        if let measure = budget.announce() { tell(.exhausted(measure)) }
    }
}
