// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel

/// What a run of a command showed of the rules; the document of `chaosctl run --summary`.
struct RunSummary: Codable, Equatable, Sendable {
    /// The tag of a rule without which a run is worth nothing.
    static let mustFire = "must-fire"

    /// Of the command.
    var exitCode: Int32
    var seed: UInt64
    var connections: UInt64
    var exchanges: UInt64
    /// In the order in which the rules are read.
    var fired: [Fired]
    var neverFired: [Unfired]
    /// Rules with ``mustFire`` of the file that are not there any more: nobody can say.
    var gone: [String]
    /// Records that `--event-log` was too slow for.
    var eventsMissed: UInt64

    struct Fired: Codable, Equatable, Sendable {
        var rule: String
        /// How often it fired.
        var fired: UInt64
        /// How often each of its faults was put on something.
        var faults: [String: UInt64]
    }

    struct Unfired: Codable, Equatable, Sendable {
        var rule: String
        /// Since its counters were last reset.
        var matches: UInt64
        var enabled: Bool
        var mustFire: Bool
        /// Why the request that came nearest did not match.
        var nearestMiss: String?

        private enum CodingKeys: String, CodingKey {
            case rule, matches, enabled
            case mustFire = "must_fire"
            case nearestMiss = "nearest_miss"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case seed, connections, exchanges, fired, gone
        case exitCode = "exit_code"
        case neverFired = "never_fired"
        case eventsMissed = "events_missed"
    }

    /// - Parameter mustFire: The rules of the file that have to fire.
    init(
        exitCode: Int32,
        status: StatusReply,
        rules: [RuleReply],
        metrics: MetricsReader,
        mustFire: [String]
    ) {
        self.exitCode = exitCode
        seed = status.seed
        connections = Self.count(metrics.sum("chaosproxy_connections_total"))
        exchanges = Self.count(metrics.sum("chaosproxy_exchanges_total"))
        eventsMissed = Self.count(
            metrics.sum("chaosproxy_events_dropped_total", ["reader": "file"])
        )
        fired = []
        neverFired = []
        // Not the rules' own counters: whoever tests may have reset them in between.
        let samples = Dictionary(
            grouping: metrics["chaosproxy_faults_total"],
            by: { $0.labels["rule"] ?? "" }
        )
        for rule in rules {
            let faults = Dictionary(
                (samples[rule.id] ?? []).map { ($0.labels["fault"] ?? "", Self.count($0.value)) },
                uniquingKeysWith: &+
            )
            if let most = faults.values.max(), most > 0 {
                fired.append(Fired(rule: rule.id, fired: most, faults: faults))
            } else {
                neverFired.append(
                    Unfired(
                        rule: rule.id,
                        matches: rule.matches,
                        enabled: rule.enabled,
                        mustFire: rule.tags.contains(Self.mustFire)
                    )
                )
            }
        }
        gone = mustFire.filter { id in !rules.contains { $0.id == id } }
    }

    /// The rules that had to fire, and of which that cannot be said.
    var unmet: [String] { neverFired.filter(\.mustFire).map(\.rule) + gone }

    /// The code with which chaosctl ends: the command's, unless only the rules have failed.
    var outcome: Int32 {
        exitCode == 0 && !unmet.isEmpty ? ExitStatus.inconclusive.rawValue : exitCode
    }

    private static func count(_ value: Double) -> UInt64 { UInt64(exactly: value.rounded()) ?? 0 }
}

extension RunSummary {
    /// What a person reads at the end of a run.
    func lines(colour: Bool) -> [String] {
        var lines = [
            "chaosctl: \(exchanges) exchanges on \(connections) connections, seed \(seed)"
        ]
        lines += firedTable.lines(colour: colour) ?? []
        lines += neverFiredTable.lines(colour: colour) ?? []
        if eventsMissed > 0 {
            lines.append("chaosctl: the event log's file missed \(eventsMissed) records.")
        }
        for rule in neverFired where rule.mustFire {
            let name = PlainText.shown(rule.rule)
            lines.append("chaosctl: `\(name)` is tagged \(Self.mustFire) and never fired.")
        }
        for rule in gone {
            let name = PlainText.shown(rule)
            lines.append("chaosctl: `\(name)` is tagged \(Self.mustFire) and was removed.")
        }
        return lines
    }

    private var firedTable: TextTable {
        var table = TextTable([.text("fired"), .number("times"), .text("faults")])
        for rule in fired {
            let faults = rule.faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            table.add([.init(rule.rule), "\(rule.fired)", .init(faults.joined(separator: ", "))])
        }
        return table
    }

    private var neverFiredTable: TextTable {
        let hasMisses = neverFired.contains { $0.nearestMiss != nil }
        var columns: [TextTable.Column] = [
            .text("never fired"), .number("matches"), .text("state"),
        ]
        if hasMisses { columns.append(.text("nearest miss")) }
        var table = TextTable(columns)
        for rule in neverFired {
            var row: [TextTable.Cell] = [
                .init(rule.rule, rule.mustFire ? .bad : .normal), "\(rule.matches)",
                .init(rule.enabled ? "on" : "off", .quiet),
            ]
            if hasMisses { row.append(.init(rule.nearestMiss ?? "")) }
            table.add(row)
        }
        return table
    }
}
