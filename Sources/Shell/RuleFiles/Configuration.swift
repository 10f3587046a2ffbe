// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// The whole of what a file, or an administrator's document, asks for.
package struct Configuration: Sendable {
    /// `nil`: drawn at the start of the run.
    package var seed: UInt64?
    package var environment: Environment
    /// In the order of the document.
    package var proxies: [ProxyEntry]
    /// In the order in which they are read: the file's own, then those of each included file.
    package var rules: [RuleEntry]
    /// Those that are made with the configuration, in the order of the document.
    package var partitions: [PartitionEntry]

    /// The version of the language; the only one so far.
    package static let version = 1
    package static let maximumRules = 100_000
    package static let maximumProxies = 1_000

    package enum Environment: String, Hashable, Sendable {
        case test
        case staging
        /// Refuses every rule unless faults are allowed explicitly.
        case production
    }

    package init(
        seed: UInt64?,
        environment: Environment,
        proxies: [ProxyEntry],
        rules: [RuleEntry],
        partitions: [PartitionEntry] = []
    ) {
        self.seed = seed
        self.environment = environment
        self.proxies = proxies
        self.rules = rules
        self.partitions = partitions
    }

    /// The configuration as one document, with included rules in place.
    package var document: DocumentValue {
        var members: [DocumentValue.Member] = [
            .init(key: "version", value: .int(Int64(Self.version)))
        ]
        if let seed {
            // A number that JSON's readers would round is written as text, which is read back.
            let value = Int64(exactly: seed).map { DocumentValue.int($0) } ?? .string(String(seed))
            members.append(.init(key: "seed", value: value))
        }
        members.append(.init(key: "environment", value: .string(environment.rawValue)))
        let proxies = proxies.map {
            DocumentValue.Member(key: $0.definition.name, value: $0.source)
        }
        members.append(.init(key: "proxies", value: .object(proxies)))
        members.append(.init(key: "rules", value: .array(rules.map(\.source))))
        members.append(.init(key: "partitions", value: .array(partitions.map(\.source))))
        return .object(members)
    }
}

/// A rule, and the document that it was made of.
package struct RuleEntry: Sendable {
    package var rule: Rule
    let node: DocumentNode
    /// A JSON Pointer to it in its document.
    let path: String
    let file: String?

    /// As it was written.
    package var source: DocumentValue { node.source }

    init(rule: Rule, node: DocumentNode, path: String, file: String?) {
        self.rule = rule
        self.node = node
        self.path = path
        self.file = file
    }
}

/// A proxy, and the document that it was made of.
package struct ProxyEntry: Sendable {
    package var definition: ProxyDefinition
    let node: DocumentNode
    let path: String
    let file: String?

    /// As it was written, without its name.
    package var source: DocumentValue { node.source }

    init(definition: ProxyDefinition, node: DocumentNode, path: String, file: String?) {
        self.definition = definition
        self.node = node
        self.path = path
        self.file = file
    }
}

extension RuleEntry {
    /// The same rule, enabled or not, and its document with it.
    package func enabled(_ isEnabled: Bool) -> RuleEntry {
        var rule = rule
        rule.isEnabled = isEnabled
        return RuleEntry(
            rule: rule,
            node: node.setting("enabled", to: DocumentNode(DocumentValue.bool(isEnabled))),
            path: path,
            file: file
        )
    }
}

extension ProxyEntry {
    /// The same proxy, enabled or not, and its document with it.
    package func enabled(_ isEnabled: Bool) -> ProxyEntry {
        var definition = definition
        definition.isEnabled = isEnabled
        return ProxyEntry(
            definition: definition,
            node: node.setting("enabled", to: DocumentNode(DocumentValue.bool(isEnabled))),
            path: path,
            file: file
        )
    }
}
