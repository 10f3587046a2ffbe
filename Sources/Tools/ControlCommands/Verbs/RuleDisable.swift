// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct RuleDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Take a rule out of force, on live connections too."
    )

    @Argument(help: "The rule's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "rules", id, "disable"))
        try output.confirm(reply, "rule \(id) is off")
    }
}
