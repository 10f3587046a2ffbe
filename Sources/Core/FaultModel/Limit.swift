// SPDX-License-Identifier: Apache-2.0

/// How often a rule that matches fires.
package struct Limit: Hashable, Sendable {
    /// Each match that the counters admit is tossed; default: always.
    package var probability: Probability
    /// Lets the first so many matches pass; default 0.
    package var skip: UInt64
    /// Fires at most so many times; `nil`: no limit.
    package var times: UInt64?
    /// Of the matches past `skip`, only each so-manieth; default 1, at least 1.
    package var every: UInt64
    package var scope: Scope
    /// The rule starts to act so long after it was enabled; default 0.
    package var after: Duration
    /// So long after it started to act the rule disables itself; `nil`: never.
    package var duration: Duration?

    /// What skip, times and every count (`per:`); default `rule`.
    package enum Scope: Hashable, Sendable {
        case rule
        case connection
        case client
    }

    package static let none = Limit(
        probability: .always,
        skip: 0,
        times: nil,
        every: 1,
        scope: .rule,
        after: .zero,
        duration: nil
    )

    package init(
        probability: Probability,
        skip: UInt64,
        times: UInt64?,
        every: UInt64,
        scope: Scope,
        after: Duration,
        duration: Duration?
    ) {
        self.probability = probability
        self.skip = skip
        self.times = times
        self.every = every
        self.scope = scope
        self.after = after
        self.duration = duration
    }

    /// Whether `skip` and `every` let the match of this ordinal (from 1) go on to the toss.
    package func admits(match ordinal: UInt64) -> Bool {
        ordinal > skip && (ordinal - skip).isMultiple(of: every)
    }
}

/// Counts the matches and firings of one rule while it is in force, for all event loops.
///
/// Core only asks; the shell keeps the numbers, because they are the one thing that connections on
/// different event loops share.
package protocol Tally: AnyObject, Sendable {
    /// How often the rule matched, in all scopes together.
    var matches: UInt64 { get }

    /// How often the rule fired, in all scopes together.
    var fired: UInt64 { get }

    /// Counts one match.
    ///
    /// - Returns: its ordinal, from 1, in `scope`; `nil` when the table of clients is full and this
    ///   client is not in it, in which case the rule must not fire.
    func countMatch(in scope: TallyScope) -> UInt64?

    /// Claims one firing, unless `times` are used up.
    func claimFiring(in scope: TallyScope, atMost times: UInt64?) -> Bool
}

/// Whose counters are meant.
package enum TallyScope: Hashable, Sendable {
    case rule
    case client(IPAddress?)
}

/// The counters of the rules that count per connection; kept by the connection itself.
package struct ConnectionTallies: Equatable, Sendable {
    private var counts: [UInt64: Count] = [:]

    private struct Count: Equatable {
        var matches: UInt64 = 0
        var fired: UInt64 = 0
    }

    package init() {}

    mutating func countMatch(_ serial: UInt64) -> UInt64 {
        counts[serial, default: Count()].matches += 1
        return counts[serial, default: Count()].matches
    }

    mutating func claimFiring(_ serial: UInt64, atMost times: UInt64?) -> Bool {
        if let times, counts[serial, default: Count()].fired >= times { return false }
        counts[serial, default: Count()].fired += 1
        return true
    }

    /// Forgets the rules that are no longer in force.
    package mutating func keep(_ isInForce: (UInt64) -> Bool) {
        guard !counts.isEmpty else { return }
        counts = counts.filter { isInForce($0.key) }
    }
}
