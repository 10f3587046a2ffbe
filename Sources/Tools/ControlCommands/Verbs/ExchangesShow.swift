// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

struct ExchangesShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one exchange, and the faults on it with what was drawn."
    )

    @Argument(help: "The exchange's id, such as 17.0.") var id: String
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(.look("exchanges", id))
        try output.show(reply) { colour in
            try reply.decoded(ExchangeReply.self).facts.lines(colour: colour)
        }
    }
}

extension ExchangeReply {
    var facts: FactList {
        var facts = FactList()
        facts.add("id", id)
        facts.add("request", "\(method) \(target)")
        facts.add("answer", (status.map(String.init) ?? "none") + ", \(outcome)")
        facts.add("proxy", "\(proxy), connection \(ordinal) on it")
        facts.add("client", client)
        facts.add("began", started)
        facts.add("took", Amount.time(duration))
        facts.add("to server", Amount.bytes(requestBytes))
        facts.add("to client", Amount.bytes(responseBytes))
        facts.add("event", String(sequence))
        for fault in faults { facts.add("fault", fault.sentence) }
        return facts
    }
}
