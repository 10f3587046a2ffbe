// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The leases that run: a value, so that a change can be tried on a copy and dropped.
///
/// What belongs to a lease says so itself; a lease knows only its time.
struct LeaseBook: Sendable {
    struct Lease: Sendable {
        let id: String
        let ttl: Duration
        let createdAt: Int64
        var expiresAt: Int64
        var renewals = 0
    }

    /// Leases at a time.
    static let maximum = 1_000
    /// How long a lease may run without being renewed.
    static let ttlRange = Duration.seconds(1)...Duration.seconds(86_400)

    /// In the order of their making.
    private(set) var leases: [Lease] = []

    subscript(id: String) -> Lease? { leases.first { $0.id == id } }

    /// When the next lease ends by itself.
    var deadline: Int64? { leases.lazy.map(\.expiresAt).min() }

    var isFull: Bool { leases.count >= Self.maximum }

    func expired(at now: Int64) -> [String] {
        leases.filter { $0.expiresAt <= now }.map(\.id)
    }

    mutating func add(_ id: String, ttl: Duration, at now: Int64) {
        leases.append(
            Lease(id: id, ttl: ttl, createdAt: now, expiresAt: now + ttl.nanoseconds)
        )
    }

    mutating func renew(_ id: String, at now: Int64) -> Bool {
        guard let position = leases.firstIndex(where: { $0.id == id }) else { return false }
        leases[position].expiresAt = now + leases[position].ttl.nanoseconds
        leases[position].renewals += 1
        return true
    }

    mutating func remove(_ id: String) { leases.removeAll { $0.id == id } }
}
