// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminContract
import ArgumentParser

struct RuleShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one rule, as it is and as it was written."
    )

    @Argument(help: "The rule's id.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("rules", id))
        try output.show(reply) { colour in
            let source = try reply.tree()["source"]
            return try reply.decoded(RuleReply.self).facts.lines(colour: colour) + written(source)
        }
    }
}

extension RuleReply {
    var facts: FactList {
        var facts = FactList()
        facts.add("id", id)
        facts.add("about", about)
        facts.add("state", state)
        facts.add("lease", lease)
        facts.add("tags", tags.joined(separator: ", "))
        facts.add("faults", faults.joined(separator: ", "))
        facts.add("matches", String(matches))
        facts.add("fired", String(fired))
        facts.add("active", String(active))
        facts.add("uncounted", uncounted > 0 ? String(uncounted) : nil)
        facts.add("window", window.map(\.sentence))
        return facts
    }
}

extension RuleReply.Window {
    fileprivate var sentence: String {
        "\(open ? "open" : "closed"), \(open ? "closes" : "opens") in \(Amount.time(changesIn))"
    }
}
