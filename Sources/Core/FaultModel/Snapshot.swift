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

    package init(
        generation: UInt64,
        seed: UInt64,
        proxies: [ProxyDefinition],
        rules: [ActiveRule],
        partitions: [ActivePartition] = []
    ) {
        self.generation = generation
        self.seed = seed
        self.proxies = proxies
        self.rules = rules
        self.partitions = partitions
    }
}
