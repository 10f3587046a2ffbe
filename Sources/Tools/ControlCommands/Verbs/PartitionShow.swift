// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser
import FaultModel

struct PartitionShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one partition, as it is and as it was written."
    )

    @Argument(help: "The partition's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("partitions", id))
        try output.show(reply) { colour in
            let source = try reply.tree()["source"]
            let facts = try reply.decoded(PartitionReply.self).facts
            return facts.lines(colour: colour) + written(source)
        }
    }
}

extension PartitionReply {
    var facts: FactList {
        var facts = FactList()
        facts.add("id", id)
        facts.add("about", about)
        facts.add("state", state)
        facts.add("how", how)
        facts.add("percent", share)
        facts.add("cuts", edges)
        facts.add("changes in", changesIn.map(Amount.time))
        facts.add("lease", lease)
        return facts
    }
}
