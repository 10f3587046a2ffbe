// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel
import Foundation
import RuleFiles

struct WaitVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wait",
        abstract: "Wait until something has happened.",
        discussion: """
            Ends with exit code 3 when it has not happened in time. Examples:
              chaosctl wait --rule agents.503 --fired 3 --timeout 10s
              chaosctl wait --proxy prism --connections 0
              chaosctl wait --idle 500ms
            """
    )

    @Option(help: "Wait for this rule, with --fired or --matched.") var rule: String?
    @Option(help: "Until the rule fired at least so often; without it: once.")
    var fired: UInt64?
    @Option(help: "Until the rule matched at least so often, whether or not it fired.")
    var matched: UInt64?
    @Option(help: "Wait for this proxy, with --connections.") var proxy: String?
    @Option(help: "Until the proxy has exactly so many live connections.")
    var connections: UInt64?
    @Option(help: "Until no connection, exchange or fault was recorded for so long, e.g. 500ms.")
    var idle: String?
    @Option(help: "Until this generation, or a newer one, is in force.") var generation: UInt64?
    @Flag(help: "Until the first configuration is in force.") var ready = false
    @Option(help: "For how long, from 1ms to 10m.") var timeout = "30s"
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try condition }

    func run() async throws {
        let document: JSONTree = ["for": try condition, "timeout": .string(timeout)]
        var request = AdminRequest(.post, "/v1/wait", body: Data(document.compact.utf8))
        request.isQuestion = true
        // One that the proxy would refuse is left to the proxy, which says why.
        request.extraTime = min(
            Duration(quantity: timeout) ?? .zero,
            WaitDocument.timeouts.upperBound
        )
        let reply = try await admin.send(request)
        try output.show(reply) { _ in
            [PlainText.shown(try reply.decoded(WaitReply.self).message)]
        }
    }

    private var condition: JSONTree {
        get throws {
            let subjects = [
                rule != nil, proxy != nil, idle != nil, generation != nil, ready,
            ]
            guard subjects.count(where: \.self) == 1 else {
                throw ValidationError(
                    "Name one of --rule, --proxy, --idle, --generation and --ready."
                )
            }
            if rule == nil, fired != nil || matched != nil {
                throw ValidationError("--fired and --matched belong to --rule.")
            }
            if proxy == nil, connections != nil {
                throw ValidationError("--connections belongs to --proxy.")
            }
            if let rule { return try condition(rule: rule) }
            if let proxy { return try condition(proxy: proxy) }
            if let idle { return ["idle": .string(idle)] }
            if let generation { return ["generation": .number(String(generation))] }
            return ["ready": .bool(true)]
        }
    }

    private func condition(rule: String) throws -> JSONTree {
        switch (fired, matched) {
        case (.some, .some):
            throw ValidationError("--fired and --matched exclude each other.")
        case (nil, let matched?):
            return ["rule": .string(rule), "matched": .number(String(matched))]
        case (let fired, nil):
            return ["rule": .string(rule), "fired": .number(String(fired ?? 1))]
        }
    }

    private func condition(proxy: String) throws -> JSONTree {
        guard let connections else {
            throw ValidationError("--proxy needs --connections, such as --connections 0.")
        }
        return ["proxy": .string(proxy), "connections": .number(String(connections))]
    }
}
