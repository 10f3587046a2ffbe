// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ArgumentParser

/// The words of chaosctl; each verb is in a file of its own.
struct ChaosCtl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaosctl",
        abstract: "Drive a running chaosproxy.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 wrong usage or an invalid document, 3 not known \
            whether it was done, or not in time, 4 not found, 5 conflict, 6 the proxy cannot be \
            reached.
            """,
        version: ProductVersion.current,
        subcommands: [
            StatusVerb.self, ProxyVerbs.self, RuleVerbs.self, FaultVerb.self, PartitionVerbs.self,
            LeaseVerbs.self, ResetVerb.self, PanicVerb.self, UnpanicVerb.self, EventsVerb.self,
            ExchangesVerb.self, ExplainVerb.self, WaitVerb.self, MarkVerb.self,
            ConnectionsVerb.self, PresetVerbs.self, SchemaVerb.self, ValidateVerb.self,
            RunVerb.self, TopVerb.self, HealthcheckVerb.self,
        ]
    )
}

struct ProxyVerbs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy",
        abstract: "Look at proxies, and let them listen or not.",
        subcommands: [ProxyList.self, ProxyShow.self, ProxyEnable.self, ProxyDisable.self]
    )
}

struct RuleVerbs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule",
        abstract: "Look at rules, and change them.",
        subcommands: [
            RuleList.self, RuleShow.self, RuleApply.self, RuleEnable.self, RuleDisable.self,
            RuleRemove.self, RuleResetCounters.self,
        ]
    )
}

struct PartitionVerbs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partition",
        abstract: "Cut the edges between nodes, look at the cuts, and heal them.",
        discussion: "`chaosctl partition prism --how hang --for 30s` cuts one proxy.",
        subcommands: [
            PartitionCut.self, PartitionCreate.self, PartitionList.self, PartitionShow.self,
            PartitionHeal.self,
        ],
        defaultSubcommand: PartitionCut.self
    )
}

struct LeaseVerbs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "Leases: what is made under one goes when it ends.",
        subcommands: [
            LeaseHold.self, LeaseCreate.self, LeaseRenew.self, LeaseList.self, LeaseEnd.self,
        ]
    )
}

struct ExchangesVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchanges",
        abstract: "Look at the HTTP exchanges that ended.",
        subcommands: [ExchangesList.self, ExchangesShow.self],
        defaultSubcommand: ExchangesList.self
    )
}

struct ConnectionsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections",
        abstract: "Look at live connections, and kill them.",
        subcommands: [ConnectionsList.self, ConnectionsKill.self],
        defaultSubcommand: ConnectionsList.self
    )
}

struct PresetVerbs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preset",
        abstract: "Look at the presets: names for common faults and networks.",
        subcommands: [PresetList.self, PresetShow.self],
        defaultSubcommand: PresetList.self
    )
}
