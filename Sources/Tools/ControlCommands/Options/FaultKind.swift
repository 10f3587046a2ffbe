// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FaultModel
import RuleFiles

/// The faults that one line can ask for, by their words in a rule file.
enum FaultKind: String, CaseIterable, Sendable {
    case delay
    case bandwidth
    case slice
    case stall
    case corrupt
    case close
    case reset
    case hang
    case slowClose = "slow-close"
    case refuse
    case loss
    case respond
    case edit
    case truncate
    case malform
    case swallow
    case `repeat`
    case rateLimit = "rate-limit"
    case stale

    /// The key of its value in the long form; `nil` where there is no long form for one value.
    var valueKey: String? {
        switch self {
        case .delay: "time"
        case .bandwidth, .corrupt, .loss: "rate"
        case .slice: "size"
        case .respond: "status"
        case .reset, .close, .truncate: "after"
        case .stall, .hang, .slowClose: "for"
        case .swallow: "message"
        case .stale: "max-age"
        case .refuse, .edit, .malform, .repeat, .rateLimit: nil
        }
    }

    /// What a value looks like, for a person who left it out; `nil` where none is needed.
    var sample: String? {
        switch self {
        case .delay: "delay 200ms±50ms"
        case .bandwidth: "bandwidth 64KB/s"
        case .slice: "slice 100B±20B"
        case .corrupt: "corrupt 0.1%"
        case .slowClose: "slow-close 2s"
        case .loss: "loss 5%"
        case .respond: "respond 503"
        case .edit: "edit response --status 404"
        case .truncate: "truncate 50%"
        case .malform: "malform bad-chunk-size"
        case .swallow: "swallow response"
        case .repeat: "repeat 2"
        case .rateLimit: "rate-limit 100/60s"
        case .stall, .close, .reset, .hang, .refuse, .stale: nil
        }
    }

    /// Whether `--after` says the same as the value does.
    var takesAfterAsValue: Bool { valueKey == "after" }

    var options: [String] {
        switch self {
        case .delay: ["--toward", "--at", "--max"]
        case .bandwidth: ["--toward", "--burst", "--share"]
        case .slice: ["--toward", "--spacing"]
        case .stall: ["--toward", "--after"]
        case .corrupt: ["--toward", "--mode", "--skip-bytes"]
        case .reset, .close: ["--toward", "--after"]
        case .hang, .malform, .repeat, .stale: []
        case .slowClose: ["--toward"]
        case .refuse: ["--cut"]
        case .loss: ["--toward", "--rto"]
        case .respond:
            ["--retry-after", "--response-header", "--body", "--json", "--template", "--forward"]
        case .edit:
            [
                "--status", "--path", "--set-header", "--remove-header", "--body", "--json",
                "--json-merge", "--template", "--lengths",
            ]
        case .truncate: ["--after", "--then", "--lengths", "--toward"]
        case .swallow: ["--then"]
        case .rateLimit: ["--key", "--header-style", "--retry-after"]
        }
    }

    /// The fault as an item of a rule's `then`, in its short form where that says all.
    func document(value: String?, _ given: FaultOptions) throws -> JSONTree {
        if let stray = given.given.first(where: { !options.contains($0) }) {
            throw ValidationError("\(stray) says nothing about `\(rawValue)`.")
        }
        if value != nil, given.after != nil, takesAfterAsValue {
            throw ValidationError("`\(rawValue)` has a value and --after; give one of them.")
        }
        let value = takesAfterAsValue ? value ?? given.after : value
        if value == nil, let sample {
            throw ValidationError("`\(rawValue)` needs a value, such as `\(sample)`.")
        }
        let members = try FaultDetails(kind: self, given: given).members
        guard let valueKey else { return try irregular(value, members) }
        let main = value.map { JSONTree.Member(valueKey, JSONTree(scalar: $0)) }
        guard members.isEmpty else {
            return .item(rawValue, .object((main.map { [$0] } ?? []) + members))
        }
        return main.map { .item(rawValue, $0.value) } ?? .string(rawValue)
    }

    /// Those whose value is no member of their long form.
    private func irregular(
        _ value: String?,
        _ members: [JSONTree.Member]
    ) throws -> JSONTree {
        switch self {
        case .edit:
            guard let value, ["request", "response"].contains(value) else {
                throw ValidationError("`edit` changes a request or a response; say which.")
            }
            let lengths = members.filter { $0.key == "lengths" }
            let changes = members.filter { $0.key != "lengths" }
            return .item(rawValue, .object([JSONTree.Member(value, .object(changes))] + lengths))
        case .rateLimit:
            let parts = (value ?? "").split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw ValidationError("`rate-limit` needs a quota and a time, such as 100/60s.")
            }
            let quota = [
                JSONTree.Member("quota", JSONTree(scalar: String(parts[0]))),
                JSONTree.Member("per", JSONTree(scalar: String(parts[1]))),
            ]
            return .item(rawValue, .object(quota + members))
        case .refuse:
            if let value {
                throw ValidationError("`refuse` has no value; \(value) says nothing about it.")
            }
            return members.isEmpty ? .string(rawValue) : .item(rawValue, .object(members))
        default: return .item(rawValue, JSONTree(scalar: value ?? ""))
        }
    }
}

/// What one line puts on a proxy: a fault, or a preset.
struct FaultWord: ExpressibleByArgument, Sendable {
    let word: String

    init?(argument: String) {
        guard Self.allValueStrings.contains(argument) else { return nil }
        word = argument
    }

    static var allValueStrings: [String] {
        FaultKind.allCases.map(\.rawValue) + Preset.all.map(\.name)
    }

    /// The item of a rule's `then`.
    func document(value: String?, _ given: FaultOptions) throws -> JSONTree {
        if let kind = FaultKind(rawValue: word) {
            return try kind.document(value: value, given)
        }
        guard value == nil, given.given.isEmpty else {
            throw ValidationError(
                "`\(word)` is a preset and takes no value; a rule file can change its parts."
            )
        }
        return .string(word)
    }
}

extension JSONTree {
    fileprivate static func item(_ word: String, _ value: JSONTree) -> JSONTree {
        .object([Member(word, value)])
    }
}
