// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser

struct ExchangesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the exchanges that ended, the newest last."
    )

    @Option(help: "Only those of this proxy.") var proxy: String?
    @Option(help: "Only those on which this rule fired.") var rule: String?
    @Option(help: "Only those answered so, e.g. 503 or 5xx.") var status: String?
    @Option(
        help: "Only: complete, answered, cut, unreachable, abandoned, upgraded or refused."
    )
    var outcome: String?
    @Option(help: "Only those of this method.") var method: String?
    @Option(help: "Only those whose path is like this, e.g. '/api/*'.") var path: String?
    @Option(help: "Only those recorded after the event of this number.") var since: UInt64?
    @Option(help: "At most so many, the newest; 1 to 1000.") var limit: UInt64?
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let reply = try await admin.send(request)
        try output.show(reply) { colour in
            try reply.decoded(ExchangesReply.self).table.lines(colour: colour)
                ?? ["no exchanges"]
        }
    }

    var request: AdminRequest {
        let query = [
            ("proxy", proxy), ("rule", rule), ("status", status), ("outcome", outcome),
            ("method", method), ("path", path), ("since", since.map(String.init)),
            ("limit", limit.map(String.init)),
        ].compactMap { name, value in value.map { "\(name)=\(AdminRequest.escaped($0))" } }
        let target = "/v1/exchanges" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        return AdminRequest(.get, target)
    }
}

extension ExchangesReply {
    var table: TextTable {
        var table = TextTable([
            .text("id"), .text("began"), .text("proxy"), .text("request"), .number("status"),
            .text("outcome"), .number("took"), .number("to server"), .number("to client"),
            .text("faults"),
        ])
        for exchange in exchanges {
            table.add([
                .init(exchange.id), .init(exchange.clock, .quiet), .init(exchange.proxy),
                .init("\(exchange.method) \(exchange.target)"),
                .init(exchange.status.map(String.init) ?? "none"),
                .init(exchange.outcome),
                .init(Amount.time(exchange.duration)),
                .init(Amount.bytes(exchange.requestBytes)),
                .init(Amount.bytes(exchange.responseBytes)),
                .init(exchange.faults.map(\.sentence).joined(separator: ", "), .bad),
            ])
        }
        return table
    }
}

extension ExchangeReply {
    /// The time of day at which it began, in UTC, to the millisecond.
    var clock: String {
        started.split(separator: "T").last.map { String($0.prefix(12)) } ?? started
    }
}

extension ExchangeReply.Fault {
    /// `delay 203 ms by slow (drew 0.2500)`.
    var sentence: String {
        var text = fault
        if let delay { text += " \(Amount.time(delay))" }
        text += " by \(rule)"
        if let toss { text += " (drew \(Amount.fraction(toss)))" }
        return text
    }
}
