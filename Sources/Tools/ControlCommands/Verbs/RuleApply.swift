// SPDX-License-Identifier: Apache-2.0
import FaultModel
import AdminClient
import AdminContract
import ArgumentParser
import Foundation
import RuleFiles

struct RuleApply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Add the rules of a file, or replace those with the same ids; all or none.",
        discussion: "A new rule is read after those that are there; a replaced one keeps its place."
    )

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help:
            "A file with `rules:`, a list of rules, or one rule, in YAML or JSON; - is standard input.",
        completion: .file()
    )
    var file: String
    @Flag(help: "Check the file against the running configuration and change nothing.")
    var validateOnly = false
    @OptionGroup var lease: LeaseOptions
    @OptionGroup var admin: AdminOptions
    @OptionGroup var output: OutputOptions

    /// How often the change is made anew after somebody else changed the configuration.
    static let maximumRetries = 3

    func run() async throws {
        let data = try Surroundings.current.contents(of: file)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Complaint("\(file) is not UTF-8 text", status: .invalid)
        }
        let name = file == "-" ? "standard input" : file
        let (reply, merge) = try await admin.client { client in
            try await apply(RuleDocument(text: text, file: name), client)
        }
        try output.show(reply) { _ in merge.lines(isApplied: !validateOnly) }
    }

    private func apply(
        _ document: RuleDocument,
        _ client: AdminClient
    ) async throws -> (AdminReply, RuleMerge) {
        var attempt = 0
        while true {
            let current = try await client.send(.look("config"))
            let configuration = try current.tree()
            let rules = try read(document, for: configuration["proxies"] ?? .object([]))
            let merge = RuleMerge(rules, into: configuration)
            var target = "/v1/config?wait=applied"
            if validateOnly { target += "&validate-only=true" }
            for (key, value) in lease.query { target += "&\(key)=\(AdminRequest.escaped(value))" }
            let request = AdminRequest(
                .put,
                target,
                body: Data(merge.configuration.compact.utf8),
                generation: try current.generation()
            )
            do {
                return (try await client.send(request), merge)
            } catch {
                guard error.refusalStatus == 412, attempt < Self.maximumRetries else {
                    throw merge.complaint(error)
                }
                attempt += 1
            }
        }
    }

    private func read(_ document: RuleDocument, for proxies: JSONTree) throws -> [JSONTree] {
        do {
            let rules = try document.rules(for: proxies)
            guard rules.isEmpty else { return rules }
            throw Complaint("there are no rules in \(file)", status: .invalid)
        } catch let invalid as InvalidConfiguration {
            Surroundings.current.printError(invalid.errors.map { PlainText.shown($0.description) })
            throw ExitCode(ExitStatus.invalid.rawValue)
        }
    }
}

extension AdminReply {
    /// The generation that this document is of, from its entity tag.
    func generation() throws -> UInt64 {
        let digits = entityTag?.filter { $0 != "\"" } ?? ""
        guard let generation = UInt64(digits) else {
            throw Complaint(
                "the proxy does not say of which generation its configuration is",
                status: .failed
            )
        }
        return generation
    }
}

/// A configuration with some rules added or replaced.
struct RuleMerge: Equatable, Sendable {
    let configuration: JSONTree
    let added: [String]
    let replaced: [String]

    init(_ rules: [JSONTree], into configuration: JSONTree) {
        var merged = configuration["rules"]?.items ?? []
        var places: [String: Int] = [:]
        for (place, rule) in merged.enumerated() {
            if let id = rule["id"]?.text { places[id] = place }
        }
        var added: [String] = []
        var replaced: [String] = []
        for rule in rules {
            let id = rule["id"].map { $0.text ?? $0.compact } ?? ""
            if let place = places[id] {
                merged[place] = rule
                replaced.append(id)
            } else {
                merged.append(rule)
                added.append(id)
            }
        }
        self.configuration = configuration.setting("rules", to: .array(merged))
        self.added = added
        self.replaced = replaced
    }

    /// The failure, and of which rule it is: a place in the merged document says little.
    func complaint(_ failure: AdminFailure) -> Complaint {
        let complaint = Complaint(failure)
        guard case .refused(_, let reason) = failure,
            let steps = reason.path?.split(separator: "/"), steps.count > 1, steps[0] == "rules",
            let place = Int(steps[1]), let rules = configuration["rules"]?.items,
            rules.indices.contains(place), let id = rules[place]["id"]?.text
        else { return complaint }
        return Complaint(
            complaint.message,
            hints: ["This is the rule \(id)."] + complaint.hints,
            status: complaint.status
        )
    }

    func lines(isApplied: Bool) -> [String] {
        let (adds, replaces) =
            isApplied ? ("added", "replaced") : ("would be added:", "would be replaced:")
        return added.map { "\(adds) \(PlainText.shown($0))" }
            + replaced.map { "\(replaces) \(PlainText.shown($0))" }
    }
}
