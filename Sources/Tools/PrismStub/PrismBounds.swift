// SPDX-License-Identifier: Apache-2.0

/// Every limit of the service, by name.
///
/// Reaching one is answered (413, 503, 507 or a WebSocket close), never ignored.
package struct PrismBounds: Sendable, Hashable {
    package var maximumAgents: Int
    package var maximumTasks: Int
    package var maximumSwarms: Int
    package var maximumPeers: Int
    package var maximumSyncEntries: Int
    /// Conflicts kept for reading; older ones are forgotten first.
    package var maximumConflicts: Int
    /// Consensus entries kept; older ones are compacted away first.
    package var maximumLogEntries: Int
    /// Measurements kept for `historical_data`; older ones are forgotten first.
    package var maximumSamples: Int
    package var maximumBlocks: Int
    package var maximumBlockBytes: Int
    package var maximumStoredBytes: Int
    /// Uploads of blocks read at the same time; each holds up to `maximumBlockBytes`.
    package var maximumUploads: Int
    package var maximumJSONBytes: Int
    /// Bytes of one stored record as JSON, also after it was patched.
    package var maximumRecordBytes: Int
    package var maximumNameBytes: Int
    package var maximumPageSize: Int
    package var maximumConnections: Int
    package var maximumSubscribers: Int
    /// Events kept for replay.
    package var maximumKeptEvents: Int
    /// Events published but not yet taken by one subscriber; one more closes it with 1013.
    package var maximumQueuedEvents: Int
    package var maximumMessageBytes: Int
    package var maximumMessageFragments: Int
    /// Silence after which an HTTP connection is closed.
    package var idleLimit: Duration
    /// How long a closing connection may still be read, so that the peer gets our last bytes.
    package var closeGrace: Duration
    /// How long requests in progress may go on after the service was told to stop.
    package var drainLimit: Duration

    package static let defaults = PrismBounds(
        maximumAgents: 10_000,
        maximumTasks: 10_000,
        maximumSwarms: 1_000,
        maximumPeers: 1_000,
        maximumSyncEntries: 10_000,
        maximumConflicts: 1_000,
        maximumLogEntries: 10_000,
        maximumSamples: 120,
        maximumBlocks: 10_000,
        maximumBlockBytes: 32 << 20,
        maximumStoredBytes: 256 << 20,
        maximumUploads: 8,
        maximumJSONBytes: 64 << 10,
        maximumRecordBytes: 16 << 10,
        maximumNameBytes: 256,
        maximumPageSize: 1_000,
        maximumConnections: 12_000,
        maximumSubscribers: 11_000,
        maximumKeptEvents: 4_096,
        maximumQueuedEvents: 1_024,
        maximumMessageBytes: 64 << 10,
        maximumMessageFragments: 64,
        idleLimit: .seconds(75),
        closeGrace: .seconds(1),
        drainLimit: .seconds(1)
    )
}
