// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// How numbers with units, names and values are written.
enum QuantitySchema {
    private static let number = "[0-9]+(\\.[0-9]+)?"
    private static let time = "(\(number) *(h|m|s|ms|us|µs|μs|ns) *)+"
    private static let size = "\(number) *(B|KB|kB|MB|GB|KiB|MiB|GiB)"
    private static let percent = "(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?) *%"
    static let token = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"

    static let duration = Schema.ref("duration")
    private static let durationForm = orZero("^ *(0|\(time))$")
        .about("A time, such as 200ms, 1.5s or 1m30s; at most 24h.")
    static let bytes = Schema.ref("bytes")
    private static let bytesForm = orZero("^ *(0|\(size)) *$")
        .about("A count of bytes, such as 17B, 64KiB or 1.5MB.")
    static let rate = Schema.ref("rate")
    private static let rateForm = orZero("^ *(0|(\(size)|\(number) *(bit|kbit|Mbit|Gbit)) */s) *$")
        .about("A rate, such as 64KB/s or 10Mbit/s; 0 is a stall.")
    /// Bytes or a time.
    static let point = orZero("^ *(0|\(size) *|\(time))$")
    /// Bytes, or a share of the whole.
    static let part = orZero("^ *(0|\(size)|\(percent)) *$")
    static let spreadSize = orZero("^ *\(size)( *(±|\\+-) *\(size))? *$")
    static let probability = Schema.ref("probability")
    private static let probabilityForm = Schema.any(
        .number(0, 1),
        .pattern("^ *(\(percent)|0?\\.[0-9]+|0|1) *$")
    ).about("A probability, such as 30%, or a number from 0 to 1.")
    static let percentage = Schema.any(.number(0, 100), .pattern("^ *\(percent) *$"))
    static let version = Schema.constant(.int(1)).about("The version of the language: 1.")

    /// A time, or how times are spread.
    static let spreadTime = Schema.ref("time")
    private static let spreadTimeForm = orZero(
        "^ *(0|\(time)|\(time) *(±|\\+-) *\(time)"
            + "|(uniform|normal|lognormal) *\\( *(0|\(time)) *, *(0|\(time)) *\\)"
            + "|exponential *\\( *\(time) *\\)|pareto *\\( *\(time) *, *\(number) *\\))$"
    ).about(
        "A time such as 200ms, or a distribution: 200ms ± 50ms, "
            + TimeParser.samples.map(\.value).joined(separator: ", ") + "."
    )

    static let headerKey = Schema.pattern("^header: *[!#$%&'*+.^_`|~0-9A-Za-z-]+ *$")

    /// One of the words, or `header:NAME`.
    static func scope(_ words: [String]) -> Schema { .any(.choice(words), headerKey) }

    static let toward = Schema.choice(["client", "server", "both"]).about(
        "client: what comes back; server: what goes there. Default client."
    )
    static let tags = Schema.any(.list(.scalar), .constant(.array([])))
        .about("Words to select by.")
    static let endpoint = Schema.pattern(
        "^(unix:.+|\\[[0-9A-Fa-f:.]+\\]:[0-9]{1,5}|[^:\\[\\]]+:[0-9]{1,5})$"
    )
    /// A pattern of what a value has to look like; it contains itself.
    private static let valuePattern = Schema.any(
        .scalar.with("not", Schema.constant(.string("//")).value),
        .object(["present": .constant(.bool(true)), "absent": .constant(.bool(true))])
            .withOne(of: ["present", "absent"]),
        .list(.ref("value"))
    ).about(
        "Text or a glob with * and ?, a regular expression /.../, { present: true },"
            + " { absent: true }, or a list of these."
    )

    /// The forms that others refer to.
    static var definitions: [(String, Schema)] {
        [
            ("duration", durationForm), ("bytes", bytesForm), ("rate", rateForm),
            ("probability", probabilityForm), ("time", spreadTimeForm), ("value", valuePattern),
        ]
    }

    /// A header that a rule may write: those that frame messages are computed.
    static var writtenHeader: Schema {
        let computed = FieldSyntax.computed.sorted().map { name in
            name.map { $0.isLetter ? "[\($0.uppercased())\($0)]" : "\($0)" }.joined()
        }
        return Schema.pattern(token).with(
            "not",
            Schema.pattern("^(\(computed.joined(separator: "|")))$").value
        )
    }

    private static func orZero(_ pattern: String) -> Schema {
        .any(.pattern(pattern), .constant(.int(0)))
    }
}
