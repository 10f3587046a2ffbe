// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import FaultModel
import Foundation

struct ExplainVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why each rule acts on a request, or does not.",
        discussion: """
            For a request that is only thought of, an exchange that happened, or a rule:
              chaosctl explain GET http://prism/api/v1/agents -H 'X-User: alice'
              chaosctl explain 17.0
              chaosctl explain --rule agents.503
            The URL's host is a proxy's name or the address it listens at. Nothing is counted.
            """
    )

    @Argument(
        help: ArgumentHelp("METHOD and URL, or the id of an exchange.", valueName: "request")
    )
    var words: [String] = []
    @Option(help: "Show which recent exchange came nearest to matching this rule, and why not.")
    var rule: String?
    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("A header field of the request.", valueName: "name: value")
    )
    var header: [String] = []
    @Option(help: "The body of the request.") var data: String?
    @Option(help: "The proxy's name, where the URL does not tell.") var proxy: String?
    @Option(help: "The client's address.") var client: String?
    @Option(help: "The ordinal of the connection on its proxy, from 1; draws depend on it.")
    var connection: UInt64?
    @Option(help: "The ordinal of the request on its connection, from 0.") var unit: UInt64?
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try question }

    func run() async throws {
        let document = try question
        var request = AdminRequest(.post, "/v1/explain", body: Data(document.compact.utf8))
        request.isQuestion = true
        let reply = try await admin.send(request)
        try output.show(reply) { colour in
            let explained = try reply.decoded(ExplainReply.self)
            return rule == nil ? explained.lines(colour: colour) : explained.nearest(colour: colour)
        }
    }

    private var question: JSONTree {
        get throws {
            switch (rule, words.count) {
            case (let rule?, 0):
                try refusePlace()
                return ["rule": .string(rule)]
            case (nil, 1):
                try refusePlace()
                return ["exchange": .string(words[0])]
            case (nil, 2): return try request(words[0], words[1])
            default:
                throw ValidationError(
                    "Give a METHOD and a URL, or the id of an exchange, or --rule."
                )
            }
        }
    }

    private func refusePlace() throws {
        let given = [
            ("--header", !header.isEmpty), ("--data", data != nil), ("--proxy", proxy != nil),
            ("--client", client != nil), ("--connection", connection != nil),
            ("--unit", unit != nil),
        ]
        guard let stray = given.first(where: \.1)?.0 else { return }
        throw ValidationError("\(stray) belongs to a METHOD and a URL.")
    }

    private func request(_ method: String, _ target: String) throws -> JSONTree {
        var request: JSONTree = [
            "method": .string(method),
            target.hasPrefix("/") ? "path" : "url": .string(target),
        ]
        if let headers = try NamedValue.fields(header, option: "--header") {
            request = request.setting("headers", to: headers)
        }
        if let data { request = request.setting("body", to: .string(data)) }
        var document: JSONTree = ["request": request]
        if let proxy { document = document.setting("proxy", to: .string(proxy)) }
        if let client { document = document.setting("client", to: .string(client)) }
        for (key, value) in [("connection", connection), ("unit", unit)] {
            if let value { document = document.setting(key, to: .number(String(value))) }
        }
        return document
    }
}
