// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct ProxyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the proxies and where they really listen."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("proxies"))
        try output.show(reply) { colour in
            try reply.decoded(ProxiesReply.self).table.lines(colour: colour) ?? ["no proxies"]
        }
    }
}

extension ProxiesReply {
    var table: TextTable {
        var table = TextTable([
            .text("name"), .text("state"), .text("protocol"), .text("address"), .text("upstream"),
            .number("live"), .number("total"), .number("to server"), .number("to client"),
        ])
        for proxy in proxies {
            table.add([
                .init(proxy.name), proxy.state, .init(proxy.transport),
                .init(proxy.address ?? proxy.listen, proxy.address == nil ? .quiet : .normal),
                .init(proxy.upstreams.joined(separator: ", ")),
                "\(proxy.connections.live)", "\(proxy.connections.total)",
                .init(Amount.bytes(proxy.bytesToServer)),
                .init(Amount.bytes(proxy.bytesToClient)),
            ])
        }
        return table
    }
}

extension ProxyReply {
    /// Enabled and without an address: the listener could not be opened, or is being opened.
    var state: TextTable.Cell {
        if !enabled { return .init("disabled", .quiet) }
        return address == nil ? .init("not listening", .bad) : .init("listening", .good)
    }
}
