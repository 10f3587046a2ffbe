// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct PartitionParserTests {
    private static let proxies = """
        version: 1
        proxies:
          a-b: { listen: "unix:/1", upstream: "unix:/x", from: a, to: b, tags: [t] }
          b-c: { listen: "unix:/2", upstream: "unix:/x", from: b, to: c }

        """

    private func read(_ partition: String) throws -> Partition {
        let text = Self.proxies + "partitions:\n  - \(partition)\n"
        let configuration = try Configuration.parse(text: text, file: "chaos.yaml")
        return try #require(configuration.partitions.first).partition
    }

    @Test func `a partition is read with all that it says`() throws {
        let partition = try read(
            """
            id: minority
                about: Two of three.
                groups: [[a], [b, c]]
                one-way: true
                percent: 80
                flap: { down: 5s, up: 10s }
                for: 30s
            """
        )
        let expected = Partition(
            id: "minority",
            about: "Two of three.",
            edges: .between(groups: [["a"], ["b", "c"]], isOneWay: true),
            how: .hang,
            percent: try Probability(0.8),
            flap: Partition.Flap(down: .seconds(5), up: .seconds(10)),
            duration: .seconds(30)
        )
        #expect(partition == expected)
    }

    @Test func `little needs to be said, and a percentage may have its sign`() throws {
        let groups = try read("{ id: p, groups: [a, b] }")
        let expected = Partition(id: "p", edges: .between(groups: [["a"], ["b"]], isOneWay: false))
        #expect(groups == expected)
        let proxy = try read("{ id: p, proxy: tag:t, toward: server, percent: 12.5% }")
        #expect(proxy.edges == .of(.any([.tag("t")]), toward: .server))
        #expect(proxy.percent.value == 0.125)
    }

    @Test(arguments: [
        ("{ id: p }", "/partitions/0: `groups` is missing"),
        ("{ groups: [a, b] }", "/partitions/0: `id` is missing"),
        ("{ id: p, groops: [a, b] }", "(did you mean groups?)"),
        ("{ id: p, groups: [a, b], proxy: a-b }", "exclude each other"),
        ("{ id: p, groups: [a] }", "there are 1 groups"),
        ("{ id: p, groups: [[a], []] }", "a group is an empty list"),
        ("{ id: p, groups: [[a, b], [b, c]] }", "`b` is named twice"),
        ("{ id: p, groups: [a, b, c], one-way: true }", "between two groups, and there are 3"),
        ("{ id: p, groups: [a, b], toward: client }", "`toward` is for `proxy`"),
        ("{ id: p, proxy: a-b, one-way: true }", "`one-way` is for `groups`"),
        ("{ id: p, proxy: a-b, toward: clients }", "(did you mean client?)"),
        ("{ id: p, groups: [a, b], how: hangs }", "(did you mean hang?)"),
        ("{ id: p, groups: [a, b], percent: 101 }", "`101` is not a percentage"),
        ("{ id: p, groups: [a, b], percent: -1 }", "`-1` is not a percentage"),
        ("{ id: p, groups: [a, b], percent: nan }", "`nan` is not a percentage"),
        ("{ id: p, groups: [a, b], how: refuse, percent: 50 }", "refuses every client"),
        ("{ id: p, groups: [a, b], how: reset, one-way: true }", "`reset` ends both directions"),
        ("{ id: p, proxy: a-b, how: refuse, toward: server }", "`refuse` ends both directions"),
        ("{ id: p, groups: [a, b], flap: { down: 1s } }", "/flap: `up` is missing"),
        ("{ id: p, groups: [a, b], flap: { down: 1ms, up: 1s } }", "/flap/down: `1ms` is outside"),
        ("{ id: p, groups: [a, b], for: 30 }", "did you mean 30ms?"),
        ("{ id: p, groups: [a, b], for: 0 }", "/for: `0` is outside"),
        ("{ id: p q, groups: [a, b] }", "the id holds a space"),
        (
            "{ id: p, groups: [[a], [bb]] }",
            "chaos.yaml:6:29: /partitions/0/groups/1/0: no proxy has a node `bb` (did you mean b?)"
        ),
        ("{ id: p, groups: [a, c] }", "no proxy is an edge that it would cut"),
        ("{ id: p, proxy: [a-c] }", "there is no proxy `a-c` (did you mean a-b?)"),
        ("{ id: p, proxy: tag:none }", "no proxy is an edge that it would cut"),
        ("{ id: p, proxy: a-b }\n  - { id: p, proxy: b-c }", "the id `p` is taken"),
    ])
    func `a partition that makes no sense is refused with its place and a remedy`(
        partition: String,
        words: String
    ) {
        let text = Self.proxies + "partitions:\n  - \(partition)\n"
        let error = firstError(text)
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `production refuses partitions as it refuses rules`() {
        let text = Self.proxies + "environment: production\npartitions: [{ id: p, proxy: a-b }]\n"
        #expect(firstError(text)?.code == "config.production")
    }

    @Test func `a configuration with partitions is written as it was read`() throws {
        let text = Self.proxies + "partitions: [{ id: p, proxy: a-b, for: 30s }]\n"
        let document = try Configuration.parse(text: text, file: "chaos.yaml").document
        let again = try Configuration.parse(json: document.json)
        #expect(again.document == document)
        #expect(again.partitions.map(\.partition.duration) == [.seconds(30)])
    }
}
