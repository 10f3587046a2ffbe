// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct LeaseEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End a lease, and all that was made under it."
    )

    @Argument(help: "The lease's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.delete, "leases", id))
        try output.confirm(reply, "lease \(id) has ended")
    }
}
