// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A proxy and its traffic: one of `/v1/proxies`.
package struct ProxyReply: Codable, Equatable, Sendable {
    package var name: String
    package var enabled: Bool
    /// `tcp`, `http` or `auto`.
    package var transport: String
    /// As configured; the port may be 0.
    package var listen: String
    /// Where it really listens; `nil` while it does not.
    package var address: String?
    package var upstreams: [String]
    package var tags: [String]
    package var connections: StatusReply.Connections
    package var bytesToServer: UInt64
    package var bytesToClient: UInt64
    /// As it was written.
    package var source: DocumentValue

    package init(
        name: String,
        enabled: Bool,
        transport: String,
        listen: String,
        address: String?,
        upstreams: [String],
        tags: [String],
        connections: StatusReply.Connections,
        bytesToServer: UInt64,
        bytesToClient: UInt64,
        source: DocumentValue
    ) {
        self.name = name
        self.enabled = enabled
        self.transport = transport
        self.listen = listen
        self.address = address
        self.upstreams = upstreams
        self.tags = tags
        self.connections = connections
        self.bytesToServer = bytesToServer
        self.bytesToClient = bytesToClient
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case name, enabled, listen, address, tags, connections, source
        case transport = "protocol"
        case upstreams = "upstream"
        case bytesToServer = "bytes_to_server"
        case bytesToClient = "bytes_to_client"
    }
}

/// GET `/v1/proxies`, in the order of the configuration.
package struct ProxiesReply: Codable, Equatable, Sendable {
    package var generation: UInt64
    package var proxies: [ProxyReply]

    package init(generation: UInt64, proxies: [ProxyReply]) {
        self.generation = generation
        self.proxies = proxies
    }
}
