// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct ProxyEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a proxy listen again."
    )

    @Argument(help: "The proxy's name.") var name: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "proxies", name, "enable"))
        try output.confirm(reply, "proxy \(name) is enabled")
    }
}
