// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct RuleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the rules, in the order in which they are read."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("rules"))
        try output.show(reply) { colour in
            try reply.decoded(RulesReply.self).table.lines(colour: colour) ?? ["no rules"]
        }
    }
}

extension RulesReply {
    var table: TextTable {
        var table = TextTable([
            .text("id"), .text("state"), .text("faults"), .number("matches"), .number("fired"),
            .text("about"),
        ])
        for rule in rules {
            table.add([
                .init(rule.id), rule.state, .init(rule.faults.joined(separator: ", ")),
                "\(rule.matches)", "\(rule.fired)", .init(rule.about ?? ""),
            ])
        }
        return table
    }
}

extension RuleReply {
    /// Whether it acts, and for how long.
    var state: TextTable.Cell {
        if !enabled {
            return exhausted.map { .init("off, budget of \($0) used up", .bad) }
                ?? .init("off", .quiet)
        }
        if let startsIn { return .init("starts in \(Amount.time(startsIn))", .quiet) }
        if let window, !window.open {
            return .init("window opens in \(Amount.time(window.changesIn))", .quiet)
        }
        guard inForce else { return .init("not in force", .bad) }
        return .init(expiresIn.map { "on for \(Amount.time($0))" } ?? "on", .good)
    }
}
