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

    package init(
        id: String,
        about: String?,
        tags: [String],
        isEnabled: Bool,
        when: Matcher,
        limit: Limit,
        then: [Fault]
    ) {
        self.id = id
        self.about = about
        self.tags = tags
        self.isEnabled = isEnabled
        self.when = when
        self.limit = limit
        self.then = then
    }
}

/// A rule in force: enabled, past its `after`, not past its `for`.
package struct ActiveRule: Sendable {
    package let rule: Rule
    /// Given anew each time the rule comes into force; never reused, always growing.
    package let serial: UInt64
    package let tally: any Tally

    package init(rule: Rule, serial: UInt64, tally: any Tally) {
        self.rule = rule
        self.serial = serial
        self.tally = tally
    }
}
