// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

/// A file of rules as a person writes it: `rules:`, a list of rules, or one rule.
///
/// It is read by the parser of configuration files, as the part that it is: a line with the
/// proxies that it is for goes in front, so that it is checked against them here, where errors can
/// name its lines.
struct RuleDocument {
    private let text: String
    private let file: String

    private enum Shape: Equatable {
        /// `rules:` in block style, with or without `version:`.
        case rules(hasVersion: Bool)
        /// `{ "rules": [...] }`, with or without `version`.
        case flowRules(hasVersion: Bool)
        case list
        case flowList
        case one
        case flowOne
    }

    init(text: String, file: String) {
        self.text = text
        self.file = file
    }

    /// The rules, in their order, each as it was written.
    ///
    /// They are checked against `proxies`, those of the configuration that they are meant for; the
    /// places of errors are those of this text. What a proxy reads on its own machine is left out.
    func rules(for proxies: JSONTree) throws(InvalidConfiguration) -> [JSONTree] {
        try refuseWholeConfiguration()
        let proxies = proxies.without("request-faults")
        let shape = shape
        let head = head(shape, proxies: proxies.compact)
        // A flow collection may stand at the margin; a block has to be under its key.
        let indent = shape == .one ? " " : ""
        let lines = body.map { $0.isEmpty ? "" : indent + $0 }
        let whole = (head + lines + tail(shape)).joined(separator: "\n") + "\n"
        do {
            let configuration = try Configuration.parse(text: whole, file: file)
            return configuration.rules.compactMap { try? JSONTreeReader.read($0.source.json) }
        } catch {
            throw moved(error, up: head.count, left: indent.count)
        }
    }

    /// Proxies are not applied with rules: a file that has some is meant for something else.
    private func refuseWholeConfiguration() throws(InvalidConfiguration) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard let line = lines.firstIndex(where: { $0.hasPrefix("proxies:") }) else { return }
        throw InvalidConfiguration(
            RuleFileError(
                code: "config.unknown-key",
                message: "this is a whole configuration, not a file of rules",
                file: file,
                line: line + 1,
                column: 1,
                path: "/proxies",
                hint: "leave `proxies` out; `chaosproxy --config` reads it"
            )
        )
    }

    /// The text's lines; the mark that begins a document is left out, for it is no longer there.
    private var body: [String] {
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map(String.init)
        if let start = lines.firstIndex(where: { !Self.isBlank($0) }), lines[start] == "---" {
            lines[start] = ""
        }
        switch shape {
        case .flowRules:
            // Its brace is in the head.
            if let start = lines.firstIndex(where: { !Self.isBlank($0) }),
                let brace = lines[start].firstIndex(of: "{")
            {
                lines[start].replaceSubrange(brace...brace, with: " ")
            }
        default: break
        }
        return lines
    }

    private func head(_ shape: Shape, proxies: String) -> [String] {
        switch shape {
        case .rules(let hasVersion):
            ["proxies: \(proxies)"] + (hasVersion ? [] : ["version: 1"])
        case .flowRules(let hasVersion):
            ["{\"proxies\": \(proxies),"] + (hasVersion ? [] : ["\"version\": 1,"])
        case .list: ["proxies: \(proxies)", "version: 1", "rules:"]
        case .flowList: ["{\"proxies\": \(proxies),", "\"version\": 1, \"rules\":"]
        case .one: ["proxies: \(proxies)", "version: 1", "rules:", "-"]
        case .flowOne: ["{\"proxies\": \(proxies),", "\"version\": 1, \"rules\": ["]
        }
    }

    private func tail(_ shape: Shape) -> [String] {
        switch shape {
        case .flowList: ["}"]
        case .flowOne: ["]}"]
        case .rules, .flowRules, .list, .one: []
        }
    }

    private var shape: Shape {
        let lines = text.split(whereSeparator: \.isNewline)
            .filter { !Self.isBlank($0) && $0 != "---" }
        func hasKey(_ key: String) -> Bool {
            lines.contains { line in
                [key, "\"\(key)\"", "'\(key)'"].contains { name in
                    line.hasPrefix(name)
                        && line.dropFirst(name.count).drop { $0 == " " }.first == ":"
                }
            }
        }
        let first = lines.first?.drop { $0 == " " } ?? ""
        switch first.first {
        case "{":
            guard case .object(let members)? = try? JSONTreeReader.read(text.utf8) else {
                let hasRules = text.contains("rules")
                return hasRules ? .flowRules(hasVersion: text.contains("version")) : .flowOne
            }
            guard members.contains(where: { $0.key == "rules" }) else { return .flowOne }
            return .flowRules(hasVersion: members.contains { $0.key == "version" })
        case "[": return .flowList
        case "-": return .list
        default: return hasKey("rules") ? .rules(hasVersion: hasKey("version")) : .one
        }
    }

    private static func isBlank(_ line: some StringProtocol) -> Bool {
        let rest = line.drop { $0 == " " || $0 == "\t" || $0 == "\u{feff}" }
        return rest.isEmpty || rest.first == "#" || rest.hasPrefix("%")
    }

    /// The same errors, with the places that they have in the text by itself.
    private func moved(
        _ invalid: InvalidConfiguration,
        up lines: Int,
        left columns: Int
    ) -> InvalidConfiguration {
        let errors = invalid.errors.map { error in
            var error = error
            error.line = error.line.map { max(1, $0 - lines) }
            error.column = error.column.map { max(1, $0 - columns) }
            return error
        }
        return InvalidConfiguration(errors[0], others: Array(errors.dropFirst()))
    }
}

extension JSONTree {
    /// An object of objects, each without one of its members.
    fileprivate func without(_ key: String) -> JSONTree {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { member in
                guard case .object(let inner) = member.value else { return member }
                return Member(member.key, .object(inner.filter { $0.key != key }))
            }
        )
    }
}
