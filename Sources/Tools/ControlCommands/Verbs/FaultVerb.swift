// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract
import ArgumentParser

struct FaultVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fault",
        abstract: "Put one fault on a proxy, with a rule made for it.",
        discussion: """
            Prints the id of the rule. Examples:
              chaosctl fault prism delay 200ms±50ms --request 'GET /api/v1/agents/**' \
            --probability 30% --for 1m
              chaosctl fault prism respond 503 --times 3 --retry-after 5
              chaosctl fault db bandwidth 64KB/s
              chaosctl fault prism truncate 50% --then reset
              chaosctl fault prism reset --after 17B
              chaosctl fault prism hang 10s
              chaosctl fault db slice 100B±20B --bytes SELECT
              chaosctl fault prism edit response --status 404 --response-status 200
              chaosctl fault prism rate-limit 100/60s --key header:X-Api-Key
              chaosctl fault prism 3g --for 30s
            """
    )

    @Argument(help: "The proxy's name, a glob of names, or tag:NAME.") var proxy: String
    @Argument(help: "A fault, or a preset: see `chaosctl preset list`.")
    var kind: FaultWord
    @Argument(
        help: """
            A time (delay, stall, hang, slow-close, stale), a rate (bandwidth, corrupt, loss), a \
            size (slice), a status (respond), how much passes first (truncate, reset, close), \
            request or response (edit, swallow), a word (malform), a count (repeat), or a quota \
            (rate-limit).
            """
    )
    var value: String?
    @Option(help: "The id of the rule; without it, one like prism.delay.1 is chosen.")
    var id: String?

    @OptionGroup(title: "When") var match: MatchOptions
    @OptionGroup(title: "How often") var limit: LimitOptions
    @OptionGroup(title: "What") var details: FaultOptions
    @OptionGroup var lease: LeaseOptions
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    /// How often a chosen id may turn out to be taken by somebody who was faster.
    static let maximumAttempts = 16

    func run() async throws {
        _ = try document(id: "")
        let (reply, id) = try await admin.client { client in
            try await checkProxy(client)
            return try await create(client)
        }
        switch output.output {
        case .table: try Surroundings.current.print([PlainText.shown(id)])
        case .json, .yaml: try output.show(reply) { _ in [] }
        }
        Surroundings.current.printError([
            "chaosctl: the fault is on; end it with `chaosctl rule remove \(PlainText.shown(id))`."
        ])
    }

    /// The rule, as a rule file would have it.
    func document(id: String) throws -> JSONTree {
        var rule: JSONTree = ["id": .string(id)]
        rule = rule.setting("when", to: try match.document(proxy: proxy))
        if let limit = try limit.document { rule = rule.setting("limit", to: limit) }
        return rule.setting("then", to: [try kind.document(value: value, details)])
    }

    private func create(_ client: AdminClient) async throws -> (AdminReply, String) {
        if let id { return (try await post(client, id), id) }
        var attempt = 1
        while true {
            let id = try await unusedID(client)
            do {
                return (try await post(client, id), id)
            } catch let failure as AdminFailure {
                guard failure.refusalStatus == 409, attempt < Self.maximumAttempts else {
                    throw failure
                }
                attempt += 1
            }
        }
    }

    private func post(_ client: AdminClient, _ id: String) async throws -> AdminReply {
        try await client.send(.change(.post, "rules", query: lease.query, body: document(id: id)))
    }

    private func unusedID(_ client: AdminClient) async throws -> String {
        let rules = try await client.send(.look("rules")).decoded(RulesReply.self).rules
        return Self.unusedID(proxy: proxy, word: kind.word, taken: Set(rules.map(\.id)))
    }

    /// An id such as `prism.delay.1`, with the lowest number that no rule has.
    static func unusedID(proxy: String, word: String, taken: Set<String>) -> String {
        let name = String(proxy.map { $0.isWhitespace || "*?:".contains($0) ? "-" : $0 })
        var number = 1
        while taken.contains("\(name).\(word).\(number)") { number += 1 }
        return "\(name).\(word).\(number)"
    }

    /// A rule for a proxy that does not exist would be silent for ever.
    private func checkProxy(_ client: AdminClient) async throws {
        guard !proxy.hasPrefix("tag:"), !proxy.contains(where: { "*?".contains($0) }) else {
            return
        }
        let proxies = try await client.send(.look("proxies")).decoded(ProxiesReply.self).proxies
        guard !proxies.contains(where: { $0.name == proxy }) else { return }
        let names = proxies.map(\.name).joined(separator: ", ")
        throw Complaint(
            "there is no proxy named \(proxy)",
            hints: [names.isEmpty ? "The configuration has no proxies." : "There are: \(names)."],
            status: .notFound
        )
    }
}
