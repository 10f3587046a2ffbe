// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Counts answers by route and status, and connections.
///
/// A route is counted by its template, never by the path that was asked for, so the number of
/// series is bounded by the route table.
final class RequestCounters: Sendable {
    struct Key: Sendable, Hashable {
        let method: String
        let route: String
        let status: UInt
    }

    struct Figures: Sendable {
        var answers: [Key: Int] = [:]
        var openConnections = 0
        var refusedConnections = 0

        var total: Int { answers.values.reduce(0, +) }
        var failed: Int { answers.filter { $0.key.status >= 500 }.values.reduce(0, +) }
    }

    private let state = Mutex(Figures())

    var figures: Figures { state.withLock { $0 } }

    func answered(_ key: Key) {
        state.withLock { $0.answers[key, default: 0] += 1 }
    }

    /// Takes a place for a connection; false when all `limit` places are taken.
    func opened(limit: Int) -> Bool {
        state.withLock { figures in
            guard figures.openConnections < limit else {
                figures.refusedConnections += 1
                return false
            }
            figures.openConnections += 1
            return true
        }
    }

    func closed() {
        state.withLock { $0.openConnections -= 1 }
    }
}
