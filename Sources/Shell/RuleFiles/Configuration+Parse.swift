// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension Configuration {
    /// Reads a YAML document and the files that it includes.
    ///
    /// - Parameters:
    ///   - text: The document; JSON is a subset of YAML.
    ///   - file: Its path: named in errors, and what `include` is relative to.
    ///   - allowProduction: Lets rules stand in a `production` environment.
    package static func parse(
        text: String,
        file: String,
        allowProduction: Bool = false
    ) throws(InvalidConfiguration) -> Configuration {
        var reader = YAMLReader(file: file)
        let node = try reader.read(text)
        return try parse(node, file: file, allowProduction: allowProduction)
    }

    /// Reads the text of a JSON document, in which `include` is refused: it has no place on disk.
    package static func parse(
        json: [UInt8],
        allowProduction: Bool = false
    ) throws(InvalidConfiguration) -> Configuration {
        try parse(try JSONReader.read(json), file: nil, allowProduction: allowProduction)
    }

    /// Reads a configuration file.
    package static func load(
        path: String,
        allowProduction: Bool = false
    ) throws(InvalidConfiguration) -> Configuration {
        let text: String
        do {
            text = try RuleFileText.read(path)
        } catch {
            throw InvalidConfiguration(
                RuleFileError(
                    code: "config.unreadable",
                    message: error.message,
                    file: path,
                    path: "",
                    hint: error.hint
                )
            )
        }
        return try parse(text: text, file: path, allowProduction: allowProduction)
    }

    /// What is read of this language, against what is known and still to come.
    private static func parse(
        _ node: DocumentNode,
        file: String?,
        allowProduction: Bool
    ) throws(InvalidConfiguration) -> Configuration {
        let report = Report()
        let root = Item(node, path: "", domain: "config", file: file, report: report)
        let keys = ["version", "seed", "environment", "proxies", "include", "rules", "partitions"]
        guard let fields = root.fields("a configuration", known: keys) else {
            try report.settle()
            return Configuration(seed: nil, environment: .test, proxies: [], rules: [])
        }
        checkVersion(fields)
        var configuration = Configuration(
            seed: fields["seed"].flatMap { $0.integer(0...UInt64.max) },
            environment: fields["environment"].flatMap(readEnvironment) ?? .test,
            proxies: fields["proxies"].map(readProxies) ?? [],
            rules: fields["rules"].map(readRules) ?? [],
            partitions: fields["partitions"].map(readPartitions) ?? []
        )
        if let include = fields["include"] {
            configuration.rules += Inclusion(file: file).rules(include)
        }
        try report.settle()
        try configuration.validate(allowProduction: allowProduction)
        return configuration
    }

    private static func readEnvironment(_ item: Item) -> Environment? {
        item.word(["test": .test, "staging": .staging, "production": .production])
    }

    static func checkVersion(_ fields: Fields) {
        guard let item = fields.required("version", hint: "write version: 1") else { return }
        guard item.text != String(version) else { return }
        item.badValue("\(item.quoted) is not a version of the language", hint: "write version: 1")
    }

    private static func readProxies(_ item: Item) -> [ProxyEntry] {
        (item.named("`proxies`") ?? []).compactMap { name, position, item in
            ProxyParser.read(item.inDomain("proxy"), name: name, at: position)
        }
    }

    static func readRules(_ item: Item) -> [RuleEntry] {
        (item.list("`rules`") ?? []).compactMap { RuleParser.read($0.inDomain("rule")) }
    }
}
