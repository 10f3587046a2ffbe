// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A partition and what it cuts: one of `/v1/partitions`.
package struct PartitionReply: Codable, Equatable, Sendable {
    package var id: String
    package var about: String?
    /// Whether it cuts at this moment: not between two flaps, and no panic.
    package var inForce: Bool
    /// `hang`, `reset` or `refuse`.
    package var how: String
    /// From 0 to 100.
    package var percent: Double
    /// The proxies whose edges it cuts, in the order of the configuration.
    package var cuts: [Edge]
    /// Nanoseconds until it begins or ceases to cut, or ends; `nil`: never by itself.
    package var changesIn: Int64?
    /// Nanoseconds until `for` has passed and it heals by itself; `nil`: never.
    package var expiresIn: Int64?
    /// The lease with which it ends.
    package var lease: String?
    /// As it was written.
    package var source: DocumentValue

    /// A proxy's edge, and the directions in which it is cut.
    package struct Edge: Codable, Hashable, Sendable {
        package var proxy: String
        package var toServer: Bool
        package var toClient: Bool

        package init(proxy: String, toServer: Bool, toClient: Bool) {
            self.proxy = proxy
            self.toServer = toServer
            self.toClient = toClient
        }

        private enum CodingKeys: String, CodingKey {
            case proxy
            case toServer = "to_server"
            case toClient = "to_client"
        }
    }

    package init(
        id: String,
        about: String?,
        inForce: Bool,
        how: String,
        percent: Double,
        cuts: [Edge],
        changesIn: Int64?,
        expiresIn: Int64?,
        lease: String?,
        source: DocumentValue
    ) {
        self.id = id
        self.about = about
        self.inForce = inForce
        self.how = how
        self.percent = percent
        self.cuts = cuts
        self.changesIn = changesIn
        self.expiresIn = expiresIn
        self.lease = lease
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case id, about, how, percent, cuts, lease, source
        case inForce = "in_force"
        case changesIn = "changes_in"
        case expiresIn = "expires_in"
    }
}

/// GET `/v1/partitions`, in the order of their making.
package struct PartitionsReply: Codable, Equatable, Sendable {
    package var generation: UInt64
    package var partitions: [PartitionReply]

    package init(generation: UInt64, partitions: [PartitionReply]) {
        self.generation = generation
        self.partitions = partitions
    }
}
