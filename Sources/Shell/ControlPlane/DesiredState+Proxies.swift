// SPDX-License-Identifier: Apache-2.0
package import AdminContract
import EventRecords
package import FaultModel
package import RuleFiles

extension DesiredState {
    package func proxies() async -> ProxiesReply {
        let views = await views()
        return ProxiesReply(
            generation: generation,
            proxies: draft.proxies.map { Self.reply($0, views[$0.definition.name]) }
        )
    }

    package func proxy(_ name: String) async throws(AdminFailure) -> ProxyReply {
        let views = await views()
        guard let entry = draft.proxies.first(where: { $0.definition.name == name }) else {
            throw .unknownProxy(name)
        }
        return Self.reply(entry, views[name])
    }

    package func addProxy(
        _ entry: ProxyEntry,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ProxyReply {
        let (name, allowProduction) = (entry.definition.name, allowProduction)
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            guard !draft.proxies.contains(where: { $0.definition.name == name }) else {
                throw AdminFailure(
                    409,
                    "proxy.duplicate-name",
                    "the name `\(name)` is taken",
                    path: "/name",
                    hint: "PATCH /v1/proxies/{name} changes a proxy"
                )
            }
            draft.proxies.append(entry)
            try Self.validate(draft, allowProduction)
            return [StateChange("proxy.added", name)]
        }
        return try await proxy(name)
    }

    /// Changes a proxy by a JSON merge patch (RFC 7396) on its document.
    package func patchProxy(
        _ name: String,
        _ patch: DocumentValue,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ProxyReply {
        let allowProduction = allowProduction
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            let position = try Self.position(of: name, in: draft)
            let old = draft.proxies[position]
            let entry = try Self.parsed { () throws(InvalidConfiguration) in
                try ProxyParser.proxy(named: name, from: old.source.merging(patch))
            }
            guard entry.source != old.source else { return [] }
            draft.proxies[position] = entry
            try Self.validate(draft, allowProduction)
            return [StateChange("proxy.changed", name)]
        }
        return try await proxy(name)
    }

    package func removeProxy(
        _ name: String,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ChangeReply {
        let allowProduction = allowProduction
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            draft.proxies.remove(at: try Self.position(of: name, in: draft))
            do {
                try Self.validate(draft, allowProduction)
            } catch {
                throw AdminFailure(
                    409,
                    "proxy.in-use",
                    "a rule or a partition needs the proxy `\(name)`",
                    hint: "remove or change that first"
                )
            }
            return [StateChange("proxy.removed", name)]
        }
        return changeReply(applied: true)
    }

    package func setProxy(
        _ name: String,
        enabled: Bool,
        from expected: UInt64?
    ) async throws(AdminFailure) -> ProxyReply {
        try await change(from: expected) { draft throws(AdminFailure) -> [StateChange] in
            let position = try Self.position(of: name, in: draft)
            guard draft.proxies[position].definition.isEnabled != enabled else { return [] }
            draft.proxies[position] = draft.proxies[position].enabled(enabled)
            return [StateChange(enabled ? "proxy.enabled" : "proxy.disabled", name)]
        }
        return try await proxy(name)
    }

    package func connections() async -> ConnectionsReply {
        let views = await traffic.connections()
        let now = clock.now
        return ConnectionsReply(connections: views.map { ConnectionReply($0, now: now) })
    }

    package func close(connection id: UInt64, how: Close.How) async throws(AdminFailure) {
        guard await traffic.close(connection: id, how: how) else {
            throw AdminFailure(
                404,
                "connection.unknown",
                "there is no live connection \(id)",
                hint: "GET /v1/connections lists them"
            )
        }
    }

    private func views() async -> [String: ProxyView] {
        Dictionary(
            await traffic.proxies().map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func position(
        of name: String,
        in draft: Draft
    ) throws(AdminFailure) -> Int {
        guard let position = draft.proxies.firstIndex(where: { $0.definition.name == name }) else {
            throw .unknownProxy(name)
        }
        return position
    }

    private static func reply(_ entry: ProxyEntry, _ view: ProxyView?) -> ProxyReply {
        let definition = entry.definition
        return ProxyReply(
            name: definition.name,
            enabled: definition.isEnabled,
            transport: definition.transport.rawValue,
            listen: definition.listen.description,
            address: view?.address,
            upstreams: definition.upstreams.map(\.description),
            tags: definition.tags,
            connections: StatusReply.Connections(
                live: view?.liveConnections ?? 0,
                total: view?.totalConnections ?? 0
            ),
            bytesToServer: view?.bytesToServer ?? 0,
            bytesToClient: view?.bytesToClient ?? 0,
            source: entry.source
        )
    }
}
