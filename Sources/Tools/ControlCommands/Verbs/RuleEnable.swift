// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct RuleEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Put a rule in force, on live connections too."
    )

    @Argument(help: "The rule's id.") var id: String
    @Option(name: .customLong("for"), help: "Disable it again after so long, e.g. 30s.")
    var duration: String?
    @OptionGroup var lease: LeaseOptions
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let query = (duration.map { [("for", $0)] } ?? []) + lease.query
        let reply = try await admin.send(.change(.post, "rules", id, "enable", query: query))
        try output.confirm(reply, "rule \(id) is on" + (duration.map { " for \($0)" } ?? ""))
    }
}
