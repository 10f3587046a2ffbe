// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct PartitionHeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "heal",
        abstract: "Heal a partition; what it held back is released."
    )

    @Argument(help: "The partition's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.delete, "partitions", id))
        try output.confirm(reply, "partition \(id) is healed")
    }
}
