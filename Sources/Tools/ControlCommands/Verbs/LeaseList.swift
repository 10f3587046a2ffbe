// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct LeaseList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the leases, and what ends with them."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("leases"))
        try output.show(reply) { colour in
            try reply.decoded(LeasesReply.self).table.lines(colour: colour) ?? ["no leases"]
        }
    }
}

extension LeasesReply {
    var table: TextTable {
        var table = TextTable([
            .text("id"), .number("ttl"), .number("ends in"), .number("renewals"), .text("rules"),
            .text("partitions"),
        ])
        for lease in leases {
            table.add([
                .init(lease.id), .init(Amount.time(lease.ttl)), .init(Amount.time(lease.expiresIn)),
                "\(lease.renewals)", .init(lease.rules.joined(separator: ", ")),
                .init(lease.partitions.joined(separator: ", ")),
            ])
        }
        return table
    }
}
