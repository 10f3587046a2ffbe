// SPDX-License-Identifier: Apache-2.0

/// One of the two ways in which bytes pass through a proxied connection.
package enum Direction: UInt8, Hashable, Sendable, CaseIterable {
    case clientToServer
    case serverToClient

    /// The end that the bytes of this direction are going to.
    package var destination: End { self == .clientToServer ? .server : .client }

    /// The end that the bytes of this direction come from.
    package var source: End { self == .clientToServer ? .client : .server }
}

/// One of the two peers that a proxied connection joins.
package enum End: UInt8, Hashable, Sendable, CaseIterable {
    case client
    case server
}

/// The `toward:` of a fault: which directions it acts on.
package enum Toward: Hashable, Sendable {
    case client
    case server
    case both

    package func includes(_ direction: Direction) -> Bool {
        switch self {
        case .client: direction == .serverToClient
        case .server: direction == .clientToServer
        case .both: true
        }
    }
}
