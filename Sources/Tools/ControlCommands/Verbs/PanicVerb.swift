// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser

struct PanicVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "panic",
        abstract: "Every fault off at once, and none on until `chaosctl unpanic`."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.change(.post, "panic"))
        try output.confirm(
            reply,
            "every fault is off, and stays off until `chaosctl unpanic`"
        )
    }
}
