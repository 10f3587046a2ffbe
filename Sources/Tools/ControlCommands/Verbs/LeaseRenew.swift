// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel

struct LeaseRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Let a lease run for its whole time again, from now."
    )

    @Argument(help: "The lease's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "leases", id, "renew"))
        try output.show(reply) { _ in
            let time = Amount.time(try reply.decoded(LeaseReply.self).expiresIn)
            return [PlainText.shown("lease \(id) ends in \(time)")]
        }
    }
}
