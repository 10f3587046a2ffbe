// SPDX-License-Identifier: Apache-2.0

/// A split of the network: which edges between nodes are cut, how, and for how long.
///
/// A proxy is the edge between its `from` and its `to`. A partition is no rule: it has no matchers
/// and no limit, and is made and healed in one step across all proxies.
package struct Partition: Hashable, Sendable {
    /// Unique among all partitions; part of the hash that chooses the peers.
    package var id: String
    package var about: String?
    package var edges: Edges
    /// Default: hang.
    package var how: How
    /// The share of the clients that are cut off, chosen by a stable hash of their address.
    ///
    /// Default: always. Always `always` for ``How/refuse``.
    package var percent: Probability
    package var flap: Flap?
    /// So long after it was made it heals by itself (`for`); `nil`: never.
    package var duration: Duration?

    package init(
        id: String,
        about: String? = nil,
        edges: Edges,
        how: How = .hang,
        percent: Probability = .always,
        flap: Flap? = nil,
        duration: Duration? = nil
    ) {
        self.id = id
        self.about = about
        self.edges = edges
        self.how = how
        self.percent = percent
        self.flap = flap
        self.duration = duration
    }

    /// Which edges are cut.
    package enum Edges: Hashable, Sendable {
        /// Those between nodes of different groups: at least two groups, no node in two of them.
        ///
        /// Nodes that are not named are untouched. One way: exactly two groups, and only what the
        /// first one sends toward the second is cut.
        case between(groups: [[String]], isOneWay: Bool)
        /// The edges of these proxies themselves, whatever their nodes.
        case of(ProxySelector, toward: Toward)
    }

    /// What becomes of the bytes on a cut edge.
    package enum How: String, Hashable, Sendable {
        /// Nothing passes, and nobody is told; what was held passes when the partition heals.
        case hang
        /// Connections are reset: those that live, and each new one.
        case reset
        /// The listener is closed, so that a connect is refused; connections that live are reset.
        case refuse
    }

    /// Cut for a time, whole for a time, and so on; it begins cut.
    package struct Flap: Hashable, Sendable {
        /// At least ``minimum`` each.
        package var down: Duration
        package var up: Duration

        /// Each edge of time publishes a snapshot: 100 ms.
        package static let minimum = Duration.milliseconds(100)

        package init(down: Duration, up: Duration) {
            self.down = down
            self.up = up
        }
    }
}

extension Partition {
    /// The directions in which a proxy's edge is cut; `nil`: it is untouched.
    package func directions(of proxy: ProxyDefinition) -> (toServer: Bool, toClient: Bool)? {
        switch edges {
        case .of(let selector, let toward):
            guard selector.selects(name: proxy.name, tags: proxy.tags) else { return nil }
            return (toward != .client, toward != .server)
        case .between(let groups, let isOneWay):
            guard let from = groups.firstIndex(where: { $0.contains(proxy.from) }),
                let to = groups.firstIndex(where: { $0.contains(proxy.to) }), from != to
            else { return nil }
            guard isOneWay else { return (true, true) }
            guard from == 0 && to == 1 || from == 1 && to == 0 else { return nil }
            return (from == 0, to == 0)
        }
    }
}

/// A partition that cuts at this moment: not healed, not between two flaps, not past its `for`.
package struct ActivePartition: Hashable, Sendable {
    package let partition: Partition
    /// Given anew each time it begins to cut; never reused, also not by a rule, always growing.
    package let serial: UInt64

    package init(partition: Partition, serial: UInt64) {
        self.partition = partition
        self.serial = serial
    }

    /// What it does to one proxy's edge; `nil`: nothing.
    package func cut(of proxy: ProxyDefinition, seed: UInt64) -> Cut? {
        guard let directions = partition.directions(of: proxy) else { return nil }
        return Cut(
            partition: partition.id,
            toServer: directions.toServer,
            toClient: directions.toClient,
            how: partition.how,
            serial: serial,
            percent: partition.percent,
            seed: seed
        )
    }
}

/// What a partition does to the connections of one proxy.
package struct Cut: Hashable, Sendable {
    /// The partition's id.
    package let partition: String
    /// Whether what clients send is held back or lost.
    package let toServer: Bool
    /// Whether what the server sends is held back or lost.
    package let toClient: Bool
    package let how: Partition.How
    /// Of the partition's time in force.
    package let serial: UInt64
    package let percent: Probability
    package let seed: UInt64

    package init(
        partition: String,
        toServer: Bool,
        toClient: Bool,
        how: Partition.How,
        serial: UInt64,
        percent: Probability = .always,
        seed: UInt64 = 0
    ) {
        self.partition = partition
        self.toServer = toServer
        self.toClient = toClient
        self.how = how
        self.serial = serial
        self.percent = percent
        self.seed = seed
    }

    /// Whether a client is among those that are cut off.
    ///
    /// A stable hash of (seed, partition, address) decides: the same client is cut off on every
    /// connection, on every proxy and in every run of that seed, or never. Clients without an
    /// address (of a Unix socket) are one client.
    package func affects(client: IPAddress?) -> Bool {
        guard percent != .always else { return true }
        return Draw.share(seed: seed, of: partition, client: client) < percent.value
    }
}

extension Snapshot {
    /// What the partitions in force do to a proxy, in their order.
    package func cuts(of proxy: ProxyDefinition) -> [Cut] {
        partitions.compactMap { $0.cut(of: proxy, seed: seed) }
    }
}
