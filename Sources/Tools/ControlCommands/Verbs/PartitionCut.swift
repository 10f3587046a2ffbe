// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel

struct PartitionCut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cut",
        abstract: "Cut the edges of some proxies; what `chaosctl partition PROXY` does.",
        discussion: """
            Prints the id of the partition. Examples:
              chaosctl partition prism --how hang --for 30s
              chaosctl partition tag:api --toward client --percent 50
              chaosctl partition db --how reset --flap-down 5s --flap-up 10s
            """
    )

    @Argument(help: "The proxy's name, a glob of names, or tag:NAME.") var proxy: String
    @Option(help: "The id of the partition; without it, one like prism.partition.1 is chosen.")
    var id: String?
    @Option(help: "Cut only what goes toward the client, or toward the server.")
    var toward: String?
    @OptionGroup var options: PartitionOptions
    @OptionGroup var lease: LeaseOptions
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    /// How often a chosen id may turn out to be taken by somebody who was faster.
    static let maximumAttempts = 16

    func run() async throws {
        let (reply, id) = try await admin.client { client in try await create(client) }
        switch output.output {
        case .table: try Surroundings.current.print([PlainText.shown(id)])
        case .json, .yaml: try output.show(reply) { _ in [] }
        }
        Surroundings.current.printError([
            "chaosctl: cut; heal it with `chaosctl partition heal \(PlainText.shown(id))`."
        ])
    }

    /// The partition, as a file would have it.
    func document(id: String) -> JSONTree {
        var edges = [JSONTree.Member("proxy", .string(proxy))]
        if let toward { edges.append(JSONTree.Member("toward", .string(toward))) }
        return options.document(id: id, edges)
    }

    private func create(_ client: AdminClient) async throws -> (AdminReply, String) {
        var attempt = 1
        while true {
            let id = if let id { id } else { try await unusedID(client) }
            do {
                return (try await PartitionCreate.post(document(id: id), lease, client), id)
            } catch let failure as AdminFailure {
                let isTaken = failure.refusalStatus == 409
                guard isTaken, self.id == nil, attempt < Self.maximumAttempts else { throw failure }
                attempt += 1
            }
        }
    }

    private func unusedID(_ client: AdminClient) async throws -> String {
        let reply = try await client.send(.look("partitions")).decoded(PartitionsReply.self)
        let taken = Set(reply.partitions.map(\.id))
        let name = String(proxy.map { $0.isWhitespace || "*?:".contains($0) ? "-" : $0 })
        var number = 1
        while taken.contains("\(name).partition.\(number)") { number += 1 }
        return "\(name).partition.\(number)"
    }
}
