// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FaultModel

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

    @Option(help: "What skip, times and every count: rule, connection, client or header:NAME.")
    var per: String?

    @Option(help: "Start so long after now, e.g. 5s.")
    var startAfter: String?

    @Option(name: .customLong("for"), help: "End by itself so long after it started, e.g. 1m.")
    var duration: String?

    @Option(
        help: ArgumentHelp("In force for a part of each period only.", valueName: "on/every")
    )
    var window: String?

    @Option(
        help: ArgumentHelp("The probability moves there in a time.", valueName: "to/over")
    )
    var ramp: String?

    @Option(help: "At most so many of this fault at once.")
    var concurrent: String?

    @Option(
        help: ArgumentHelp(
            "End it after so many clients, connections, requests or bytes.",
            valueName: "what=count"
        )
    )
    var budget: [String] = []

    /// `nil` when nothing limits the fault.
    var document: JSONTree? {
        get throws {
            var members = [
                ("probability", probability), ("skip", skip), ("times", times), ("every", every),
                ("per", per), ("after", startAfter), ("for", duration),
            ].compactMap { key, value in
                value.map { JSONTree.Member(key, JSONTree(scalar: $0)) }
            }
            if let window {
                let pair = try pair(window, "--window", ["on", "every"], "30s/5m")
                members.append(.init("window", pair))
            }
            if let ramp {
                members.append(.init("ramp", try pair(ramp, "--ramp", ["to", "over"], "100%/60s")))
            }
            if let concurrent {
                members.append(.init("concurrent", JSONTree(scalar: concurrent)))
            }
            if !budget.isEmpty { members.append(.init("budget", try bounds)) }
            return members.isEmpty ? nil : .object(members)
        }
    }

    private func pair(
        _ text: String,
        _ option: String,
        _ keys: [String],
        _ sample: String
    ) throws -> JSONTree {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw ValidationError(
                "\(option) '\(text)' is not \(keys.joined(separator: "/")), such as \(sample)."
            )
        }
        return .object(
            zip(keys, parts).map { JSONTree.Member($0, JSONTree(scalar: String($1))) }
        )
    }

    private var bounds: JSONTree {
        get throws {
            .object(
                try budget.map { text in
                    let pair = try NamedValue(text, separator: "=", option: "--budget")
                    guard let count = pair.value else {
                        throw ValidationError("--budget '\(text)' has no count, such as clients=5.")
                    }
                    return JSONTree.Member(pair.name, JSONTree(scalar: count))
                }
            )
        }
    }
}
