// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct PartitionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the partitions, and what they cut."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("partitions"))
        try output.show(reply) { colour in
            try reply.decoded(PartitionsReply.self).table.lines(colour: colour)
                ?? ["no partitions"]
        }
    }
}

extension PartitionsReply {
    var table: TextTable {
        var table = TextTable([
            .text("id"), .text("state"), .text("how"), .number("percent"), .text("cuts"),
            .text("lease"),
        ])
        for partition in partitions {
            table.add([
                .init(partition.id), partition.state, .init(partition.how),
                .init(partition.share), .init(partition.edges), .init(partition.lease ?? ""),
            ])
        }
        return table
    }
}

extension PartitionReply {
    /// Whether it cuts, and for how long.
    var state: TextTable.Cell {
        let rest = expiresIn.map { ", heals in \(Amount.time($0))" } ?? ""
        return inForce ? .init("cut\(rest)", .bad) : .init("whole\(rest)", .quiet)
    }

    /// Without a fraction where there is none.
    var share: String {
        percent == percent.rounded() ? String(Int(percent)) : String(percent)
    }

    /// The proxies, with an arrow where one direction is cut.
    var edges: String {
        cuts.map { edge in
            edge.toServer && edge.toClient
                ? edge.proxy : edge.proxy + (edge.toServer ? " -> server" : " -> client")
        }.joined(separator: ", ")
    }
}
