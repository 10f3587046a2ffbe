// SPDX-License-Identifier: Apache-2.0
import AdminClient
import ArgumentParser
import FaultModel

struct PartitionCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Cut the edges between groups of nodes, across all proxies at once.",
        discussion: """
            A proxy is the edge between its `from` and its `to`. Example:
              chaosctl partition create minority --group client,prism-1 --group prism-2,prism-3
            """
    )

    @Argument(help: "The id of the partition.") var id: String
    @Option(help: "Nodes, with commas between them; give at least two groups.")
    var group: [String] = []
    @Flag(help: "Cut only what the first group sends toward the second.") var oneWay = false
    @OptionGroup var options: PartitionOptions
    @OptionGroup var lease: LeaseOptions
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard group.count > 1 else { throw ValidationError("Give --group at least twice.") }
    }

    func run() async throws {
        let reply = try await admin.client { try await Self.post(document, lease, $0) }
        try output.confirm(reply, "partition \(id) is made")
    }

    /// The partition, as a file would have it.
    var document: JSONTree {
        let groups = group.map { names in
            JSONTree.array(names.split(separator: ",").map { .string(String($0)) })
        }
        var edges = [JSONTree.Member("groups", .array(groups))]
        if oneWay { edges.append(JSONTree.Member("one-way", .bool(true))) }
        return options.document(id: id, edges)
    }

    static func post(
        _ document: JSONTree,
        _ lease: LeaseOptions,
        _ client: AdminClient
    ) async throws -> AdminReply {
        try await client.send(.change(.post, "partitions", query: lease.query, body: document))
    }
}
