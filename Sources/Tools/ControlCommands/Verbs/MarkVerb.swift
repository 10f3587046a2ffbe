// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser
import FaultModel

struct MarkVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mark",
        abstract: "Write a note into the event log."
    )

    @Argument(help: "What the note says, such as the step of a test.") var name: String
    @Option(help: "Any JSON, to be kept with it.") var data: String?
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var mark: JSONTree = ["name": .string(name)]
        if let data {
            do {
                mark = mark.setting("data", to: try JSONTreeReader.read(data.utf8))
            } catch {
                throw ValidationError("--data is not JSON from its byte \(error.offset) on.")
            }
        }
        let reply = try await admin.send(.change(.post, "marks", body: mark))
        try output.confirm(reply, "marked \(name)")
    }
}
