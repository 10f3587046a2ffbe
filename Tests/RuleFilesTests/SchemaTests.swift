// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import Testing

@testable import RuleFiles

@Suite struct SchemaTests {
    private static let validator = SchemaValidator(root: LanguageSchema.document)

    private func accepts(_ text: String) throws -> Bool {
        var reader = YAMLReader(file: nil)
        return try Self.validator.accepts(try reader.read(text).value)
    }

    @Test func `the schema in the source tree is the one of the language`() throws {
        let file = PublishedFiles.root.appending(path: "rules/schema.json")
        #expect(
            try String(contentsOf: file, encoding: .utf8) == LanguageSchema.document.indentedJSON,
            "run chaosctl schema >rules/schema.json"
        )
    }

    @Test func `the schema takes what the parser takes`() throws {
        for text in LanguageTable.right { #expect(try accepts(text), "\(text)") }
    }

    @Test func `the schema refuses what the parser refuses, as far as patterns can say`() throws {
        for text in LanguageTable.wrong { #expect(try !accepts(text), "\(text)") }
    }

    private static let wrongDocuments = [
        "version: 2", "seed: 5", "version: 1\nseeds: 5", "version: 1\nenvironment: prod",
        "version: 1\nproxies: []", "version: 1\nproxies: { 'a b': { listen: h:1, upstream: h:2 } }",
        "version: 1\nproxies: { a: { listen: 'h:1' } }",
        "version: 1\nproxies: { a: { listen: h, upstream: 'h:2' } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: [] } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', protocol: udp } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', tls: {} } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', limits: { head: 5 } } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', protocol: http,"
            + " request-faults: { secret: short } } }",
        "version: 1\nproxies: { a: { listen: 'h:1', upstream: 'h:2', protocol: http,"
            + " request-faults: {} } }",
        "version: 1\npartitions: [{ id: a }]", "version: 1\npartitions: [{ id: a, groups: [[b]] }]",
        "version: 1\npartitions: [{ id: a, proxy: b, groups: [[b], [c]] }]",
        "version: 1\npartitions: [{ id: a, proxy: b, how: cut }]",
        "version: 1\npartitions: [{ id: a, proxy: b, flap: { down: 1s } }]",
        "version: 1\npartitions: [{ id: a, proxy: b, percent: 101 }]",
    ]

    @Test(arguments: wrongDocuments)
    func `both refuse a document that is wrong`(text: String) throws {
        #expect(firstError(text) != nil)
        #expect(try !accepts(text))
    }

    @Test func `every example on the pages, and every file of rules, fits the schema`() throws {
        for page in ["Documentation/Rules.md", "README.md"] {
            for block in try PublishedFiles.yamlBlocks(of: page) {
                var text = block.text
                if text.hasPrefix("# fragment:") { text = "version: 1\nrules:\n\(text)" }
                guard text.hasPrefix("version: 1") else { continue }
                #expect(try accepts(text), "\(page):\(block.line)")
            }
        }
        let files = try PublishedFiles.ruleFiles()
        #expect(files.count > 15)
        for file in files {
            #expect(try accepts(String(contentsOf: file, encoding: .utf8)), "\(file.path)")
        }
    }

    @Test func `the schema has every key that the parser has, and no other`() throws {
        let schema = LanguageSchema.document
        func keys(_ name: String) -> Set<String> {
            guard case .object(let members)? = schema["$defs"]?[name]?["properties"] else {
                return []
            }
            return Set(members.map(\.key))
        }
        #expect(keys("rule") == Set(RuleParser.ruleKeys))
        #expect(keys("when") == Set(RuleParser.matcherKeys))
        #expect(keys("limit") == Set(RuleParser.limitKeys))
        #expect(keys("proxy") == Set(ProxyParser.keys))
        #expect(
            Set(FaultSchema.properties.map(\.0))
                == Set(RuleParser.faultWords + Preset.all.map(\.name))
        )
    }

    @Test func `every key word of the language stands in an example`() throws {
        let text = try PublishedFiles.yamlBlocks(of: "Documentation/Rules.md").map(\.text)
            .joined()
        let words =
            RuleParser.ruleKeys + RuleParser.matcherKeys + RuleParser.limitKeys
            + RuleParser.budgetKeys + RuleParser.faultWords + ProxyParser.keys
            + ProxyParser.limitKeys + DelayParser.keys + DelayParser.places
            + TimeParser.samples.map(\.key) + StreamFaultParser.bandwidthKeys
            + StreamFaultParser.sliceKeys + StreamFaultParser.stallKeys
            + StreamFaultParser.corruptKeys + StreamFaultParser.lossKeys
            + EndingParser.closeKeys + EndingParser.truncateKeys + EndingParser.slowCloseKeys
            + RespondParser.keys + EditParser.keys + EditParser.requestKeys
            + EditParser.responseKeys + EditParser.fieldKeys + AnswerFaultParser.swallowKeys
            + AnswerFaultParser.rateLimitKeys + AnswerFaultParser.staleKeys
            + ContentParser.responseKeys + ContentParser.bytesKeys + ContentParser.cohortKeys
            + Malformation.allCases.map(\.rawValue) + Preset.all.map(\.name)
            + RequestFaultsParser.keys + [
                "version", "seed", "environment", "include", "partitions",
            ]
        for word in Set(words).sorted() where !["file", "include", "secret-file"].contains(word) {
            let pattern = try Regex("(^|[^A-Za-z0-9-])\(word)($|[^A-Za-z0-9-])")
            #expect(text.firstMatch(of: pattern) != nil, "\(word) has no example")
        }
    }
}

/// What the project shows to people.
enum PublishedFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The YAML files of rules/ and examples/ that are ours: not those of containers.
    static func ruleFiles() throws -> [URL] {
        try ["rules/presets", "rules/profiles", "examples/quickstart"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: root.appending(path: folder),
                includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "yaml" }
        }
    }

    /// The blocks marked as YAML, with the line at which each begins.
    static func yamlBlocks(of page: String) throws -> [(line: Int, text: String)] {
        let url = root.appending(path: page)
        let lines = try String(contentsOf: url, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        var blocks: [(line: Int, text: String)] = []
        var isInside = false
        for (number, line) in lines.enumerated() {
            if isInside, line == "```" {
                isInside = false
            } else if isInside {
                blocks[blocks.count - 1].text += "\(line)\n"
            } else if line == "```yaml" {
                isInside = true
                blocks.append((number + 2, ""))
            }
        }
        return blocks
    }
}
