// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel

/// What the control plane asks of the data plane, which it does not know.
package protocol TrafficControl: Sendable {
    /// Puts a snapshot in force.
    ///
    /// Binds new listeners first: when it throws, nothing has changed. Returns when every event
    /// loop and every live connection obeys.
    func apply(_ snapshot: Snapshot) async throws(TrafficFailure)

    func proxies() async -> [ProxyView]

    /// What has been counted since the run began, for `/metrics`.
    func figures() async -> TrafficFigures

    func connections() async -> [ConnectionView]

    /// - Returns: whether there was such a connection.
    func close(connection id: UInt64, how: Close.How) async -> Bool
}

/// Why the data plane could not put a snapshot in force.
package struct TrafficFailure: Error, Hashable, Sendable {
    /// Stable, such as `listen.in-use`.
    package let code: String
    package let message: String
    package let proxy: String?

    package init(code: String, message: String, proxy: String?) {
        self.code = code
        self.message = message
        self.proxy = proxy
    }
}
