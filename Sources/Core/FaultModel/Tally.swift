// SPDX-License-Identifier: Apache-2.0

/// Counts the matches and firings of one rule while it is in force, for all event loops.
///
/// Core only asks; the shell keeps the numbers, because they are the one thing that connections on
/// different event loops share.
package protocol Tally: AnyObject, Sendable {
    /// How often the rule matched, in all scopes together.
    var matches: UInt64 { get }

    /// How often the rule fired, in all scopes together.
    var fired: UInt64 { get }

    /// Units that have faults of this rule now.
    var active: UInt64 { get }

    /// Matches and requests that could not be counted, because a table of keys was full.
    var uncounted: UInt64 { get }

    /// What of the budget is used up; `nil`: nothing, the rule may fire.
    var exhausted: Limit.Budget.Measure? { get }

    /// The same counters with a budget that is whole again, for a rule that is enabled again.
    func withFreshBudget() -> any Tally

    /// Counts one match.
    ///
    /// - Returns: its ordinal, from 1, in `scope`; `nil` when the table of keys is full and this key
    ///   is not in it, in which case the rule must not fire.
    func countMatch(in scope: TallyScope) -> UInt64?

    /// Claims one firing: counts it, and the unit as active, unless `times`, `concurrent` or the
    /// budget are used up.
    ///
    /// The firing with which a number of the budget is reached is granted, and none after it.
    /// The caller pairs each claim that was granted with one ``endFiring()``.
    func claimFiring(_ claim: FiringClaim) -> Bool

    /// A unit has no faults of this rule any more.
    func endFiring()

    /// Takes one request from a quota.
    ///
    /// - Parameters:
    ///   - key: Whose quota; `.rule` for one that all share.
    ///   - now: The time of the run, in nanoseconds.
    /// - Returns: what is left; `nil` when the table of keys is full and this key is not in it.
    func takeQuota(_ limit: RateLimit, for key: TallyScope, at now: Int64) -> Quota?

    /// Counts bytes against the budget.
    func spend(bytes: UInt64)

    /// The bucket that connections of the rule share; one for each proxy, or with `nil` one for all.
    func bucket(for proxy: String?) -> any SharedBucket

    /// What was counted in `scope`; `nil` where that is not known. Looking changes nothing.
    func counts(in scope: TallyScope) -> (matches: UInt64, fired: UInt64)?
}

extension Tally {
    package func counts(in scope: TallyScope) -> (matches: UInt64, fired: UInt64)? {
        scope == .rule ? (matches, fired) : nil
    }
}

/// What the counters of a rule have to say to whoever keeps the rule.
package enum TallyNews: Equatable, Sendable {
    /// The budget is used up: the rule cannot fire any more.
    case exhausted(Limit.Budget.Measure)
    /// There are more clients or header values than are counted apart.
    case keysAreFull
}

/// Whose counters are meant.
package enum TallyScope: Hashable, Sendable {
    case rule
    case client(IPAddress?)
    /// The value of a header field, cut to ``maximumValueLength`` bytes.
    case value([UInt8])
    /// A connection, by its ordinal on its proxy.
    case connection(proxy: String, ordinal: UInt64)

    package static let maximumValueLength = 256

    /// Whether the rule counts as a whole.
    package var isRule: Bool { if case .rule = self { true } else { false } }
}

/// What a rule asks for when it is about to fire.
package struct FiringClaim: Sendable {
    package let scope: TallyScope
    /// `nil` where the connection counts its own.
    package let times: UInt64?
    package let concurrent: UInt64?
    package let budget: Limit.Budget?
    package let client: IPAddress?
    /// Whether the rule fires on this connection for the first time.
    package let isNewConnection: Bool

    package init(
        scope: TallyScope,
        times: UInt64?,
        concurrent: UInt64? = nil,
        budget: Limit.Budget? = nil,
        client: IPAddress? = nil,
        isNewConnection: Bool = true
    ) {
        self.scope = scope
        self.times = times
        self.concurrent = concurrent
        self.budget = budget
        self.client = client
        self.isNewConnection = isNewConnection
    }
}

/// What is left of a quota after one request was counted.
package struct Quota: Equatable, Sendable {
    /// Whether the request is within the quota.
    package let isGranted: Bool
    package let remaining: UInt64
    /// Until the window ends, in nanoseconds.
    package let resetsIn: Int64

    package init(isGranted: Bool, remaining: UInt64, resetsIn: Int64) {
        self.isGranted = isGranted
        self.remaining = remaining
        self.resetsIn = resetsIn
    }
}

/// A token bucket for many connections: each reserves the time at which its bytes may leave.
package protocol SharedBucket: AnyObject, Sendable {
    /// - Returns: when these bytes may leave, in nanoseconds of the run; `now` when at once.
    func reserve(bytes: Int, rate: ByteRate, burst: ByteCount, at now: Int64) -> Int64
}

/// One unit's hold on a rule's count of active units; given back when the last copy goes.
package final class FiringHold: Sendable {
    package let tally: any Tally
    /// Whether the unit's bytes count against a budget.
    package let countsBytes: Bool

    /// - Parameter tally: Has granted the claim.
    package init(_ tally: any Tally, countsBytes: Bool = false) {
        self.tally = tally
        self.countsBytes = countsBytes
    }

    deinit { tally.endFiring() }
}

/// The counters of the rules that count per connection; kept by the connection itself.
package struct ConnectionTallies: Equatable, Sendable {
    private var counts: [UInt64: Count] = [:]

    private struct Count: Equatable {
        var matches: UInt64 = 0
        var fired: UInt64 = 0
    }

    package init() {}

    mutating func countMatch(_ term: UInt64) -> UInt64 {
        counts[term, default: Count()].matches += 1
        return counts[term, default: Count()].matches
    }

    /// How often the rule has fired on this connection.
    func fired(_ term: UInt64) -> UInt64 { counts[term]?.fired ?? 0 }

    mutating func countFiring(_ term: UInt64) { counts[term, default: Count()].fired += 1 }

    /// Forgets the rules that are no longer in force, and not between two windows.
    package mutating func keep(_ isCounted: (_ term: UInt64) -> Bool) {
        guard !counts.isEmpty else { return }
        counts = counts.filter { isCounted($0.key) }
    }
}
