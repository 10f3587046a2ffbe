// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// `then`: a list of faults and presets.
enum FaultSchema {
    static let then = Schema.list(.ref("fault"), atMost: RuleParser.maximumFaults).about(
        "Faults, in order; one that settles the end of what it acts on is the last to act."
    )

    /// A word alone, or a map with one key.
    static let fault = Schema.any(
        .choice(RuleParser.wordsAlone + Preset.all.map(\.name)),
        Schema.object(properties).withOne(of: properties.map(\.0))
    )

    /// Every fault and every preset, with its value.
    static let properties: [(String, Schema)] =
        streamFaults + endings + exchangeFaults
        + Preset.all.map { ($0.name, preset($0)) }

    /// What of a preset is changed.
    private static func preset(_ preset: Preset) -> Schema {
        let words = Set(preset.faults.map(\.word)).sorted() + ["limit"]
        let change = Schema.map(of: .anything)
        return Schema.any(.null, .object(words.map { ($0, change) })).about(preset.about)
    }

    private static let streamFaults: [(String, Schema)] = [
        ("delay", delay),
        (
            "bandwidth",
            long(
                "Limits how fast bytes pass.",
                short: QuantitySchema.rate,
                [
                    "rate": QuantitySchema.rate, "burst": QuantitySchema.bytes,
                    "share": Schema.choice(["connection", "rule", "proxy"]).about(
                        "Whose bytes count together. Default connection."
                    ),
                    "toward": QuantitySchema.toward,
                ],
                required: ["rate"]
            )
        ),
        (
            "slice",
            long(
                "Cuts what arrives into writes of about one size, spaced in time.",
                short: QuantitySchema.spreadSize,
                [
                    "size": QuantitySchema.spreadSize.about("Such as 100B, or 100B ± 20B."),
                    "every": QuantitySchema.duration.about("Between two writes. Default 5ms."),
                    "toward": QuantitySchema.toward,
                ],
                required: ["size"]
            )
        ),
        (
            "stall",
            long(
                "Nothing passes for a time, then everything does.",
                short: .any(QuantitySchema.duration, .null),
                [
                    "after": QuantitySchema.bytes.about("So much passes before."),
                    "for": QuantitySchema.duration.about("Default: until the rule goes."),
                    "toward": QuantitySchema.toward,
                ]
            )
        ),
        (
            "corrupt",
            long(
                "Changes bytes in place, never lengths.",
                short: QuantitySchema.probability,
                [
                    "rate": QuantitySchema.probability.about("The chance of each byte."),
                    "mode": Schema.choice(["flip", "zero", "random"]).about("Default flip."),
                    "skip": QuantitySchema.bytes.about("Left alone at the beginning."),
                    "toward": QuantitySchema.toward,
                ],
                required: ["rate"]
            )
        ),
        (
            "loss",
            long(
                "What packet loss does to a TCP stream: stalls, never missing bytes.",
                short: QuantitySchema.probability,
                [
                    "rate": QuantitySchema.probability.about("The chance of each segment."),
                    "rto": QuantitySchema.duration.about("The first stall. Default 200ms."),
                    "toward": QuantitySchema.toward,
                ],
                required: ["rate"]
            )
        ),
    ]

    private static let delay = long(
        "Holds bytes for a time, in their order.",
        short: QuantitySchema.spreadTime,
        [
            "time": QuantitySchema.spreadTime,
            "at": Schema.choice(DelayParser.places).about(
                "What is held. Default: the whole exchange, or each chunk of a stream."
            ),
            "toward": QuantitySchema.toward,
            "max": QuantitySchema.duration.about("No more than this, whatever is drawn."),
        ],
        required: ["time"]
    )

    private static let endings: [(String, Schema)] = [
        (
            "close",
            long(
                "Ends the connection.",
                short: .any(QuantitySchema.point, .null),
                [
                    "after": QuantitySchema.point.about("Bytes that still pass, or a time."),
                    "how": Schema.choice(["fin", "rst"]).about("Default fin."),
                    "toward": QuantitySchema.toward,
                ]
            )
        ),
        (
            "reset",
            long(
                "Aborts the connection with a real RST.",
                short: .any(QuantitySchema.point, .null),
                [
                    "after": QuantitySchema.point.about("Bytes that still pass, or a time."),
                    "toward": QuantitySchema.toward,
                ]
            )
        ),
        (
            "hang",
            long(
                "Accepts everything and answers nothing.",
                short: .any(QuantitySchema.duration, .null),
                ["for": QuantitySchema.duration.about("Then the connection is closed.")]
            )
        ),
        (
            "slow-close",
            long(
                "Delays only the end of a stream.",
                short: QuantitySchema.duration,
                ["for": QuantitySchema.duration, "toward": QuantitySchema.toward],
                required: ["for"]
            )
        ),
        (
            "refuse",
            long(
                "Closes the listener: clients are refused.",
                short: .null,
                ["cut": Schema.flag.about("Ends live connections too. Default false.")]
            )
        ),
        ("truncate", truncate),
    ]

    private static let truncate = long(
        "Delivers a part of a body.",
        short: QuantitySchema.part,
        [
            "after": QuantitySchema.part.about("Bytes of content, or a share such as 50%."),
            "then": Schema.choice(EndingParser.endings.map(\.key)).about("Default close."),
            "lengths": Schema.choice(["keep", "fix"]).about(
                "keep: the whole is promised, and less comes. Default keep."
            ),
            "toward": Schema.choice(["client", "server"]).about(
                "client: the response's body; server: the request's. Default client."
            ),
        ],
        required: ["after"]
    ) {
        $0.with(
            "not",
            .object([
                .init(key: "required", value: Schema.names(["then", "lengths"])),
                .init(
                    key: "properties",
                    value: .object([
                        .init(key: "lengths", value: Schema.constant(.string("fix")).value)
                    ])
                ),
            ])
        )
    }

    /// The short form, or a map.
    static func long(
        _ about: String,
        short: Schema,
        _ properties: KeyValuePairs<String, Schema>,
        required: [String] = [],
        _ change: (Schema) -> Schema = { $0 }
    ) -> Schema {
        Schema.any(short, change(.object(properties, required: required))).about(about)
    }
}
