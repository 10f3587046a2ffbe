// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminContract
import ArgumentParser

struct ProxyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one proxy, as it is and as it was written."
    )

    @Argument(help: "The proxy's name.") var name: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("proxies", name))
        try output.show(reply) { colour in
            let source = try reply.tree()["source"]
            return try reply.decoded(ProxyReply.self).facts.lines(colour: colour)
                + written(source)
        }
    }
}

extension ProxyReply {
    var facts: FactList {
        var facts = FactList()
        facts.add("name", name)
        facts.add("state", state)
        facts.add("protocol", transport)
        facts.add("listen", listen)
        facts.add("address", address)
        facts.add("upstream", upstreams.joined(separator: ", "))
        facts.add("tags", tags.joined(separator: ", "))
        facts.add("connections", "\(connections.live) live, \(connections.total) in all")
        facts.add("to server", Amount.bytes(bytesToServer))
        facts.add("to client", Amount.bytes(bytesToClient))
        return facts
    }
}

/// A part of the configuration, as YAML under a line that says so.
func written(_ source: JSONTree?) -> [String] {
    guard let source else { return [] }
    return ["", "as it was written:"]
        + source.yaml.split(separator: "\n", omittingEmptySubsequences: false).map { "  " + $0 }
}
