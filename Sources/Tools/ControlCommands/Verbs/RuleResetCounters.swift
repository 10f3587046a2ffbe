// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct RuleResetCounters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-counters",
        abstract: "Count a rule's matches and firings from zero again."
    )

    @Argument(help: "The rule's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "rules", id, "reset-counters"))
        try output.confirm(reply, "rule \(id) counts from zero")
    }
}
