// SPDX-License-Identifier: Apache-2.0
import AdminContract

/// One picture of `chaosctl top`: lines that fit into a terminal.
struct TopFrame: Sendable {
    /// Lines and columns; a pipe has as many as it takes.
    struct Size: Equatable, Sendable {
        var columns: Int
        var rows: Int

        static let unlimited = Size(columns: .max, rows: .max)
    }

    /// Lines of faults that are wanted where there is room.
    static let wantedFaults = 10

    let history: TopHistory
    /// Why there is no newer sample.
    var trouble: String?

    func lines(_ size: Size, colour: Bool) -> [String] {
        guard let last = history.last else { return [] }
        let head = [heading(last)] + (trouble.map { [Tone.bad.painted($0, colour: colour)] } ?? [])
        let proxies = proxyTable(last).lines(colour: colour) ?? ["no proxies"]
        let rules = ruleTable(last).lines(colour: colour) ?? ["no rules"]
        let faults = history.faults.suffix(Self.wantedFaults)
            .map { $0.sentence(colour: colour) }
        var lines = head
        var room = max(0, size.rows - head.count)
        // Every part has its due; what one leaves is the next one's.
        for (part, share) in [(proxies, 3), (rules, 2), (["LAST FAULTS"] + faults, 1)] {
            guard room > 1 else { break }
            let own = share == 1 ? room : max(3, room / share)
            let shown = Self.shortened(part, to: min(own, room) - 1)
            lines += [""] + shown
            room -= shown.count + 1
        }
        return lines.prefix(size.rows).map { ClippedText.clipped($0, to: size.columns) }
    }

    /// The first lines, and how many more there are.
    private static func shortened(_ lines: [String], to count: Int) -> [String] {
        guard lines.count > count else { return lines }
        guard count > 1 else { return Array(lines.prefix(count)) }
        return lines.prefix(count - 1) + ["and \(lines.count - count + 1) more"]
    }

    private func heading(_ last: TopSample) -> String {
        let status = last.status
        return
            "chaosproxy \(status.version), up \(Amount.time(status.uptime)), seed \(status.seed),"
            + " generation \(status.generation), \(status.connections.live) live connections,"
            + " \(status.faultsFired) faults fired"
    }

    private func proxyTable(_ last: TopSample) -> TextTable {
        var table = TextTable([
            .text("proxy"), .number("live"), .number("exch/s"), .number("bytes/s"),
            .number("failed"), .number("p50"), .number("p99"),
        ])
        for sample in last.metrics["chaosproxy_connections"] {
            guard let name = sample.labels["proxy"] else { continue }
            let failed = history.failureShare(of: name)
            table.add([
                .init(name), "\(Int(sample.value))",
                .init(Self.number(history.rate("chaosproxy_exchanges_total", ["proxy": name]))),
                .init(Self.bytes(history.rate("chaosproxy_bytes_total", ["proxy": name]))),
                .init(
                    failed.map { "\(Int(($0 * 100).rounded())) %" } ?? "-",
                    failed.map { $0 > 0 } == true ? .bad : .normal
                ),
                .init(Self.time(history.latency(0.5, of: name))),
                .init(Self.time(history.latency(0.99, of: name))),
            ])
        }
        return table
    }

    /// Those that act first, then those that have fired, each as the rules are read.
    private func ruleTable(_ last: TopSample) -> TextTable {
        var table = TextTable([
            .text("rule"), .text("state"), .number("matches"), .number("fired"), .number("active"),
        ])
        let rows = last.rules.map { rule in
            (rule, Int(last.metrics.sum("chaosproxy_faults_active", ["rule": rule.id])))
        }
        let ranks = rows.map { $1 > 0 ? 0 : $0.fired > 0 ? 1 : $0.enabled ? 2 : 3 }
        for rank in 0...3 {
            for (position, (rule, active)) in rows.enumerated() where ranks[position] == rank {
                table.add([
                    .init(rule.id), rule.state, "\(rule.matches)", "\(rule.fired)",
                    .init("\(active)", active > 0 ? .bad : .normal),
                ])
            }
        }
        return table
    }

    private static func number(_ value: Double?) -> String {
        guard let value else { return "-" }
        return value < 10 && value > 0
            ? "\(Double((value * 10).rounded()) / 10)" : "\(Int(value.rounded()))"
    }

    private static func bytes(_ value: Double?) -> String {
        value.map { Amount.bytes(UInt64(min($0.rounded(), 1e18))) } ?? "-"
    }

    private static func time(_ value: Int64?) -> String { value.map(Amount.time) ?? "-" }
}
