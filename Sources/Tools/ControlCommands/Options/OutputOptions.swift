// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser
import FaultModel

/// How a command shows what it was told.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output = OutputFormat.table

    /// Shows a reply: as the proxy's own document, or as `lines` for a person, which are told
    /// whether to use colours.
    func show(_ reply: AdminReply, _ lines: (_ colour: Bool) throws -> [String]) throws {
        try show(try output == .table ? .null : reply.tree(), lines)
    }

    /// Shows what the command knows itself.
    func show(_ tree: JSONTree, _ lines: (_ colour: Bool) throws -> [String]) throws {
        switch output {
        case .json: try Surroundings.current.print([tree.pretty])
        case .yaml: try Surroundings.current.print([tree.yaml])
        case .table: try Surroundings.current.print(try lines(usesColour))
        }
    }

    /// Shows that a change was made: in a sentence, or as the proxy's own document.
    func confirm(_ reply: AdminReply, _ sentence: String) throws {
        if output != .table, reply.body.isEmpty { return }
        try show(reply) { _ in [PlainText.shown(sentence)] }
    }

    /// On a terminal, unless NO_COLOR is set to something (no-color.org).
    var usesColour: Bool {
        Surroundings.current.isTerminal
            && (Surroundings.current.environment["NO_COLOR"] ?? "").isEmpty
    }
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case json
    case yaml
}
