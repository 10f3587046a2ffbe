// SPDX-License-Identifier: Apache-2.0
import FaultModel
import ArgumentParser

/// How often a fault fires: the `limit` of its rule.
struct LimitOptions: ParsableArguments {
    @Option(help: "The chance that a match fires, e.g. 30%.")
    var probability: String?

    @Option(help: "Let the first so many matches pass.")
    var skip: String?

    @Option(help: "Fire at most so many times.")
    var times: String?

    @Option(help: "Of the matches, only each so-manieth.")
    var every: String?

    @Option(help: "What skip, times and every count: rule, connection or client.")
    var per: String?

    @Option(help: "Start so long after now, e.g. 5s.")
    var startAfter: String?

    @Option(name: .customLong("for"), help: "End by itself so long after it started, e.g. 1m.")
    var duration: String?

    /// `nil` when nothing limits the fault.
    var document: JSONTree? {
        let members = [
            ("probability", probability), ("skip", skip), ("times", times), ("every", every),
            ("per", per), ("after", startAfter), ("for", duration),
        ].compactMap { key, value in value.map { JSONTree.Member(key, JSONTree(scalar: $0)) } }
        return members.isEmpty ? nil : .object(members)
    }
}
