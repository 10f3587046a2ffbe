// SPDX-License-Identifier: Apache-2.0
import FaultModel
import ArgumentParser

/// The faults that one line can ask for, by their words in a rule file.
enum FaultKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case delay
    case bandwidth
    case respond
    case reset
    case close
    case hang
    case truncate

    /// What its value is; `nil` when the fault has none.
    private var valueKey: String {
        switch self {
        case .delay: "time"
        case .bandwidth: "rate"
        case .respond: "status"
        case .reset, .close, .truncate: "after"
        case .hang: "for"
        }
    }

    /// What a value looks like, for a person who left it out.
    private var sample: String? {
        switch self {
        case .delay: "delay 200ms±50ms"
        case .bandwidth: "bandwidth 64KB/s"
        case .respond: "respond 503"
        case .truncate: "truncate 50%"
        case .reset, .close, .hang: nil
        }
    }

    private var options: [String] {
        switch self {
        case .delay: ["--toward", "--at", "--max"]
        case .bandwidth: ["--toward", "--burst"]
        case .respond: ["--retry-after", "--response-header", "--body", "--json"]
        case .reset, .close: ["--toward", "--after"]
        case .hang: []
        case .truncate: ["--after", "--then"]
        }
    }

    /// The fault as an item of a rule's `then`, in its short form where that says all.
    func document(value: String?, _ given: FaultOptions) throws -> JSONTree {
        if let stray = given.given.first(where: { !options.contains($0) }) {
            throw ValidationError("\(stray) says nothing about `\(rawValue)`.")
        }
        if value != nil, given.after != nil {
            throw ValidationError("`\(rawValue)` has a value and --after; give one of them.")
        }
        let value = value ?? given.after
        if value == nil, let sample {
            throw ValidationError("`\(rawValue)` needs a value, such as `\(sample)`.")
        }
        var members = value.map { [JSONTree.Member(valueKey, JSONTree(scalar: $0))] } ?? []
        members += try details(given)
        switch members.count {
        case 0: return .string(rawValue)
        case 1 where value != nil: return .object([JSONTree.Member(rawValue, members[0].value)])
        default: return .object([JSONTree.Member(rawValue, .object(members))])
        }
    }

    private func details(_ given: FaultOptions) throws -> [JSONTree.Member] {
        var members = [
            ("at", given.at), ("toward", given.toward), ("max", given.max),
            ("burst", given.burst), ("then", given.then),
        ].compactMap { key, value in value.map { JSONTree.Member(key, JSONTree(scalar: $0)) } }
        if let headers = try headers(given) { members.append(JSONTree.Member("headers", headers)) }
        if given.body != nil, given.json != nil {
            throw ValidationError("--body and --json exclude each other.")
        }
        if let body = given.body { members.append(JSONTree.Member("body", .string(body))) }
        if let json = given.json {
            do {
                members.append(JSONTree.Member("json", try JSONTreeReader.read(json.utf8)))
            } catch {
                throw ValidationError("--json is not JSON from its byte \(error.offset) on.")
            }
        }
        return members
    }

    /// The answer's header fields; a name that is given more than once has a list of values.
    private func headers(_ given: FaultOptions) throws -> JSONTree? {
        let own = given.retryAfter.map { ["Retry-After: \($0)"] } ?? []
        return try NamedValue.fields(own + given.responseHeader, option: "--response-header")
    }
}
