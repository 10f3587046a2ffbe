// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct UnpanicVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpanic",
        abstract: "End a panic: what is declared comes into force again."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "unpanic"))
        try output.confirm(reply, "what is declared is in force again")
    }
}
