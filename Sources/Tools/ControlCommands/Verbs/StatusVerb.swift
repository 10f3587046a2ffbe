// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct StatusVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the proxy is and how it is."
    )

    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("status"))
        try output.show(reply) { colour in
            try reply.decoded(StatusReply.self).facts.lines(colour: colour)
        }
    }
}

extension StatusReply {
    var facts: FactList {
        var facts = FactList()
        facts.add("version", version)
        facts.add("process", "\(pid), up \(Amount.time(uptime))")
        facts.add("seed", String(seed))
        facts.add("environment", environment)
        facts.add("generation", String(generation))
        if panicked {
            facts.add("panic", .init("every fault is off until `chaosctl unpanic`", .bad))
        }
        facts.add("proxies", "\(proxies.enabled) of \(proxies.total) enabled")
        facts.add(
            "rules",
            "\(rules.enabled) of \(rules.total) enabled, \(rules.inForce) in force"
        )
        facts.add("partitions", "\(partitions.inForce) of \(partitions.total) in force")
        facts.add("leases", String(leases))
        facts.add("connections", "\(connections.live) live, \(connections.total) in all")
        facts.add("faults fired", String(faultsFired))
        facts.add("events", "\(events.newest), followed by \(events.followers)")
        return facts
    }
}
