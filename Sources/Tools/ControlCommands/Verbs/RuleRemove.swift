// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct RuleRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a rule; what it held back is released."
    )

    @Argument(help: "The rule's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.delete, "rules", id))
        try output.confirm(reply, "rule \(id) is removed")
    }
}
