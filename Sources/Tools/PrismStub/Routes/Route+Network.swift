// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

extension Route {
    static let network: [Route] = [
        Route(.GET, "/api/v1/network/peers") { request, state throws(Refusal) in
            let page = try request.page(maximum: state.bounds.maximumPageSize)
            let peers = state.snapshot.peers
            return .json([
                "peers": .array(peers.page(page).map(\.json)),
                "connected_peers": JSONValue(peers.count),
                "expected_peers": JSONValue(World.expectedPeers),
            ])
        },
        Route(.POST, "/api/v1/network/connect", reading: .json) {
            request,
            state throws(Refusal) in
            let body = try request.json()
            let (peer, isNew) = try state.change { (world) throws(Refusal) in
                try world.connectPeer(body)
            }
            return Answer.json(peer.json, isNew ? .created : .ok)
                .with("Location", "/api/v1/network/peers/\(peer.id)")
        },
        Route(.DELETE, "/api/v1/network/peers/{peer_id}") { request, state throws(Refusal) in
            try state.change { (world) throws(Refusal) in
                try world.disconnectPeer(request.parameter("peer_id"))
            }
            return .noContent
        },
    ]

    static let sync: [Route] = [
        Route(.GET, "/api/v1/sync/state") { _, state throws(Refusal) in
            .json(state.snapshot.registers.state)
        },
        Route(.POST, "/api/v1/sync/merge", reading: .json) { request, state throws(Refusal) in
            let body = try request.json()
            return .json(try state.change { (world) throws(Refusal) in try world.merge(body) })
        },
        Route(.GET, "/api/v1/sync/conflicts") { _, state throws(Refusal) in
            let conflicts = state.snapshot.registers.conflicts
            return .json([
                "conflicts": .array(conflicts), "total_count": JSONValue(conflicts.count),
                "unresolved_count": 0,
            ])
        },
    ]

    static let consensus: [Route] = [
        Route(.GET, "/api/v1/consensus/leader") { _, state throws(Refusal) in
            .json(state.snapshot.log.leader)
        },
        Route(.POST, "/api/v1/consensus/propose", reading: .json) {
            request,
            state throws(Refusal) in
            let body = try request.json()
            let entry = try state.change { (world) throws(Refusal) in try world.commit(body) }
            return .json(entry.json, .created)
        },
        Route(.GET, "/api/v1/consensus/log") { request, state throws(Refusal) in
            let log = state.snapshot.log
            let from = try request.number("from", in: 0...Int(Int32.max), else: 0)
            let entries = log.entries.filter { $0.index >= from }
            return .log(entries, commitIndex: log.commitIndex, firstIndex: log.firstIndex)
        },
    ]
}
