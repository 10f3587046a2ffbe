// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// What a fault does beyond its one value; each option belongs to some kinds of faults only.
struct FaultOptions: ParsableArguments {
    @Option(help: "client (what comes back), server or both. (faults on bytes)")
    var toward: String?

    @Option(help: "Let so much pass first: 17B, 5s or 50%. (reset, close, truncate, stall)")
    var after: String?

    @Option(help: "What is held: connect, chunk, request or response. (delay)")
    var at: String?

    @Option(help: "No more than this. (delay)")
    var max: String?

    @Option(help: "What may pass at once after idle time, e.g. 16KiB. (bandwidth)")
    var burst: String?

    @Option(help: "Whose bytes count together: connection, rule or proxy. (bandwidth)")
    var share: String?

    @Option(help: "The time between two writes, e.g. 5ms. (slice)")
    var spacing: String?

    @Option(help: "flip, zero or random. (corrupt)")
    var mode: String?

    @Option(help: "Leave so many bytes alone at the beginning. (corrupt)")
    var skipBytes: String?

    @Option(help: "The first stall, e.g. 200ms. (loss)")
    var rto: String?

    @Flag(help: "End the connections that live, too. (refuse)")
    var cut = false

    @Option(help: "How it ends: close, reset or hang. (truncate, swallow)")
    var then: String?

    @Option(help: "keep or fix: what becomes of the promised length. (truncate, edit)")
    var lengths: String?

    @Option(help: "The value of Retry-After (respond), or its form: seconds, date or none.")
    var retryAfter: String?

    @Option(
        help: ArgumentHelp("A header field of the answer. (respond)", valueName: "name: value")
    )
    var responseHeader: [String] = []

    @Option(help: "The body, as text. (respond, edit)")
    var body: String?

    @Option(help: "The body, as JSON. (respond, edit)")
    var json: String?

    @Flag(help: "The body is a Mustache template. (respond, edit)")
    var template = false

    @Flag(help: "The request reaches the upstream all the same. (respond)")
    var forward = false

    @Option(help: "The new status. (edit)")
    var status: String?

    @Option(help: "The new path. (edit)")
    var path: String?

    @Option(help: ArgumentHelp("A header field to set. (edit)", valueName: "name: value"))
    var setHeader: [String] = []

    @Option(help: "The name of a header field to remove. (edit)")
    var removeHeader: [String] = []

    @Option(help: "A JSON merge patch of the body. (edit)")
    var jsonMerge: String?

    @Option(help: "Whose requests count: client, connection, rule, header:NAME. (rate-limit)")
    var key: String?

    @Option(help: "Which fields tell what is left: ietf, x or none. (rate-limit)")
    var headerStyle: String?

    /// The options that were given, by name.
    var given: [String] {
        let texts: [(String, String?)] = [
            ("--toward", toward), ("--after", after), ("--at", at), ("--max", max),
            ("--burst", burst), ("--share", share), ("--spacing", spacing), ("--mode", mode),
            ("--skip-bytes", skipBytes), ("--rto", rto), ("--then", then),
            ("--lengths", lengths), ("--retry-after", retryAfter), ("--body", body),
            ("--json", json), ("--status", status), ("--path", path),
            ("--json-merge", jsonMerge), ("--key", key), ("--header-style", headerStyle),
        ]
        let others: [(String, Bool)] = [
            ("--cut", cut), ("--template", template), ("--forward", forward),
            ("--response-header", !responseHeader.isEmpty), ("--set-header", !setHeader.isEmpty),
            ("--remove-header", !removeHeader.isEmpty),
        ]
        return texts.filter { $0.1 != nil }.map(\.0) + others.filter(\.1).map(\.0)
    }
}
