// SPDX-License-Identifier: Apache-2.0

/// When it applies, how often, and what then happens.
package struct Rule: Hashable, Sendable {
    /// Unique among all rules; part of every draw.
    package var id: String
    package var about: String?
    package var tags: [String]
    package var isEnabled: Bool
    package var when: Matcher
    package var limit: Limit
    /// In order; at least one.
    package var then: [Fault]
    /// No later rule is read for a unit on which this one fired (`final:`); default false.
    package var endsReading: Bool

    package init(
        id: String,
        about: String?,
        tags: [String],
        isEnabled: Bool,
        when: Matcher,
        limit: Limit,
        then: [Fault],
        endsReading: Bool = false
    ) {
        self.id = id
        self.about = about
        self.tags = tags
        self.isEnabled = isEnabled
        self.when = when
        self.limit = limit
        self.then = then
        self.endsReading = endsReading
    }
}

/// A rule in force: enabled, past its `after`, not past its `for`.
///
/// A class, because each decision hands on those that it looks at.
package final class ActiveRule: Sendable {
    package let rule: Rule
    /// Given anew each time the rule comes into force; never reused, always growing.
    package let serial: UInt64
    package let tally: any Tally
    /// When it came into force by its `after`, in nanoseconds of the run; a ramp counts from here,
    /// whatever its window did since.
    package let since: Int64
    /// Never fires and only learns what a `stale` fault will need: a rule that is disabled.
    package let onlyLearns: Bool
    /// What connections count by: the windows of a rule have one serial each and share this.
    package let term: UInt64

    package init(
        rule: Rule,
        serial: UInt64,
        tally: any Tally,
        since: Int64 = 0,
        onlyLearns: Bool = false,
        term: UInt64? = nil
    ) {
        self.rule = rule
        self.serial = serial
        self.tally = tally
        self.since = since
        self.onlyLearns = onlyLearns
        self.term = term ?? serial
    }
}
