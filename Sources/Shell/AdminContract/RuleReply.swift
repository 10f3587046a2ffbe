// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A rule and what has become of it: one of `/v1/rules`.
package struct RuleReply: Codable, Equatable, Sendable {
    package var id: String
    package var about: String?
    package var tags: [String]
    package var enabled: Bool
    /// Enabled, past `after`, not past `for`, in its window, and no panic.
    package var inForce: Bool
    /// Nanoseconds until `after` has passed; `nil` when the rule is in force or disabled.
    package var startsIn: Int64?
    /// Nanoseconds until `for` has passed and the rule disables itself; `nil`: never.
    package var expiresIn: Int64?
    package var matches: UInt64
    package var fired: UInt64
    /// Units that have faults of the rule now.
    package var active: UInt64
    /// What passed without being counted, because there were more clients or header values than are
    /// counted apart.
    package var uncounted: UInt64
    /// What of the budget is used up: `clients`, `connections`, `requests` or `bytes`.
    package var exhausted: String?
    /// `nil`: the rule has no window, or its time has not begun.
    package var window: Window?
    /// The words of its faults, in order, such as `delay`, `respond`.
    package var faults: [String]
    /// The lease that the rule, or its being enabled, ends with.
    package var lease: String?
    /// As it was written.
    package var source: DocumentValue

    package init(
        id: String,
        about: String?,
        tags: [String],
        enabled: Bool,
        inForce: Bool,
        startsIn: Int64?,
        expiresIn: Int64?,
        matches: UInt64,
        fired: UInt64,
        active: UInt64,
        uncounted: UInt64,
        exhausted: String? = nil,
        window: Window? = nil,
        faults: [String],
        lease: String? = nil,
        source: DocumentValue
    ) {
        self.id = id
        self.about = about
        self.tags = tags
        self.enabled = enabled
        self.inForce = inForce
        self.startsIn = startsIn
        self.expiresIn = expiresIn
        self.matches = matches
        self.fired = fired
        self.active = active
        self.uncounted = uncounted
        self.exhausted = exhausted
        self.window = window
        self.faults = faults
        self.lease = lease
        self.source = source
    }

    /// Where a rule's window stands.
    package struct Window: Codable, Equatable, Sendable {
        package var open: Bool
        /// Nanoseconds until it closes or opens.
        package var changesIn: Int64

        package init(open: Bool, changesIn: Int64) {
            self.open = open
            self.changesIn = changesIn
        }

        private enum CodingKeys: String, CodingKey {
            case open
            case changesIn = "changes_in"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, about, tags, enabled, matches, fired, active, uncounted, exhausted, window
        case faults, lease, source
        case inForce = "in_force"
        case startsIn = "starts_in"
        case expiresIn = "expires_in"
    }
}

/// GET `/v1/rules`, in the order in which they are read.
package struct RulesReply: Codable, Equatable, Sendable {
    package var generation: UInt64
    package var rules: [RuleReply]

    package init(generation: UInt64, rules: [RuleReply]) {
        self.generation = generation
        self.rules = rules
    }
}

/// What a successful change is answered with, where no object is.
package struct ChangeReply: Codable, Equatable, Sendable {
    /// The generation that every event loop and live connection obeys; with `validate-only` the one
    /// that is still in force.
    package var generation: UInt64
    /// `false` for `validate-only`.
    package var applied: Bool
    package var proxies: Int
    package var rules: Int
    package var partitions: Int

    package init(generation: UInt64, applied: Bool, proxies: Int, rules: Int, partitions: Int) {
        self.generation = generation
        self.applied = applied
        self.proxies = proxies
        self.rules = rules
        self.partitions = partitions
    }
}
