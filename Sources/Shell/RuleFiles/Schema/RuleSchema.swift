// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// A rule: `when`, `limit`, and what belongs to the rule itself.
enum RuleSchema {
    static let rule = Schema.object(
        [
            "id": Schema.any(
                .pattern("^[^\\s]+$").with("maxLength", .int(Int64(RuleParser.maximumIDLength))),
                .integer(0)
            ).about("Unique among all rules, without spaces; a part of every draw."),
            "about": Schema.scalar.about("A sentence for a person."),
            "tags": QuantitySchema.tags,
            "enabled": Schema.flag.about("A rule that is not enabled does nothing. Default true."),
            "final": Schema.flag.about(
                "No later rule is read for what this one fired on. Default false."
            ),
            "when": .ref("when"),
            "limit": .ref("limit"),
            "then": .ref("then"),
        ],
        required: ["id", "then"]
    ).about("When it applies, how often, and what then happens.")

    static let when = Schema.object([
        "proxy": Schema.oneOrMore(.scalar).about("Names of proxies, globs, or tag:NAME."),
        "client": Schema.oneOrMore(.pattern("^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$")).about(
            "Addresses of clients, or blocks such as 10.0.0.0/8."
        ),
        "connection": Schema.oneOrMore(
            .any(.integer(1), .pattern("^([1-9][0-9]*(\\.\\.[1-9][0-9]*)?|odd|even)$"))
        ).about("The connection's ordinal on its proxy: 3, 1..10, odd, even."),
        "request": Schema.oneOrMore(
            .pattern("^[^a-z\\s]+ +/(?!.*\\*\\*/)[^?\\s]*$")
        ).about("METHOD /path, or ANY /path; * one segment, ** the rest, {id} a named segment."),
        "host": Schema.ref("value").about("The host that is asked for, without its port."),
        "headers": patterns("Header fields of the request.", isToken: true),
        "query": patterns("Parameters of the query.", isToken: false),
        "cookies": patterns("Cookies of the request.", isToken: true),
        "body": body.about("What the request's content holds: by JSON Pointers, or as text."),
        "response": response,
        "bytes": bytes,
        "cohort": Schema.object(
            [
                "percent": QuantitySchema.percentage.about("The share, from 0 to 100."),
                "of": QuantitySchema.scope(["client", "connection"]).about(
                    "client, connection or header:NAME. Default client."
                ),
            ],
            required: ["percent"]
        ).about("A share that is always the same one, by a stable hash."),
    ]).about("All that are given must hold.")

    private static func patterns(_ about: String, isToken: Bool) -> Schema {
        Schema.map(
            of: .ref("value"),
            names: isToken ? .pattern(QuantitySchema.token) : nil
        ).about(about)
    }

    private static let body = Schema.map(
        of: .ref("value"),
        names: .any(.constant(.string("text")), .pattern("^/"))
    )

    private static let response = Schema.object([
        "status": Schema.oneOrMore(
            .any(.integer(200, 599), .pattern("^([2-5][xX][xX]|[2-5][0-9][0-9])$"))
        ).about("503, a class such as 5xx, or a list."),
        "headers": patterns("Header fields of the answer.", isToken: true),
        "body": body.about("What the answer's content holds."),
    ]).with("minProperties", .int(1)).about("The upstream's answer.")

    private static let bytes = Schema.object(
        [
            "toward": Schema.choice(["server", "client"]).about(
                "server: what the client sends; client: what comes back."
            ),
            "text": Schema.any(Schema.text.with("minLength", .int(1)), .number(-1 << 53, 1 << 53))
                .about("The bytes, as text."),
            "hex": Schema.any(.pattern("^ *([0-9A-Fa-f] *[0-9A-Fa-f] *)+$"), .integer(0))
                .about("The bytes, in hexadecimal."),
            "scan": QuantitySchema.bytes.about(
                "They end within the first so many bytes of the stream. Default 4KiB."
            ),
        ],
        required: ["toward"]
    ).withOne(of: ["text", "hex"]).about("Bytes near the beginning of a stream.")

    static let limit = Schema.object([
        "probability": QuantitySchema.probability.about("The chance of each match. Default 100%."),
        "skip": Schema.integer(0).about("Let the first so many matches pass."),
        "times": Schema.integer(1).about("Fire at most so many times."),
        "every": Schema.integer(1).about("Of the matches, only each so-manieth."),
        "per": QuantitySchema.scope(["rule", "connection", "client"]).about(
            "What skip, times and every count. Default rule."
        ),
        "after": QuantitySchema.duration.about("In force so long after it was enabled."),
        "for": QuantitySchema.duration.about("Disables itself so long after it came into force."),
        "window": Schema.object(
            ["on": QuantitySchema.duration, "every": QuantitySchema.duration],
            required: ["on", "every"]
        ).about("In force for `on` of every `every`."),
        "ramp": Schema.object(
            ["to": QuantitySchema.probability, "over": QuantitySchema.duration],
            required: ["to", "over"]
        ).about("The probability moves from `probability` (here default 0) to `to`."),
        "concurrent": Schema.integer(1).about("At most so many faults of this rule at once."),
        "budget": budget,
    ]).about("How often a rule that matches fires.")

    static let budget = Schema.object([
        "clients": Schema.integer(1, Int64(Limit.Budget.maximumClients)).about(
            "Distinct clients."
        ),
        "connections": Schema.integer(1).about("Distinct connections."),
        "requests": Schema.integer(1).about("Exchanges and streams."),
        "bytes": QuantitySchema.bytes.about("Bytes of what was hit, in both directions."),
    ]).with("minProperties", .int(1)).about("Reaching one of these disables the rule.")
}
