// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A partition, and the document that it was made of.
package struct PartitionEntry: Sendable {
    package var partition: Partition
    let node: DocumentNode
    /// A JSON Pointer to it in its document.
    let path: String
    let file: String?

    /// As it was written.
    package var source: DocumentValue { node.source }
}

/// Makes a ``Partition`` of its document.
package enum PartitionParser {
    /// Groups of one partition.
    package static let maximumGroups = 64
    /// Nodes of one partition, in all its groups.
    package static let maximumNodes = 1_000

    private static let keys = [
        "id", "about", "groups", "one-way", "proxy", "toward", "how", "percent", "flap", "for",
    ]

    /// Reads one partition.
    package static func partition(
        from value: DocumentValue
    ) throws(InvalidConfiguration) -> PartitionEntry {
        try partition(from: DocumentNode(value))
    }

    /// Reads one partition from the text of a JSON document.
    package static func partition(json: [UInt8]) throws(InvalidConfiguration) -> PartitionEntry {
        try partition(from: try JSONReader.read(json))
    }

    private static func partition(
        from node: DocumentNode
    ) throws(InvalidConfiguration) -> PartitionEntry {
        try node.part(of: "partition", else: "this is not a partition", read)
    }

    /// The partition, or `nil` after everything that is wrong with it has been reported.
    static func read(_ item: Item) -> PartitionEntry? {
        guard let fields = item.fields("a partition", known: keys) else { return nil }
        let id = fields.required("id", hint: "every partition has a name of its own")
            .flatMap(RuleParser.readID)
        let about = fields["about"].flatMap { $0.text }
        if let item = fields["about"], item.text == nil { item.badValue("`about` has to be text") }
        let edges = readEdges(fields)
        let how = fields["how"].map(readHow) ?? .hang
        let percent = fields["percent"].map(readPercent) ?? .always
        let flap = fields["flap"].map(readFlap)
        let duration = fields["for"].map {
            $0.duration(.milliseconds(1)...Quantity.maximumDuration)
        }
        guard let id, let edges, let how, let percent, flap != .some(nil), duration != .some(nil)
        else { return nil }
        let partition = Partition(
            id: id,
            about: about,
            edges: edges,
            how: how,
            percent: percent,
            flap: flap ?? nil,
            duration: duration ?? nil
        )
        guard makesSense(partition, fields) else { return nil }
        return PartitionEntry(
            partition: partition,
            node: item.node,
            path: item.path,
            file: item.file
        )
    }

    // MARK: Which edges

    private static func readEdges(_ fields: Fields) -> Partition.Edges? {
        switch (fields["groups"], fields["proxy"]) {
        case (let groups?, nil):
            fields["toward"]?.badValue(
                "`toward` is for `proxy`",
                hint: "with `groups`: one-way: true, from the first group toward the second"
            )
            return readGroups(groups, isOneWay: fields["one-way"].map { $0.bool() } ?? false)
        case (nil, let proxy?):
            fields["one-way"]?.badValue(
                "`one-way` is for `groups`",
                hint: "with `proxy`: toward: client, or toward: server"
            )
            let toward: Toward? =
                fields["toward"].map {
                    $0.word(["client": .client, "server": .server, "both": .both])
                } ?? .both
            guard let toward else { return nil }
            return .of(RuleParser.readProxySelector(proxy), toward: toward)
        case (nil, nil):
            fields.item.fail(
                "missing-key",
                "`groups` is missing",
                hint: "name groups of nodes, or with `proxy` the proxies whose edges are cut"
            )
        case (_?, let proxy?):
            proxy.badValue("`groups` and `proxy` exclude each other", hint: "leave one out")
        }
        return nil
    }

    private static func readGroups(_ item: Item, isOneWay: Bool?) -> Partition.Edges? {
        guard let lists = item.list("`groups`"), let isOneWay else { return nil }
        guard (2...maximumGroups).contains(lists.count) else {
            item.badValue(
                "there are \(lists.count) groups",
                hint: "from 2 to \(maximumGroups), such as [[client], [prism]]"
            )
            return nil
        }
        guard !isOneWay || lists.count == 2 else {
            item.badValue("one way is between two groups, and there are \(lists.count)")
            return nil
        }
        var seen: Set<String> = []
        let groups = lists.map { readGroup($0, &seen) }
        guard seen.count <= maximumNodes else {
            item.badValue("more than \(maximumNodes) nodes are named")
            return nil
        }
        return .between(groups: groups, isOneWay: isOneWay)
    }

    private static func readGroup(_ item: Item, _ seen: inout Set<String>) -> [String] {
        item.oneOrMore("a group").compactMap { item in
            guard let node = item.string("a node's name") else { return nil }
            guard seen.insert(node).inserted else {
                item.badValue("`\(node)` is named twice", hint: "a node stands in one group")
                return nil
            }
            return node
        }
    }

    // MARK: How

    private static func readHow(_ item: Item) -> Partition.How? {
        item.word(["hang": .hang, "reset": .reset, "refuse": .refuse])
    }

    /// `80` and `80%` are the same.
    private static func readPercent(_ item: Item) -> Probability? {
        if let text = item.text, let number = Quantity.percent(text) {
            return try? Probability(number / 100)
        }
        item.badValue("\(item.quoted) is not a percentage", hint: "from 0 to 100, such as 80")
        return nil
    }

    private static func readFlap(_ item: Item) -> Partition.Flap? {
        let range = Partition.Flap.minimum...Quantity.maximumDuration
        guard let fields = item.fields("`flap`", known: ["down", "up"]) else { return nil }
        let down = fields.required("down", hint: "cut for so long, such as 5s")?.duration(range)
        let up = fields.required("up", hint: "whole for so long, such as 10s")?.duration(range)
        guard let down, let up else { return nil }
        return Partition.Flap(down: down, up: up)
    }

    private static func makesSense(_ partition: Partition, _ fields: Fields) -> Bool {
        if partition.how == .refuse, partition.percent != .always {
            fields["percent"]?.badValue(
                "a closed listener refuses every client",
                hint: "write how: reset or how: hang, or leave percent out"
            )
            return false
        }
        guard partition.how != .hang, partition.isOneWay else { return true }
        (fields["one-way"] ?? fields["toward"])?.badValue(
            "`\(partition.how.rawValue)` ends both directions",
            hint: "write how: hang, or leave this out"
        )
        return false
    }
}

extension Partition {
    fileprivate var isOneWay: Bool {
        switch edges {
        case .between(_, let isOneWay): isOneWay
        case .of(_, let toward): toward != .both
        }
    }
}

extension Quantity {
    /// Reads `80` or `80%` as 80; `nil` outside 0 to 100.
    static func percent(_ text: some StringProtocol) -> Double? {
        let text = trimmed(text)
        return share(text.hasSuffix("%") ? text : text + "%", fractions: false).map { $0 * 100 }
    }
}
