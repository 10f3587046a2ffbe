// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract
import ArgumentParser
import Foundation

struct EventsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what happened, and with -f what happens.",
        discussion: "With --output json each record is a line of JSON."
    )

    @Flag(name: [.customShort("f"), .long], help: "Go on until interrupted.")
    var follow = false
    @Option(
        help: "Begin after the record of this number; without it: with the oldest that is kept."
    )
    var since: UInt64?
    @Option(help: "Only this kind: conn, xchg, fault, state, notice or mark.")
    var kind: String?
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await admin.client { client in
            try await client.lines(of: request) { line in try show(line) }
        }
        // Who follows was promised an end only by an interruption.
        guard !follow else {
            throw Complaint("the proxy ended the stream of events", status: .unreachable)
        }
    }

    var request: AdminRequest {
        var query = ["follow=\(follow)"]
        if let since { query.append("since=\(since)") }
        if let kind { query.append("kind=\(AdminRequest.escaped(kind))") }
        return AdminRequest(.get, "/v1/events?" + query.joined(separator: "&"))
    }

    private func show(_ line: Data) throws {
        let surroundings = Surroundings.current
        switch output.output {
        case .json: try surroundings.print([try tree(line).compact])
        case .yaml: try surroundings.print(["---", try tree(line).yaml])
        case .table:
            guard let event = try? AdminJSON.decode(EventLine.self, from: line) else {
                throw notAnEvent
            }
            try surroundings.print([event.sentence(colour: output.usesColour)])
        }
    }

    private func tree(_ line: Data) throws -> JSONTree {
        do { return try JSONTreeReader.read(line) } catch { throw notAnEvent }
    }

    private var notAnEvent: Complaint {
        Complaint(
            "the proxy sent a line that is not an event",
            hints: ["Compare `chaosctl --version` with `chaosproxy --version`."],
            status: .failed
        )
    }
}
