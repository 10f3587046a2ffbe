// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct ResetVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract:
            "Every rule off, every partition healed, every proxy enabled, every counter zero; at once."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "reset"))
        try output.confirm(
            reply,
            "every rule is off, every partition is healed, every proxy is enabled,"
                + " every counter is zero"
        )
    }
}
