// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles

/// The endpoints of partitions, leases, panic and marks.
extension AdminRoutes {
    func partitions(_ request: AdminRequest, _ rest: [String]) async throws -> AdminAnswer {
        guard rest.count < 2 else { throw Self.notFound(request) }
        if let id = rest.first { return try await partition(request, id) }
        try Self.allow(["GET", "POST"], request)
        guard request.method == "POST" else {
            try request.allowQuery()
            return try Self.ok(await state.partitions())
        }
        let expected = try change(request, "lease")
        let json = try request.json()
        let entry = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try PartitionParser.partition(json: json)
        }
        return try await changed(
            try await state.addPartition(entry, under: request.query["lease"], from: expected),
            status: 201
        )
    }

    private func partition(_ request: AdminRequest, _ id: String) async throws -> AdminAnswer {
        try Self.allow(["GET", "PATCH", "DELETE"], request)
        switch request.method {
        case "PATCH":
            let expected = try change(request)
            let patch = try patch(request)
            return try await changed(try await state.patchPartition(id, patch, from: expected))
        case "DELETE":
            return try await changed(
                try await state.healPartition(id, from: try change(request))
            )
        default:
            try request.allowQuery()
            return try Self.ok(try await state.partition(id))
        }
    }

    func panic(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        // In a panic nobody asks what generation it is.
        _ = try change(request)
        return try await changed(try await state.panic())
    }

    func unpanic(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        return try await changed(try await state.unpanic(from: try change(request)))
    }

    // MARK: Leases

    func leases(_ request: AdminRequest, _ rest: [String]) async throws -> AdminAnswer {
        switch rest.count {
        case 0:
            try Self.allow(["GET", "POST"], request)
            guard request.method == "POST" else {
                try request.allowQuery()
                return try Self.ok(await state.leases())
            }
            try allowWait(request)
            return try Self.ok(try await state.createLease(ttl: try ttl(request)), status: 201)
        case 1:
            try Self.allow(["GET", "DELETE"], request)
            guard request.method == "DELETE" else {
                try request.allowQuery()
                return try Self.ok(try await state.lease(rest[0]))
            }
            return try await changed(
                try await state.endLease(rest[0], from: try change(request))
            )
        case 2 where rest[1] == "renew":
            try Self.allow(["POST"], request)
            try allowWait(request)
            return try Self.ok(try await state.renewLease(rest[0]))
        default: throw Self.notFound(request)
        }
    }

    private func ttl(_ request: AdminRequest) throws(AdminFailure) -> Duration {
        let document = try object(request, of: "a lease", known: ["ttl"])
        let range = LeaseBook.ttlRange
        guard let text = document["ttl"]?.text, let ttl = RuleParser.duration(text),
            range.contains(ttl)
        else {
            throw AdminFailure(
                422,
                document["ttl"] == nil ? "lease.missing-key" : "lease.bad-value",
                "`ttl` has to be a time from 1s to 24h",
                path: "/ttl",
                hint: "such as {\"ttl\": \"30s\"}"
            )
        }
        return ttl
    }

    // MARK: Marks

    func marks(_ request: AdminRequest) throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        try allowWait(request)
        let document = try object(request, of: "a mark", known: ["name", "data"])
        guard let name = document["name"]?.text, !name.isEmpty,
            name.utf8.count <= MarkRecord.maximumNameLength
        else {
            throw AdminFailure(
                422,
                document["name"] == nil ? "mark.missing-key" : "mark.bad-value",
                "`name` has to be text of 1 to \(MarkRecord.maximumNameLength) bytes",
                path: "/name"
            )
        }
        let data = document["data"]
        guard (data?.json.count ?? 0) <= MarkRecord.maximumDataLength else {
            throw AdminFailure(
                422,
                "mark.too-large",
                "`data` is larger than \(MarkRecord.maximumDataLength >> 10) KiB of JSON",
                path: "/data"
            )
        }
        log.append(.mark(MarkRecord(name: name, data: data)))
        return try Self.ok(MarkReply(name: name, data: data), status: 201)
    }

    private func object(
        _ request: AdminRequest,
        of what: String,
        known: [String]
    ) throws(AdminFailure) -> DocumentValue {
        let json = try request.json()
        let document = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try DocumentValue(json: json)
        }
        guard case .object(let members) = document else {
            throw AdminFailure(422, "request.bad-value", "\(what) has to be an object", path: "")
        }
        if let stray = members.first(where: { !known.contains($0.key) }) {
            throw AdminFailure(
                422,
                "request.unknown-key",
                "`\(stray.key.prefix(60))` is not a key of \(what)",
                path: "/\(stray.key.prefix(60))",
                hint: "known are \(known.joined(separator: ", "))"
            )
        }
        return document
    }

    private func allowWait(_ request: AdminRequest) throws(AdminFailure) {
        try request.allowQuery("wait")
        try Self.checkWait(request)
    }
}
