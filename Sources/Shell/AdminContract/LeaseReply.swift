// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A lease and what belongs to it: one of `/v1/leases`.
package struct LeaseReply: Codable, Hashable, Sendable {
    package var id: String
    /// Nanoseconds that it runs without being renewed.
    package var ttl: Int64
    /// Nanoseconds until it ends, unless it is renewed.
    package var expiresIn: Int64
    package var renewals: Int
    /// The ids of the rules that were made under it, or enabled.
    package var rules: [String]
    /// The ids of the partitions that were made under it.
    package var partitions: [String]

    package init(
        id: String,
        ttl: Int64,
        expiresIn: Int64,
        renewals: Int,
        rules: [String],
        partitions: [String]
    ) {
        self.id = id
        self.ttl = ttl
        self.expiresIn = expiresIn
        self.renewals = renewals
        self.rules = rules
        self.partitions = partitions
    }

    private enum CodingKeys: String, CodingKey {
        case id, ttl, renewals, rules, partitions
        case expiresIn = "expires_in"
    }
}

/// GET `/v1/leases`, in the order of their making.
package struct LeasesReply: Codable, Hashable, Sendable {
    package var leases: [LeaseReply]

    package init(leases: [LeaseReply]) { self.leases = leases }
}

/// POST `/v1/marks`.
package struct MarkReply: Codable, Equatable, Sendable {
    package var name: String
    package var data: DocumentValue?

    package init(name: String, data: DocumentValue?) {
        self.name = name
        self.data = data
    }
}
