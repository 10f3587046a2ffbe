// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import FaultModel

@Suite struct PartitionTests {
    private func proxy(_ name: String, from: String, to: String) -> ProxyDefinition {
        ProxyDefinition(
            name: name,
            listen: .unix(path: "/\(name)"),
            upstreams: [.unix(path: "/up")],
            transport: .tcp,
            tags: ["tag-of-\(name)"],
            onUpstreamFailure: .reset,
            limits: .defaults,
            from: from,
            to: to,
            isEnabled: true
        )
    }

    private func cut(_ edges: Partition.Edges, _ proxy: ProxyDefinition) -> [Bool]? {
        ActivePartition(partition: Partition(id: "p", edges: edges), serial: 3)
            .cut(of: proxy, seed: 1)
            .map { [$0.toServer, $0.toClient] }
    }

    @Test(arguments: [
        ("a", "b", [true, true]), ("b", "a", [true, true]), ("a", "c", [true, true]),
        ("a", "a2", nil), ("a", "a", nil), ("a", "x", nil), ("x", "a", nil), ("x", "y", nil),
    ])
    func `an edge is cut when its nodes stand in different groups`(
        from: String,
        to: String,
        expected: [Bool]?
    ) {
        let groups = Partition.Edges.between(groups: [["a", "a2"], ["b"], ["c"]], isOneWay: false)
        #expect(cut(groups, proxy("p", from: from, to: to)) == expected)
    }

    @Test(arguments: [
        ("a", "b", [true, false]), ("b", "a", [false, true]), ("a", "a2", nil), ("a", "x", nil),
    ])
    func `one way cuts only what the first group sends toward the second`(
        from: String,
        to: String,
        expected: [Bool]?
    ) {
        let groups = Partition.Edges.between(groups: [["a", "a2"], ["b"]], isOneWay: true)
        #expect(cut(groups, proxy("p", from: from, to: to)) == expected)
    }

    @Test(arguments: [
        (Toward.both, [true, true]), (.server, [true, false]), (.client, [false, true]),
    ])
    func `a proxy can be cut whatever its nodes`(toward: Toward, expected: [Bool]) {
        let named = ProxySelector.any([.name(TextPattern("p*"))])
        let tagged = ProxySelector.any([.tag("tag-of-prism")])
        for selector in [named, tagged] {
            let edges = Partition.Edges.of(selector, toward: toward)
            #expect(cut(edges, proxy("prism", from: "x", to: "x")) == expected)
            #expect(cut(edges, proxy("db", from: "x", to: "y")) == nil)
        }
    }

    @Test func `a cut says whose it is, and a snapshot gathers the cuts of a proxy`() {
        let everything = Partition(id: "all", edges: .of(.all, toward: .both), how: .reset)
        let other = Partition(id: "other", edges: .of(.any([.tag("none")]), toward: .both))
        let snapshot = Snapshot(
            generation: 1,
            seed: 9,
            proxies: [],
            rules: [],
            partitions: [
                ActivePartition(partition: everything, serial: 5),
                ActivePartition(partition: other, serial: 6),
            ]
        )
        let expected = Cut(
            partition: "all",
            toServer: true,
            toClient: true,
            how: .reset,
            serial: 5,
            seed: 9
        )
        #expect(snapshot.cuts(of: proxy("p", from: "a", to: "b")) == [expected])
    }

    private func cut(percent: Double, seed: UInt64 = 1, id: String = "p") throws -> Cut {
        Cut(
            partition: id,
            toServer: true,
            toClient: true,
            how: .hang,
            serial: 1,
            percent: try Probability(percent),
            seed: seed
        )
    }

    private var clients: [IPAddress] { (0..<4_000).map { IPAddress(ipv4: 0x0a00_0000 + $0) } }

    @Test(arguments: [0.0, 0.1, 0.5, 0.8, 1.0])
    func `so many percent of the clients are cut off`(percent: Double) throws {
        let cut = try cut(percent: percent)
        let share = Double(clients.count { cut.affects(client: $0) }) / Double(clients.count)
        // Four standard deviations of 4,000 tosses.
        #expect(abs(share - percent) <= 4 * (percent * (1 - percent) / 4_000).squareRoot())
    }

    @Test func `who is cut off follows from the seed, the partition and the client alone`() throws {
        let half = try cut(percent: 0.5)
        let (more, again) = (try cut(percent: 0.7), try cut(percent: 0.5))
        let (otherSeed, otherID) = (
            try cut(percent: 0.5, seed: 2), try cut(percent: 0.5, id: "q")
        )
        #expect(clients.allSatisfy { half.affects(client: $0) == again.affects(client: $0) })
        // Who is cut off at 50% is at 70% too: a share grows, it is not dealt anew.
        #expect(clients.allSatisfy { !half.affects(client: $0) || more.affects(client: $0) })
        #expect(clients.contains { half.affects(client: $0) != otherSeed.affects(client: $0) })
        #expect(clients.contains { half.affects(client: $0) != otherID.affects(client: $0) })
    }

    @Test func `a client without an address is one client`() throws {
        let tosses = try (0..<64).map { try cut(percent: 0.5, seed: $0).affects(client: nil) }
        #expect(tosses.contains(true) && tosses.contains(false))
        #expect(try cut(percent: 1).affects(client: nil))
        #expect(try !cut(percent: 0).affects(client: nil))
    }
}
