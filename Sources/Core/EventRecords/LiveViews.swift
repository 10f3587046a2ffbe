// SPDX-License-Identifier: Apache-2.0

/// A live connection as an administrator sees it.
package struct ConnectionView: Sendable {
    package let connection: ConnectionName
    package let client: String
    /// `nil` before the upstream is reached.
    package let upstream: String?
    /// Nanoseconds since the run began.
    package let opened: Int64
    package let bytesToServer: UInt64
    package let bytesToClient: UInt64
    package let exchanges: UInt64
    /// Held back in both directions.
    package let bufferedBytes: Int
    /// The rules acting on it now.
    package let rules: [String]

    package init(
        connection: ConnectionName,
        client: String,
        upstream: String?,
        opened: Int64,
        bytesToServer: UInt64,
        bytesToClient: UInt64,
        exchanges: UInt64,
        bufferedBytes: Int,
        rules: [String]
    ) {
        self.connection = connection
        self.client = client
        self.upstream = upstream
        self.opened = opened
        self.bytesToServer = bytesToServer
        self.bytesToClient = bytesToClient
        self.exchanges = exchanges
        self.bufferedBytes = bufferedBytes
        self.rules = rules
    }
}

/// A proxy as an administrator sees it.
package struct ProxyView: Sendable {
    package let name: String
    /// The real address, such as `127.0.0.1:43211` or `unix:/run/p.sock`; `nil` when not listening.
    package let address: String?
    package let liveConnections: Int
    package let totalConnections: UInt64
    package let bytesToServer: UInt64
    package let bytesToClient: UInt64

    package init(
        name: String,
        address: String?,
        liveConnections: Int,
        totalConnections: UInt64,
        bytesToServer: UInt64,
        bytesToClient: UInt64
    ) {
        self.name = name
        self.address = address
        self.liveConnections = liveConnections
        self.totalConnections = totalConnections
        self.bytesToServer = bytesToServer
        self.bytesToClient = bytesToClient
    }
}
