// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct ConnectionsKill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "End one live connection, at both ends."
    )

    @Argument(help: "The connection's id, as `chaosctl connections` shows it.") var id: UInt64
    @Option(help: "rst (an abort) or fin (an orderly end).") var how = Ending.rst
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    enum Ending: String, ExpressibleByArgument, CaseIterable, Sendable {
        case rst
        case fin
    }

    func run() async throws {
        let target = "/v1/connections/\(id)?how=\(how.rawValue)"
        let reply = try await admin.send(AdminRequest(.delete, target))
        try output.confirm(reply, "connection \(id) is ended (\(how.rawValue))")
    }
}
