// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FaultModel

/// How edges are cut, and for how long.
struct PartitionOptions: ParsableArguments {
    @Option(help: "hang (nothing passes), reset or refuse; without it: hang.")
    var how: String?

    @Option(help: "Cut off so many percent of the clients, chosen by their addresses, e.g. 80.")
    var percent: String?

    @Option(help: "Cut for so long, then be whole for --flap-up, and so on, e.g. 5s.")
    var flapDown: String?

    @Option(help: "Be whole for so long between two cuts, e.g. 10s.")
    var flapUp: String?

    @Option(name: .customLong("for"), help: "Heal by itself after so long, e.g. 30s.")
    var duration: String?

    func validate() throws {
        guard (flapDown == nil) == (flapUp == nil) else {
            throw ValidationError("--flap-down and --flap-up belong together.")
        }
    }

    /// The partition, as a file would have it.
    func document(id: String, _ edges: [JSONTree.Member]) -> JSONTree {
        var members = [JSONTree.Member("id", .string(id))] + edges
        if let how { members.append(JSONTree.Member("how", .string(how))) }
        if let percent { members.append(JSONTree.Member("percent", JSONTree(scalar: percent))) }
        if let flapDown, let flapUp {
            members.append(
                JSONTree.Member(
                    "flap",
                    ["down": JSONTree(scalar: flapDown), "up": JSONTree(scalar: flapUp)]
                )
            )
        }
        if let duration { members.append(JSONTree.Member("for", JSONTree(scalar: duration))) }
        return .object(members)
    }
}
