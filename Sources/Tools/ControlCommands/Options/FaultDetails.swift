// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FaultModel

/// What the options say about a fault, as members of its long form.
struct FaultDetails {
    let kind: FaultKind
    let given: FaultOptions

    var members: [JSONTree.Member] {
        get throws {
            var members = [
                ("at", given.at), ("toward", given.toward), ("max", given.max),
                ("burst", given.burst), ("share", given.share), ("every", given.spacing),
                ("mode", given.mode), ("skip", given.skipBytes), ("rto", given.rto),
                ("after", kind.takesAfterAsValue ? nil : given.after), ("then", given.then),
                ("lengths", given.lengths), ("key", given.key), ("headers", given.headerStyle),
                ("status", given.status), ("path", given.path),
                ("retry-after", kind == .rateLimit ? given.retryAfter : nil),
            ].compactMap { key, value in
                value.map { JSONTree.Member(key, JSONTree(scalar: $0)) }
            }
            if given.cut { members.append(.init("cut", .bool(true))) }
            if let headers = try headers { members.append(.init("headers", headers)) }
            members += try content
            if given.template { members.append(.init("template", .bool(true))) }
            if given.forward { members.append(.init("forward", .bool(true))) }
            return members
        }
    }

    private var content: [JSONTree.Member] {
        get throws {
            let given: [(String, JSONTree)] = [
                self.given.body.map { ("body", .string($0)) },
                try self.given.json.map { ("json", try tree($0, "--json")) },
                try self.given.jsonMerge.map { ("json-merge", try tree($0, "--json-merge")) },
            ].compactMap(\.self)
            guard given.count <= 1 else {
                throw ValidationError(
                    "\(given.map { "--\($0.0)" }.joined(separator: " and ")) exclude each other."
                )
            }
            return given.map { JSONTree.Member($0.0, $0.1) }
        }
    }

    private func tree(_ text: String, _ option: String) throws -> JSONTree {
        do {
            return try JSONTreeReader.read(text.utf8)
        } catch {
            throw ValidationError("\(option) is not JSON from its byte \(error.offset) on.")
        }
    }

    private var headers: JSONTree? {
        get throws {
            guard kind == .edit else { return try answerHeaders() }
            var changes: [JSONTree.Member] = []
            if let remove = JSONTree(oneOrMore: given.removeHeader) {
                changes.append(.init("remove", remove))
            }
            let set = try given.setHeader.map { text in
                let field = try NamedValue(text, separator: ":", option: "--set-header")
                guard let value = field.value else {
                    throw ValidationError("--set-header '\(text)' has no colon and value.")
                }
                return JSONTree.Member(field.name, .string(value))
            }
            if !set.isEmpty { changes.append(.init("set", .object(set))) }
            return changes.isEmpty ? nil : .object(changes)
        }
    }

    /// The answer's header fields; a name that is given more than once has a list of values.
    private func answerHeaders() throws -> JSONTree? {
        let wait = kind == .respond ? given.retryAfter.map { "Retry-After: \($0)" } : nil
        let own = wait.map { [$0] } ?? []
        return try NamedValue.fields(own + given.responseHeader, option: "--response-header")
    }
}
