// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import FaultModel
import RuleFiles

/// Every endpoint of the admin socket: finds the one that is meant and answers.
struct AdminRoutes: Sendable {
    let state: DesiredState
    let log: EventLog
    let info: RunInfo
    let followers: FollowerGate
    let waiters = FollowerGate(maximum: Waiter.maximum)

    func answer(_ request: AdminRequest) async -> AdminAnswer {
        do {
            return try await route(request)
        } catch let failure as AdminFailure {
            return Self.answer(failure)
        } catch {
            return Self.answer(
                AdminFailure(500, "internal", "the answer could not be written: \(error)")
            )
        }
    }

    static func answer(_ failure: AdminFailure) -> AdminAnswer {
        var answer = AdminAnswer(
            status: failure.status,
            body: .bytes((try? encoded(failure.reply)) ?? [])
        )
        if let allow = failure.allow { answer.headers.append((name: "Allow", value: allow)) }
        return answer
    }

    private func route(_ request: AdminRequest) async throws -> AdminAnswer {
        let path = request.path
        guard AdminEndpoint.isKnown(path) else { throw Self.notFound(request) }
        switch (path.first, path.count) {
        case ("healthz", 1): return try health(request)
        case ("readyz", 1): return try await readiness(request)
        case ("metrics", 1): return try await metrics(request)
        case ("v1", 2...):
            switch path[1] {
            case "status" where path.count == 2: return try await status(request)
            case "openapi.json" where path.count == 2: return try description(request)
            case "config" where path.count == 2: return try await config(request)
            case "reset" where path.count == 2: return try await reset(request)
            case "events" where path.count == 2: return try events(request)
            case "wait" where path.count == 2: return try await wait(request)
            case "explain" where path.count == 2: return try await explain(request)
            case "exchanges": return try exchanges(request, Array(path.dropFirst(2)))
            case "rules": return try await rules(request, Array(path.dropFirst(2)))
            case "partitions": return try await partitions(request, Array(path.dropFirst(2)))
            case "leases": return try await leases(request, Array(path.dropFirst(2)))
            case "panic" where path.count == 2: return try await panic(request)
            case "unpanic" where path.count == 2: return try await unpanic(request)
            case "marks" where path.count == 2: return try marks(request)
            case "proxies": return try await proxies(request, Array(path.dropFirst(2)))
            case "connections": return try await connections(request, Array(path.dropFirst(2)))
            default: throw Self.notFound(request)
            }
        default: throw Self.notFound(request)
        }
    }

    // MARK: The whole

    private func health(_ request: AdminRequest) throws -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery()
        return try Self.ok(HealthReply(status: "ok"))
    }

    private func readiness(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery()
        let isReady = await state.isReady
        return try Self.ok(
            HealthReply(status: isReady ? "ok" : "starting"),
            status: isReady ? 200 : 503
        )
    }

    private func metrics(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery()
        return AdminAnswer(
            status: 200,
            headers: [(name: "Content-Type", value: MetricsText.contentType)],
            body: .bytes(Array(await state.metrics().utf8))
        )
    }

    private func description(_ request: AdminRequest) throws -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery()
        return AdminAnswer(status: 200, body: .bytes(Array(OpenAPIText.json.utf8)))
    }

    private func status(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["GET"], request)
        try request.allowQuery()
        return try Self.ok(await state.status(info, followers: followers.count))
    }

    private func config(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["GET", "PUT"], request)
        if request.method != "PUT" {
            try request.allowQuery()
            let (document, generation) = await state.document()
            return AdminAnswer(
                status: 200,
                headers: [(name: "ETag", value: "\"\(generation)\"")],
                body: .bytes(document.json)
            )
        }
        try request.allowQuery("validate-only", "wait", "lease")
        let isTrial = try request.flag("validate-only") ?? false
        try Self.checkWait(request)
        let expected = try request.expectedGeneration()
        let json = try request.json()
        let allowProduction = state.allowProduction
        let configuration = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try Configuration.parse(json: json, allowProduction: allowProduction)
        }
        let lease = request.query["lease"]
        let reply =
            isTrial
            ? try await state.check(configuration, under: lease, from: expected)
            : try await state.replace(with: configuration, under: lease, from: expected)
        return try Self.changed(reply, generation: reply.generation)
    }

    private func reset(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        try request.allowQuery("wait")
        try Self.checkWait(request)
        let reply = try await state.reset(from: try request.expectedGeneration())
        return try Self.changed(reply, generation: reply.generation)
    }

    private func connections(
        _ request: AdminRequest,
        _ rest: [String]
    ) async throws -> AdminAnswer {
        if rest.isEmpty {
            try Self.allow(["GET"], request)
            try request.allowQuery()
            return try Self.ok(await state.connections())
        }
        guard rest.count == 1 else { throw Self.notFound(request) }
        try Self.allow(["DELETE"], request)
        try request.allowQuery("how")
        let how: Close.How
        switch request.query["how"] {
        case "rst", nil: how = .rst
        case "fin": how = .fin
        case let word?: throw AdminFailure.badParameter("how", word, "rst or fin")
        }
        guard let id = UInt64(rest[0]) else {
            throw AdminFailure(
                404,
                "connection.unknown",
                "`\(rest[0])` is no connection's number",
                hint: "GET /v1/connections lists them"
            )
        }
        try await state.close(connection: id, how: how)
        return AdminAnswer(status: 204, body: .bytes([]))
    }
}

// MARK: - Shared by the endpoints

extension AdminRoutes {
    static func encoded(_ value: some Encodable) throws -> [UInt8] {
        [UInt8](try AdminJSON.encode(value))
    }

    static func ok(_ value: some Encodable, status: Int = 200) throws -> AdminAnswer {
        AdminAnswer(status: status, body: .bytes(try encoded(value)))
    }

    /// An answer to a change, with the generation that it made.
    static func changed(
        _ value: some Encodable,
        generation: UInt64,
        status: Int = 200
    ) throws -> AdminAnswer {
        var answer = try ok(value, status: status)
        answer.headers.append((name: "ETag", value: "\"\(generation)\""))
        return answer
    }

    static func allow(_ methods: [String], _ request: AdminRequest) throws(AdminFailure) {
        if methods.contains(request.method) { return }
        if request.method == "HEAD", methods.contains("GET") { return }
        throw AdminFailure(
            405,
            "request.bad-method",
            "\(request.method) is not possible here",
            hint: "use \(methods.joined(separator: " or "))",
            allow: methods.joined(separator: ", ")
        )
    }

    /// A change is always applied before it is answered; the parameter only has to be right.
    static func checkWait(_ request: AdminRequest) throws(AdminFailure) {
        guard let value = request.query["wait"], value != "applied" else { return }
        throw .badParameter("wait", value, "wait=applied")
    }

    static func notFound(_ request: AdminRequest) -> AdminFailure {
        AdminFailure(
            404,
            "request.unknown-path",
            "there is nothing at /\(request.path.joined(separator: "/"))",
            hint: "the endpoints begin with /v1/"
        )
    }
}
