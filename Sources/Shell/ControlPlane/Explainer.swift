// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles

/// Says of each rule why it does something to a request, or does nothing.
struct Explainer: Sendable {
    /// How many of the newest exchanges are compared with a rule.
    static let maximumCompared = 1_000

    let standing: DesiredState.Standing
    let recent: RecentExchanges
    /// Where each proxy listens.
    let views: [ProxyView]

    func explain(_ document: ExplainDocument) throws(AdminFailure) -> ExplainReply {
        switch document {
        case .request(let request): try explain(request)
        case .exchange(let id): try explain(exchange: id)
        case .rule(let id): try explain(rule: id)
        }
    }

    private func explain(_ request: ImaginedRequest) throws(AdminFailure) -> ExplainReply {
        let proxy = try proxy(of: request)
        let situation = try request.situation(on: proxy)
        return ExplainReply(
            generation: standing.generation,
            seed: standing.seed,
            proxy: proxy.name,
            request: "\(request.method) \(request.originForm)",
            rules: explanations(in: situation, recorded: nil)
        )
    }

    private func explain(exchange id: String) throws(AdminFailure) -> ExplainReply {
        let (exchange, found) = try AdminRoutes.exchange(id, among: recent)
        var reply = reply(exchange)
        reply.recordedGeneration =
            found.generation(at: exchange.elapsed - exchange.record.duration)
            ?? standing.generation
        reply.rules = explanations(in: situation(of: exchange), recorded: exchange.faults)
        return reply
    }

    /// Compares the rule with what happened, and tells what came nearest to matching it.
    private func explain(rule id: String) throws(AdminFailure) -> ExplainReply {
        guard let rule = standing.rules.first(where: { $0.standing.rule.id == id }) else {
            throw .unknownRule(id)
        }
        let found = recent.find(limit: Self.maximumCompared) { _ in true }
        var nearest: (exchange: RecentExchanges.Recent, explanation: Explanation)?
        // From the newest on: of two that came equally near, the newer says more.
        for exchange in found.exchanges.reversed() {
            let explanation = rule.standing.explanation(
                in: situation(of: exchange),
                seed: standing.seed
            )
            if explanation.distance < nearest?.explanation.distance ?? .infinity {
                nearest = (exchange, explanation)
            }
        }
        guard let nearest else { return notCompared(rule) }
        var reply = reply(nearest.exchange)
        reply.considered = found.exchanges.count
        reply.recordedGeneration = found.generation(
            at: nearest.exchange.elapsed - nearest.exchange.record.duration
        )
        reply.rules = [
            RuleExplanation(
                nearest.explanation,
                of: rule,
                settledBy: nil,
                recorded: nearest.exchange.faults
            )
        ]
        return reply
    }

    private func notCompared(_ rule: DesiredState.Loaded) -> ExplainReply {
        ExplainReply(
            generation: standing.generation,
            seed: standing.seed,
            considered: 0,
            rules: [RuleExplanation(notCompared: rule)]
        )
    }

    private func reply(_ exchange: RecentExchanges.Recent) -> ExplainReply {
        ExplainReply(
            generation: standing.generation,
            seed: standing.seed,
            proxy: exchange.record.connection.proxy,
            request: "\(exchange.record.method) \(exchange.record.target)",
            exchange: recent.reply(exchange),
            rules: []
        )
    }

    /// - Parameter recorded: What fired then; `nil` for a request that was only thought of.
    private func explanations(
        in situation: Situation,
        recorded: [FaultRecord]?
    ) -> [RuleExplanation] {
        let explanations = standing.rules.map(\.standing)
            .explanations(in: situation, seed: standing.seed)
        var fired: String?
        return zip(explanations, standing.rules).map { explanation, rule in
            if explanation.verdict == .fires { fired = explanation.rule }
            return RuleExplanation(explanation, of: rule, settledBy: fired, recorded: recorded)
        }
    }

    // MARK: What happened

    private func situation(of exchange: RecentExchanges.Recent) -> Situation {
        let name = exchange.record.connection
        let proxy = standing.proxies.first { $0.name == name.proxy }
        return Situation(
            proxy: name.proxy,
            tags: proxy?.tags ?? [],
            client: exchange.client.map { Situation.Client(shown: $0) },
            connection: name.ordinal,
            unit: exchange.record.unit,
            request: Situation.Request(exchange.record),
            status: exchange.record.upstreamStatus
        )
    }

    // MARK: Where a request would arrive

    private func proxy(of request: ImaginedRequest) throws(AdminFailure) -> ProxyDefinition {
        if let name = request.proxy {
            guard let proxy = standing.proxies.first(where: { $0.name == name }) else {
                throw .unknownProxy(name)
            }
            return proxy
        }
        if let authority = request.authority,
            let proxy = standing.proxies.first(where: { isMeant($0, by: authority) })
        {
            return proxy
        }
        if standing.proxies.count == 1 { return standing.proxies[0] }
        let names = standing.proxies.map(\.name).joined(separator: ", ")
        throw AdminFailure(
            422,
            "explain.no-proxy",
            request.authority.map { "`\($0.prefix(60))` is no proxy's name or address" }
                ?? "which proxy is meant?",
            path: "/request",
            hint: names.isEmpty ? "there are no proxies" : "name it with `proxy`: \(names)"
        )
    }

    private func isMeant(_ proxy: ProxyDefinition, by authority: String) -> Bool {
        let host = authority.split(separator: ":").first.map(String.init) ?? authority
        if proxy.name == authority || proxy.name == host { return true }
        let live = views.first { $0.name == proxy.name }?.address
        return [proxy.listen.description, live].contains { $0 == authority }
            || live.map { Self.isSamePort($0, authority) } == true
    }

    /// `localhost:8080` and `127.0.0.1:8080` are one place to a person.
    private static func isSamePort(_ address: String, _ authority: String) -> Bool {
        guard case .tcp(_, let port) = try? Endpoint(address),
            case .tcp(let host, port) = try? Endpoint(authority)
        else { return false }
        return ["localhost", "127.0.0.1", "::1"].contains(host)
    }
}

extension ExchangeRecord {
    /// What the upstream answered; where a rule fired, the client may have been told another.
    fileprivate var upstreamStatus: UInt16? {
        outcome == .complete && rules.isEmpty ? status : nil
    }
}

extension AdminRoutes {
    /// POST `/v1/explain`.
    func explain(_ request: AdminRequest) async throws -> AdminAnswer {
        try Self.allow(["POST"], request)
        try request.allowQuery()
        let json = try request.json()
        let document = try DesiredState.parsed { () throws(InvalidConfiguration) in
            try ExplainDocument(json: json)
        }
        let explainer = Explainer(
            standing: await state.standing(),
            recent: RecentExchanges(log: log),
            views: await state.traffic.proxies()
        )
        return try Self.ok(try explainer.explain(document))
    }
}
