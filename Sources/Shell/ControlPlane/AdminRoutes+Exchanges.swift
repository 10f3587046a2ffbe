// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventRecords
import FaultModel

extension AdminRoutes {
    /// Of GET `/v1/exchanges`: how many are told at most, and without `limit`.
    static let maximumExchanges = 1_000
    static let defaultExchanges = 100

    /// GET `/v1/exchanges` and `/v1/exchanges/{id}`.
    func exchanges(_ request: AdminRequest, _ rest: [String]) throws -> AdminAnswer {
        guard rest.count <= 1 else { throw Self.notFound(request) }
        try Self.allow(["GET"], request)
        let recent = RecentExchanges(log: log)
        if let id = rest.first {
            try request.allowQuery()
            return try Self.ok(recent.reply(try Self.exchange(id, among: recent).exchange))
        }
        let filter = try ExchangeFilter(request)
        let found = recent.find(limit: filter.limit, where: filter.passes)
        return try Self.ok(
            ExchangesReply(exchanges: found.exchanges.map(recent.reply), newest: found.newest)
        )
    }

    /// The exchange of this id, and the reading that found it.
    static func exchange(
        _ id: String,
        among recent: RecentExchanges
    ) throws(AdminFailure) -> (exchange: RecentExchanges.Recent, found: RecentExchanges.Found) {
        let name = ExchangeName(id)
        let found = recent.find(limit: 1) { $0.name == name }
        guard name != nil, let exchange = found.exchanges.first else { throw .unknownExchange(id) }
        return (exchange, found)
    }
}

/// Which exchanges are asked for; every parameter that is given must hold.
private struct ExchangeFilter {
    var limit: Int
    private let proxy: String?
    private let rule: String?
    private let method: String?
    private let outcome: String?
    private let statuses: ClosedRange<UInt16>?
    private let path: TextPattern?
    private let since: UInt64

    init(_ request: AdminRequest) throws(AdminFailure) {
        try request.allowQuery(
            "proxy",
            "rule",
            "status",
            "outcome",
            "method",
            "path",
            "since",
            "limit"
        )
        proxy = request.query["proxy"]
        rule = request.query["rule"]
        method = request.query["method"]
        outcome = try Self.outcome(request)
        statuses = try Self.statuses(request)
        path = request.query["path"].map { TextPattern($0) }
        since = try request.number("since", 0...UInt64.max, else: 0)
        let most = UInt64(AdminRoutes.maximumExchanges)
        limit = Int(
            try request.number("limit", 1...most, else: UInt64(AdminRoutes.defaultExchanges))
        )
    }

    func passes(_ recent: RecentExchanges.Recent) -> Bool {
        let record = recent.record
        if let proxy, record.connection.proxy != proxy { return false }
        if let rule, !recent.rules.contains(rule) { return false }
        if let method, record.method != method { return false }
        if let outcome, record.outcome.rawValue != outcome { return false }
        if let statuses, record.status.map(statuses.contains) != true { return false }
        if let path, !path.matches(String(record.target.prefix { $0 != "?" })) { return false }
        return recent.sequence > since
    }

    private static func outcome(_ request: AdminRequest) throws(AdminFailure) -> String? {
        guard let word = request.query["outcome"] else { return nil }
        guard ExchangeRecord.Outcome(rawValue: word) != nil else {
            let words = ExchangeRecord.Outcome.allCases.map(\.rawValue)
            throw .badParameter("outcome", word, "one of \(words.joined(separator: ", "))")
        }
        return word
    }

    /// `503` or `5xx`.
    private static func statuses(
        _ request: AdminRequest
    ) throws(AdminFailure) -> ClosedRange<UInt16>? {
        guard let text = request.query["status"] else { return nil }
        if text.count == 3, text.hasSuffix("xx"), let hundreds = UInt16(text.prefix(1)),
            hundreds > 0
        {
            return hundreds * 100...hundreds * 100 + 99
        }
        guard let status = UInt16(text), (100...999).contains(status) else {
            throw .badParameter("status", text, "a status such as 503, or a class such as 5xx")
        }
        return status...status
    }
}

extension AdminRequest {
    /// A parameter that is a whole number.
    func number(
        _ name: String,
        _ range: ClosedRange<UInt64>,
        else absent: UInt64
    ) throws(AdminFailure) -> UInt64 {
        guard let text = query[name] else { return absent }
        guard let number = UInt64(text), range.contains(number) else {
            throw .badParameter(
                name,
                text,
                "a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}

extension AdminFailure {
    static func unknownExchange(_ id: String) -> AdminFailure {
        AdminFailure(
            404,
            "exchange.unknown",
            "there is no exchange `\(id.prefix(60))`",
            hint: "GET /v1/exchanges lists those that ended and are still kept"
        )
    }
}
