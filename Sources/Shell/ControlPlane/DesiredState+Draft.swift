// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

extension DesiredState {
    /// Everything that a change may change.
    struct Draft: Sendable {
        var configuredSeed: UInt64?
        var environment: Configuration.Environment
        var proxies: [ProxyEntry]
        var book: RuleBook
        var partitions = PartitionBook()
        var leases = LeaseBook()
        /// While it is, nothing is in force, whatever the books say.
        var isPanicked = false
        var serials = Serials()

        var configuration: Configuration {
            Configuration(
                seed: configuredSeed,
                environment: environment,
                proxies: proxies,
                rules: book.entries,
                partitions: partitions.entries
            )
        }

        /// The next time at which something comes into force or ends.
        var deadline: Int64? {
            [
                book.deadline(isPanicked: isPanicked), partitions.deadline(isPanicked: isPanicked),
                leases.deadline,
            ]
            .compactMap(\.self).min()
        }

        /// Brings everything to a time: ends what has had its time, and gives serials to what comes
        /// into force.
        mutating func settle(at now: Int64) -> [StateChange] {
            var changes: [StateChange] = []
            for lease in leases.expired(at: now) {
                changes += end(lease, word: "lease.expired")
            }
            changes += book.settle(at: now, isPanicked: isPanicked, serials: &serials)
            return changes
                + partitions.settle(at: now, isPanicked: isPanicked, serials: &serials)
        }

        /// Ends a lease, and with it all that belongs to it.
        mutating func end(_ lease: String, word: String) -> [StateChange] {
            leases.remove(lease)
            return [StateChange(word, lease)] + book.release(lease) + partitions.release(lease)
        }
    }

    /// Numbers for times in force, of rules and of partitions: never used twice.
    struct Serials: Sendable {
        private var last: UInt64 = 0

        mutating func next() -> UInt64 {
            last += 1
            return last
        }
    }
}
