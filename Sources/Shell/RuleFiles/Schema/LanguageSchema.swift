// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// The language as a JSON Schema (draft 2020-12), for editors and other tools.
///
/// It says what a pattern can say. What needs two numbers compared, or a text decoded, only the
/// parser refuses.
package enum LanguageSchema {
    /// The whole schema: a configuration, a file that one includes, or a preset.
    package static var document: DocumentValue {
        .object([
            .init(key: "$schema", value: .string("https://json-schema.org/draft/2020-12/schema")),
            .init(key: "title", value: .string("chaosproxy rules")),
            .init(
                key: "description",
                value: .string("A configuration, a file of rules, or a preset of chaosproxy.")
            ),
            .init(
                key: "if",
                value: .object([.init(key: "required", value: Schema.names(["then"]))])
            ),
            .init(key: "then", value: Schema.ref("preset").value),
            .init(key: "else", value: Schema.ref("configuration").value),
            .init(
                key: "$defs",
                value: .object(
                    definitions.map { DocumentValue.Member(key: $0.0, value: $0.1.value) }
                )
            ),
        ])
    }

    private static var definitions: [(String, Schema)] {
        [
            ("configuration", configuration), ("proxy", proxy), ("rule", RuleSchema.rule),
            ("when", RuleSchema.when), ("limit", RuleSchema.limit), ("then", FaultSchema.then),
            ("fault", FaultSchema.fault), ("partition", partition), ("preset", preset),
        ] + QuantitySchema.definitions
    }

    /// Without `version`, a file to be included: it holds rules and nothing else.
    private static let configuration = Schema.object([
        "version": QuantitySchema.version,
        "seed": Schema.any(.integer(0), .pattern("^[0-9]+$")).about(
            "Every draw follows from it. Default: drawn at start, and printed."
        ),
        "environment": Schema.choice(["test", "staging", "production"]).about(
            "production refuses every rule. Default test."
        ),
        "proxies": Schema.map(
            of: .ref("proxy"),
            names: .pattern("^[A-Za-z0-9._-]{1,\(ProxyParser.maximumNameLength)}$"),
            atMost: Configuration.maximumProxies
        ).about("Names, each with its proxy."),
        "include": Schema.any(.list(.text, atMost: 10_000), .constant(.array([]))).about(
            "Files with `rules:`, relative to this one; * and ? in names."
        ),
        "rules": Schema.any(
            .list(.ref("rule"), atMost: Configuration.maximumRules),
            .constant(.array([]))
        ).about("Read in order."),
        "partitions": Schema.any(.list(.ref("partition")), .constant(.array([]))).about(
            "Splits of the network, made and healed in one step."
        ),
    ]).with(
        "anyOf",
        .array(
            [["version"], ["rules"]].map {
                .object([.init(key: "required", value: Schema.names($0))])
            }
        )
    )

    private static let proxy = Schema.object(
        [
            "listen": QuantitySchema.endpoint.about(
                "host:port, [::1]:port or unix:/path; port 0 lets the system choose."
            ),
            "upstream": Schema.oneOrMore(QuantitySchema.endpoint).about(
                "The real service; a list is tried in order."
            ),
            "protocol": Schema.choice(["tcp", "http", "auto"]).about(
                "Default tcp; auto: decided by the first bytes of each connection."
            ),
            "from": Schema.text.about("The node on the clients' side. Default client."),
            "to": Schema.text.about("The node of the service. Default: the proxy's name."),
            "tags": QuantitySchema.tags,
            "enabled": Schema.flag.about("A disabled proxy does not listen. Default true."),
            "on-upstream-failure": Schema.any(
                .choice(["502", "reset", "close"]),
                .constant(.int(502))
            ).about("What a client sees when no upstream can be reached."),
            "limits": Schema.object([
                "connections": Schema.integer(1, 1_000_000).about("Live at once. Default 10000."),
                "buffer": QuantitySchema.bytes.about("Held back each way. Default 4MiB."),
                "connect-timeout": QuantitySchema.duration.about("Default 5s."),
                "idle-timeout": QuantitySchema.duration.about("Default 0s: never."),
                "head-timeout": QuantitySchema.duration.about("Default 60s."),
                "head": QuantitySchema.bytes.about("Of one HTTP message. Default 64KiB."),
                "body-limit": QuantitySchema.bytes.about("Read by `body:`. Default 64KiB."),
            ]).about("The bounds of the proxy."),
            "request-faults": Schema.object([
                "secret": Schema.pattern(
                    "^[!-~]{\(RequestFaults.minimumSecret),\(RequestFaults.maximumSecret)}$"
                ).about("What a request has to show in X-Chaos-Token."),
                "secret-file": Schema.text.about("A file with the secret."),
                "budget": RuleSchema.budget,
            ]).withOne(of: ["secret", "secret-file"]).about(
                "Lets requests ask for faults by X-Chaos-Fault."
            ),
        ],
        required: ["listen", "upstream"]
    ).about("One listening address and the real service behind it.")

    private static let partition = Schema.object(
        [
            "id": Schema.any(.pattern("^[^\\s]+$"), .integer(0)).about(
                "Unique among all partitions."
            ),
            "about": Schema.scalar.about("A sentence for a person."),
            "groups": Schema.list(
                .any(.scalar, .list(.scalar, atMost: PartitionParser.maximumNodes)),
                atLeast: 2,
                atMost: PartitionParser.maximumGroups
            ).about("An edge between two groups is cut."),
            "one-way": Schema.flag.about("Only what the first group sends is cut."),
            "proxy": Schema.oneOrMore(.scalar).about("The proxies whose edges are cut."),
            "toward": QuantitySchema.toward,
            "how": Schema.choice(["hang", "reset", "refuse"]).about("Default hang."),
            "percent": QuantitySchema.percentage.about("Of the clients. Default 100."),
            "flap": Schema.object(
                ["down": QuantitySchema.duration, "up": QuantitySchema.duration],
                required: ["down", "up"]
            ).about("Cut for a time, whole for a time, and so on."),
            "for": QuantitySchema.duration.about("Heals by itself after this."),
        ],
        required: ["id"]
    ).withOne(of: ["groups", "proxy"]).about("A split of the network.")

    private static let preset = Schema.object(
        ["about": Schema.text, "limit": .ref("limit"), "then": .ref("then")],
        required: ["about", "then"]
    ).about("A part of a rule that a word in `then` stands for.")
}
