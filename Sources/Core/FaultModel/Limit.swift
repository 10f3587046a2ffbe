// SPDX-License-Identifier: Apache-2.0

/// How often a rule that matches fires.
package struct Limit: Hashable, Sendable {
    /// Each match that the counters admit is tossed; default: always.
    package var probability: Probability = .always
    /// The probability grows from ``probability`` to another; `nil`: it stays.
    package var ramp: Ramp?
    /// Lets the first so many matches pass; default 0.
    package var skip: UInt64 = 0
    /// Fires at most so many times; `nil`: no limit.
    package var times: UInt64?
    /// Of the matches past `skip`, only each so-manieth; default 1, at least 1.
    package var every: UInt64 = 1
    package var scope: Scope = .rule
    /// At most so many units have faults of this rule at once; `nil`: no limit.
    package var concurrent: UInt64?
    package var budget: Budget?
    /// The rule starts to act so long after it was enabled; default 0.
    package var after: Duration = .zero
    /// So long after it started to act the rule disables itself; `nil`: never.
    package var duration: Duration?
    /// In force only inside the window; `nil`: always.
    package var window: Window?

    /// What skip, times and every count (`per:`); default `rule`.
    package enum Scope: Hashable, Sendable {
        case rule
        case connection
        case client
        /// The value of a header field, its name in lower case; without it, all are one.
        case header([UInt8])
    }

    /// A probability that changes evenly with time, from the moment the rule comes into force.
    package struct Ramp: Hashable, Sendable {
        package var to: Probability
        package var over: Duration

        package init(to: Probability, over: Duration) {
            self.to = to
            self.over = over
        }
    }

    /// Time in force that comes again and again, first when the rule starts to act.
    package struct Window: Hashable, Sendable {
        /// How long the rule is in force each time; shorter than ``every``.
        package var on: Duration
        /// From one beginning to the next; at least ``shortest``.
        package var every: Duration

        /// Each edge is a change of rules: 100 ms.
        package static let shortest = Duration.milliseconds(100)

        package init(on: Duration, every: Duration) {
            self.on = on
            self.every = every
        }
    }

    /// How much may be hit; reaching one of them disables the rule.
    package struct Budget: Hashable, Sendable {
        /// Distinct clients; at most ``maximumClients``.
        package var clients: UInt64?
        /// Distinct connections.
        package var connections: UInt64?
        /// Exchanges and streams.
        package var requests: UInt64?
        /// Bytes of the units hit, in both directions, as they pass.
        package var bytes: UInt64?

        package static let maximumClients: UInt64 = 10_000

        /// What a budget counts.
        package enum Measure: String, Sendable, CaseIterable {
            case clients
            case connections
            case requests
            case bytes
        }

        package init(
            clients: UInt64? = nil,
            connections: UInt64? = nil,
            requests: UInt64? = nil,
            bytes: UInt64? = nil
        ) {
            self.clients = clients
            self.connections = connections
            self.requests = requests
            self.bytes = bytes
        }
    }

    package static let none = Limit()

    package init() {}

    /// Whether `skip` and `every` let the match of this ordinal (from 1) go on to the toss.
    package func admits(match ordinal: UInt64) -> Bool {
        ordinal > skip && (ordinal - skip).isMultiple(of: every)
    }

    /// The probability at a time after the rule came into force.
    package func probability(after elapsed: Duration) -> Probability {
        guard let ramp else { return probability }
        guard elapsed < ramp.over else { return ramp.to }
        let progress = max(0, elapsed.inSeconds / ramp.over.inSeconds)
        return probability.moved(toward: ramp.to, by: progress)
    }
}
