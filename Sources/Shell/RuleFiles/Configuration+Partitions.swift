// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What no partition can know alone: its likes, and the proxies that are the edges.
extension Configuration {
    package static let maximumPartitions = 1_000

    static func readPartitions(_ item: Item) -> [PartitionEntry] {
        (item.list("`partitions`") ?? []).compactMap {
            PartitionParser.read($0.inDomain("partition"))
        }
    }

    func checkPartitions(
        _ proxies: [String: ProxyDefinition],
        allowProduction: Bool,
        _ report: Report
    ) {
        guard !partitions.isEmpty else { return }
        if partitions.count > Self.maximumPartitions, let last = partitions.last {
            item(last, report).fail(
                "config.too-large",
                "there are more than \(Self.maximumPartitions) partitions"
            )
        }
        if environment == .production, !allowProduction, let first = partitions.first {
            item(first, report).fail(
                "config.production",
                "the environment is production, where no partition may stand",
                hint: "start with --allow-production if this is meant"
            )
        }
        var ids: Set<String> = []
        for entry in partitions where !ids.insert(entry.partition.id).inserted {
            item(entry, report).fail(
                "partition.duplicate-id",
                "the id `\(entry.partition.id)` is taken",
                hint: "every partition has an id of its own"
            )
        }
        let nodes = Set(proxies.values.flatMap { [$0.from, $0.to] })
        for entry in partitions { check(entry, proxies, nodes, report) }
    }

    /// A partition that cuts nothing would be silent for ever.
    private func check(
        _ entry: PartitionEntry,
        _ proxies: [String: ProxyDefinition],
        _ nodes: Set<String>,
        _ report: Report
    ) {
        let isKnown =
            switch entry.partition.edges {
            case .between: checkNodes(entry, nodes, report)
            case .of: checkProxies(entry, proxies, report)
            }
        guard isKnown,
            !proxies.values.contains(where: { entry.partition.directions(of: $0) != nil })
        else { return }
        item(entry, report).fail(
            "partition.no-edge",
            "no proxy is an edge that it would cut",
            hint: "a proxy is the edge between its `from` and its `to`"
        )
    }

    private func checkNodes(
        _ entry: PartitionEntry,
        _ nodes: Set<String>,
        _ report: Report
    ) -> Bool {
        guard let node = entry.node["groups"] else { return true }
        var isKnown = true
        let groups = item(entry, report).child(node, "groups").list("`groups`") ?? []
        for item in groups.flatMap({ $0.oneOrMore("a group") }) {
            guard let name = item.text, !nodes.contains(name) else { continue }
            isKnown = false
            item.fail(
                "partition.unknown-node",
                "no proxy has a node `\(name)`",
                hint: Self.hint(for: name, among: nodes, none: "no proxy is configured")
            )
        }
        return isKnown
    }

    private func checkProxies(
        _ entry: PartitionEntry,
        _ proxies: [String: ProxyDefinition],
        _ report: Report
    ) -> Bool {
        guard let node = entry.node["proxy"] else { return true }
        return checkProxyNames(item(entry, report).child(node, "proxy"), proxies)
    }

    private func item(_ entry: PartitionEntry, _ report: Report) -> Item {
        Item(entry.node, path: entry.path, domain: "partition", file: entry.file, report: report)
    }
}
