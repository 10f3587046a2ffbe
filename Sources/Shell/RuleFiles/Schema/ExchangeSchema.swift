// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension FaultSchema {
    private static let status = Schema.any(.integer(200, 599), .pattern("^[2-5][0-9][0-9]$"))
    private static let writtenValue = Schema.oneOrMore(.any(.scalar, .null))

    private static let content: [(String, Schema)] = [
        ("body", Schema.any(.scalar, .null).about("The content, as text.")),
        ("json", Schema.anything.about("The content, as a tree.")),
        (
            "base64",
            Schema.pattern("^[A-Za-z0-9+/\\s]*={0,2}\\s*$").about("The content, as base64.")
        ),
        ("file", Schema.text.about("A file with the content, relative to this one.")),
        ("template", Schema.flag.about("The content is a Mustache template. Default false.")),
    ]

    static let exchangeFaults: [(String, Schema)] = [
        (
            "respond",
            Schema.any(
                status,
                Schema.object(
                    [
                        ("status", status.about("From 200 to 599.")),
                        ("reason", Schema.scalar.about("Default: the status's usual phrase.")),
                        (
                            "headers",
                            Schema.map(of: writtenValue, names: QuantitySchema.writtenHeader)
                                .about("Names, each with a value or a list of values.")
                        ),
                    ] + content + [
                        (
                            "forward",
                            Schema.flag.about(
                                "The request reaches upstream all the same. Default false."
                            )
                        )
                    ],
                    required: ["status"]
                ).excluding(MessageContent.forms)
            ).about("The client gets this answer in place of the upstream's.")
        ),
        (
            "edit",
            Schema.object([
                "request": requestEdit, "response": responseEdit,
                "lengths": Schema.choice(["fix", "keep"]).about(
                    "Whether Content-Length is made right. Default fix."
                ),
            ]).with(
                "anyOf",
                .array(
                    ["request", "response"].map {
                        .object([.init(key: "required", value: Schema.names([$0]))])
                    }
                )
            ).about("Changes a real message.")
        ),
        (
            "malform",
            Schema.choice(Malformation.allCases.map(\.rawValue)).about(
                "One fault in the framing of the response."
            )
        ),
        (
            "swallow",
            long(
                "Loses a message that its sender believes delivered.",
                short: .choice(["request", "response"]),
                [
                    "message": Schema.choice(["request", "response"]),
                    "then": Schema.choice(EndingParser.endings.map(\.key)).about("Default hang."),
                ],
                required: ["message"]
            )
        ),
        (
            "repeat",
            Schema.integer(2, Int64(Repeat.maximumTimes)).about(
                "Forwards the request so many times; the client sees the first answer."
            )
        ),
        ("rate-limit", rateLimit),
        (
            "stale",
            long(
                "Answers from the last good response to the same request.",
                short: .any(QuantitySchema.duration, .null),
                [
                    "max-age": QuantitySchema.duration.about("What is older is not used."),
                    "headers": Schema.flag.about("Adds Age and X-Cache-Age. Default true."),
                ]
            )
        ),
    ]

    private static let rateLimit = Schema.object(
        [
            "quota": Schema.integer(1, Int64(UInt32.max)).about("Requests that pass."),
            "per": QuantitySchema.duration.about("In each window of this length, from 1s."),
            "key": QuantitySchema.scope(["client", "connection", "rule"]).about(
                "Whose requests count together. Default client."
            ),
            "headers": Schema.choice(["ietf", "x", "none"]).about("Default ietf."),
            "retry-after": Schema.choice(["seconds", "date", "none"]).about("Default seconds."),
        ],
        required: ["quota", "per"]
    ).about("A true quota: what is over it is answered 429.")

    private static let requestEdit = message(
        [
            ("method", Schema.pattern("^[^a-z\\s]+$").about("Another method.")),
            ("path", Schema.pattern("^/[^?#\\s]*$").about("Another path, percent-encoded.")),
            ("query", edits(names: nil, "Parameters of the query, not encoded.")),
        ]
    )
    private static let responseEdit = message([("status", status.about("Another status."))])

    private static func message(_ own: [(String, Schema)]) -> Schema {
        let headers = edits(names: QuantitySchema.writtenHeader, "Header fields.")
        let merge = Schema.anything.about("A JSON merge patch (RFC 7396) of the body.")
        return Schema.object(own + [("headers", headers)] + content + [("json-merge", merge)])
            .with("minProperties", .int(1)).excluding(MessageContent.forms + ["json-merge"])
    }

    private static func edits(names: Schema?, _ about: String) -> Schema {
        let value = Schema.any(.scalar, .null)
        return Schema.object([
            "remove": Schema.oneOrMore(names ?? .scalar).about("First these go."),
            "set": Schema.map(of: value, names: names).about("Then these have one value."),
            "add": Schema.map(of: .oneOrMore(value), names: names).about("Then these come."),
        ]).with("minProperties", .int(1)).about(about)
    }
}
