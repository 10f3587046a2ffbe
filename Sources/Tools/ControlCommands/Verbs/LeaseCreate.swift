// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel

struct LeaseCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a lease, and print its id."
    )

    @Option(help: "How long it runs unless it is renewed, from 1s to 24h.") var ttl: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.client { try await Self.create(ttl, $0) }
        try output.show(reply) { _ in
            [PlainText.shown(try reply.decoded(LeaseReply.self).id)]
        }
    }

    static func create(_ ttl: String, _ client: AdminClient) async throws -> AdminReply {
        try await client.send(.change(.post, "leases", body: ["ttl": .string(ttl)]))
    }
}
