// SPDX-License-Identifier: Apache-2.0

/// A node this one is connected to.
struct Peer: Sendable {
    let id: String
    let address: String
    let connectedAt: String

    var json: JSONValue {
        [
            "id": .string(id), "address": .string(address), "status": "connected",
            "connected_at": .string(connectedAt),
        ]
    }
}

extension World {
    /// The peers the seed starts with, and below half of which the network counts as degraded.
    static let expectedPeers = 12

    /// Connects to an address; connecting again gives the peer that is already there.
    mutating func connectPeer(_ body: JSONValue) throws(Refusal) -> (peer: Peer, isNew: Bool) {
        let limit = rules.maximumNameBytes
        guard let address = body["address"]?.string, (3...limit).contains(address.utf8.count),
            let colon = address.lastIndex(of: ":"), colon != address.startIndex,
            let port = UInt16(address[address.index(after: colon)...]), port > 0
        else {
            throw .invalid("address", "must be HOST:PORT, for example 10.0.0.7:7000")
        }
        if let known = peers.elements.first(where: { $0.address == address }) {
            return (known, false)
        }
        let time = clock.timestamp()
        let peer = try peers.add { Peer(id: $0, address: address, connectedAt: time) }
        publish("network.peer.connected", peerSummary(peer))
        return (peer, true)
    }

    mutating func disconnectPeer(_ id: String) throws(Refusal) {
        let peer = try peers.remove(id)
        publish("network.peer.disconnected", peerSummary(peer))
    }

    var isNetworkDegraded: Bool { peers.count * 2 < Self.expectedPeers }

    private func peerSummary(_ peer: Peer) -> JSONValue {
        [
            "peer_id": .string(peer.id), "address": .string(peer.address),
            "connected_peers": JSONValue(peers.count),
            "expected_peers": JSONValue(Self.expectedPeers),
        ]
    }
}
