// SPDX-License-Identifier: Apache-2.0
import ControlPlane
import DataPlane
import EventRecords
import FaultModel

/// Joins the two planes, which do not know each other.
struct JoinedPlanes: TrafficControl {
    let plane: TrafficPlane

    func apply(_ snapshot: Snapshot) async throws(TrafficFailure) {
        do {
            try await plane.apply(snapshot)
        } catch {
            throw TrafficFailure(
                code: error.isInUse ? "listen.in-use" : "listen.failed",
                message: error.message,
                proxy: error.proxy
            )
        }
    }

    func proxies() async -> [ProxyView] { await plane.proxies() }

    func figures() async -> TrafficFigures { await plane.figures() }

    func connections() async -> [ConnectionView] { await plane.connections() }

    func close(connection id: UInt64, how: Close.How) async -> Bool {
        await plane.close(connection: id, how: how)
    }
}
