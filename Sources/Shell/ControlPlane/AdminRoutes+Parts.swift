// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import RuleFiles

/// The endpoints of single rules and proxies.
extension AdminRoutes {
    func rules(_ request: AdminRequest, _ rest: [String]) async throws -> AdminAnswer {
        switch rest.count {
        case 0:
            try Self.allow(["GET", "POST"], request)
            guard request.method == "POST" else {
                try request.allowQuery()
                return try Self.ok(await state.rules())
            }
            let expected = try change(request, "lease")
            let json = try request.json()
            let entry = try DesiredState.parsed { () throws(InvalidConfiguration) in
                try RuleParser.rule(json: json)
            }
            return try await changed(
                try await state.addRule(entry, under: request.query["lease"], from: expected),
                status: 201
            )
        case 1: return try await rule(request, rest[0])
        case 2: return try await toggleRule(request, rest[0], rest[1])
        default: throw Self.notFound(request)
        }
    }

    private func rule(_ request: AdminRequest, _ id: String) async throws -> AdminAnswer {
        try Self.allow(["GET", "PATCH", "DELETE"], request)
        switch request.method {
        case "PATCH":
            let expected = try change(request)
            let patch = try patch(request)
            return try await changed(try await state.patchRule(id, patch, from: expected))
        case "DELETE":
            return try await changed(
                try await state.removeRule(id, from: try change(request))
            )
        default:
            try request.allowQuery()
            return try Self.ok(try await state.rule(id))
        }
    }

    private func toggleRule(
        _ request: AdminRequest,
        _ id: String,
        _ verb: String
    ) async throws -> AdminAnswer {
        switch verb {
        case "enable":
            try Self.allow(["POST"], request)
            let expected = try change(request, "for", "lease")
            let duration = try duration(request)
            return try await changed(
                try await state.enableRule(
                    id,
                    for: duration,
                    under: request.query["lease"],
                    from: expected
                )
            )
        case "disable":
            try Self.allow(["POST"], request)
            return try await changed(try await state.disableRule(id, from: try change(request)))
        case "reset-counters":
            try Self.allow(["POST"], request)
            return try await changed(
                try await state.resetCounters(ofRule: id, from: try change(request))
            )
        default: throw Self.notFound(request)
        }
    }

    func proxies(_ request: AdminRequest, _ rest: [String]) async throws -> AdminAnswer {
        switch rest.count {
        case 0:
            try Self.allow(["GET", "POST"], request)
            guard request.method == "POST" else {
                try request.allowQuery()
                return try Self.ok(await state.proxies())
            }
            let expected = try change(request)
            let json = try request.json()
            let entry = try DesiredState.parsed { () throws(InvalidConfiguration) in
                try ProxyParser.proxy(json: json)
            }
            return try await changed(try await state.addProxy(entry, from: expected), status: 201)
        case 1: return try await proxy(request, rest[0])
        case 2 where rest[1] == "enable" || rest[1] == "disable":
            try Self.allow(["POST"], request)
            return try await changed(
                try await state.setProxy(
                    rest[0],
                    enabled: rest[1] == "enable",
                    from: try change(request)
                )
            )
        default: throw Self.notFound(request)
        }
    }

    private func proxy(_ request: AdminRequest, _ name: String) async throws -> AdminAnswer {
        try Self.allow(["GET", "PATCH", "DELETE"], request)
        switch request.method {
        case "PATCH":
            let expected = try change(request)
            let patch = try patch(request)
            return try await changed(try await state.patchProxy(name, patch, from: expected))
        case "DELETE":
            return try await changed(
                try await state.removeProxy(name, from: try change(request))
            )
        default:
            try request.allowQuery()
            return try Self.ok(try await state.proxy(name))
        }
    }

    /// What every change may say, and the generation that it was meant for.
    func change(_ request: AdminRequest, _ others: String...) throws(AdminFailure) -> UInt64? {
        try request.allowQuery(["wait"] + others)
        try Self.checkWait(request)
        return try request.expectedGeneration()
    }

    func patch(_ request: AdminRequest) throws(AdminFailure) -> DocumentValue {
        let json = try request.json(orType: "application/merge-patch+json")
        let patch = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try DocumentValue(json: json)
        }
        guard case .object = patch else {
            throw AdminFailure(
                422,
                "request.bad-patch",
                "a patch has to be an object",
                path: "",
                hint: "such as {\"enabled\": false}"
            )
        }
        return patch
    }

    private func duration(_ request: AdminRequest) throws(AdminFailure) -> Duration? {
        guard let text = request.query["for"] else { return nil }
        guard let duration = RuleParser.duration(text), duration >= .milliseconds(1) else {
            throw .badParameter("for", text, "a duration such as 30s, at most 24h")
        }
        return duration
    }

    func changed(_ value: some Encodable, status: Int = 200) async throws -> AdminAnswer {
        try Self.changed(value, generation: await state.generation, status: status)
    }
}
