// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct ProxyDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Close a proxy's listener; its live connections end too."
    )

    @Argument(help: "The proxy's name.") var name: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "proxies", name, "disable"))
        try output.confirm(reply, "proxy \(name) is disabled")
    }
}
