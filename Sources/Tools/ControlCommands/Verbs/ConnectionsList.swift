// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct ConnectionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the live connections with the rules on them."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("connections"))
        try output.show(reply) { colour in
            try reply.decoded(ConnectionsReply.self).table.lines(colour: colour)
                ?? ["no connections"]
        }
    }
}

extension ConnectionsReply {
    var table: TextTable {
        var table = TextTable([
            .number("id"), .text("proxy"), .number("nth"), .text("client"), .text("upstream"),
            .number("age"), .number("to server"), .number("to client"), .number("exchanges"),
            .number("held"), .text("rules"),
        ])
        for connection in connections {
            table.add([
                "\(connection.id)", .init(connection.proxy), "\(connection.ordinal)",
                .init(connection.client), .init(connection.upstream ?? "not yet", .normal),
                .init(Amount.time(connection.age)),
                .init(Amount.bytes(connection.bytesToServer)),
                .init(Amount.bytes(connection.bytesToClient)),
                "\(connection.exchanges)",
                .init(Amount.bytes(UInt64(max(0, connection.bufferedBytes)))),
                .init(connection.rules.joined(separator: ", "), .bad),
            ])
        }
        return table
    }
}
