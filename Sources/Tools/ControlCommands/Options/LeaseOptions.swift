// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// With which lease a change is to end.
struct LeaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Take it back when this lease ends; without it: CHAOS_LEASE, if that is set.",
            valueName: "id"
        )
    )
    var lease: String?

    /// What `chaosctl lease hold` sets for the command that it runs.
    static let variable = "CHAOS_LEASE"

    /// For the query of a change; empty without a lease.
    var query: [(String, String)] {
        let id = lease ?? Surroundings.current.environment[Self.variable] ?? ""
        return id.isEmpty ? [] : [("lease", id)]
    }
}
