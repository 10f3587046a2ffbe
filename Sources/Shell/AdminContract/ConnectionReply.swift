// SPDX-License-Identifier: Apache-2.0
package import EventRecords

/// A live connection: one of `/v1/connections`.
package struct ConnectionReply: Codable, Hashable, Sendable {
    package var id: UInt64
    package var proxy: String
    /// Its place in the order of accept on its proxy, from 1.
    package var ordinal: UInt64
    package var client: String
    /// `nil` before an upstream is reached.
    package var upstream: String?
    /// Nanoseconds since it was accepted.
    package var age: Int64
    package var bytesToServer: UInt64
    package var bytesToClient: UInt64
    package var exchanges: UInt64
    package var bufferedBytes: Int
    /// The rules acting on it now.
    package var rules: [String]

    /// - Parameters:
    ///   - view: What the data plane says of the connection.
    ///   - now: Nanoseconds since the run began.
    package init(_ view: ConnectionView, now: Int64) {
        id = view.connection.id
        proxy = view.connection.proxy
        ordinal = view.connection.ordinal
        client = view.client
        upstream = view.upstream
        age = max(0, now - view.opened)
        bytesToServer = view.bytesToServer
        bytesToClient = view.bytesToClient
        exchanges = view.exchanges
        bufferedBytes = view.bufferedBytes
        rules = view.rules
    }

    private enum CodingKeys: String, CodingKey {
        case id, proxy, ordinal, client, upstream, age, exchanges, rules
        case bytesToServer = "bytes_to_server"
        case bytesToClient = "bytes_to_client"
        case bufferedBytes = "buffered_bytes"
    }
}

/// GET `/v1/connections`.
package struct ConnectionsReply: Codable, Hashable, Sendable {
    package var connections: [ConnectionReply]

    package init(connections: [ConnectionReply]) { self.connections = connections }
}
