// SPDX-License-Identifier: Apache-2.0

/// The whole desired state of the data path, immutable: the control plane publishes one, and each
/// event loop adopts it between two events.
package struct Snapshot: Sendable {
    /// Grows by one with every change.
    package let generation: UInt64
    package let seed: UInt64
    package let proxies: [ProxyDefinition]
    /// The rules in force, in the order in which they are read.
    package let rules: [ActiveRule]
    /// The partitions that cut at this moment, in their order.
    package let partitions: [ActivePartition]
    /// Ids of the rules whose remembered answers stay, in force or not; those in force always do.
    package let remembering: Set<String>
    /// The terms of rules whose windows are closed now: connections keep what they counted.
    package let pausedTerms: Set<UInt64>

    package init(
        generation: UInt64,
        seed: UInt64,
        proxies: [ProxyDefinition],
        rules: [ActiveRule],
        partitions: [ActivePartition] = [],
        remembering: Set<String> = [],
        pausedTerms: Set<UInt64> = []
    ) {
        self.generation = generation
        self.seed = seed
        self.proxies = proxies
        self.rules = rules
        self.partitions = partitions
        self.remembering = remembering
        self.pausedTerms = pausedTerms
    }

    /// Whose remembered answers stay.
    package var rulesThatRemember: Set<String> {
        remembering.union(
            rules.lazy.map(\.rule).filter { $0.then.contains { $0.kind == .stale } }.map(\.id)
        )
    }
}
