// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What a fault does beyond its one value; each option belongs to some kinds of faults only.
struct FaultOptions: ParsableArguments {
    @Option(help: "client (what comes back), server or both. (delay, bandwidth, reset, close)")
    var toward: String?

    @Option(help: "Let so much pass first, e.g. 17B, 5s or 50%. (reset, close, truncate)")
    var after: String?

    @Option(help: "What is held: connect, chunk, request or response. (delay)")
    var at: String?

    @Option(help: "No more than this. (delay)")
    var max: String?

    @Option(help: "What may pass at once after idle time, e.g. 16KiB. (bandwidth)")
    var burst: String?

    @Option(help: "How it ends: close, reset or hang. (truncate)")
    var then: String?

    @Option(help: "The value of Retry-After. (respond)")
    var retryAfter: String?

    @Option(
        help: ArgumentHelp("A header field of the answer. (respond)", valueName: "name: value")
    )
    var responseHeader: [String] = []

    @Option(help: "The body of the answer, as text. (respond)")
    var body: String?

    @Option(help: "The body of the answer, as JSON. (respond)")
    var json: String?

    /// The options that were given, by name.
    var given: [String] {
        let options: [(String, Bool)] = [
            ("--toward", toward != nil), ("--after", after != nil), ("--at", at != nil),
            ("--max", max != nil), ("--burst", burst != nil), ("--then", then != nil),
            ("--retry-after", retryAfter != nil), ("--response-header", !responseHeader.isEmpty),
            ("--body", body != nil), ("--json", json != nil),
        ]
        return options.filter(\.1).map(\.0)
    }
}
