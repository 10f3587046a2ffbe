// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import TestSupport
import Testing

@testable import RuleFiles

/// Random rules and random documents: what is right is taken, what is wrong is told, nothing traps.
@Suite(.timeLimit(.minutes(15))) struct FuzzTests {
    private static let rulesOfASeed = 20

    @Test(arguments: SeededNumbers.seeds(100))
    func `every rule of the language is accepted, and reads the same once written out`(
        seed: UInt64
    ) throws {
        var random = RandomRules(seed: seed)
        for _ in 0..<Self.rulesOfASeed {
            let document = random.rule()
            let text = String(decoding: document.json, as: UTF8.self)
            let hint = Comment(rawValue: "CHAOS_SEED=\(seed): \(text)")
            do {
                let entry = try RuleParser.rule(json: Array(text.utf8))
                let again = try RuleParser.rule(from: entry.source)
                #expect(again.rule == entry.rule, hint)
                #expect(again.source == entry.source, hint)
                let written = try RuleParser.rule(json: entry.source.json)
                #expect(written.rule == entry.rule, hint)
                // JSON is a subset of YAML, but for what the guard of aliases takes for anchors.
                guard !text.contains("&a") else { continue }
                let configuration = try Configuration.parse(
                    text: "version: 1\nrules:\n  - \(text)\n",
                    file: "chaos.yaml"
                )
                #expect(configuration.rules.map(\.rule) == [entry.rule], hint)
            } catch {
                Issue.record(error, hint)
            }
        }
    }

    /// Every document that readers are told to write, and what else is right.
    private static let corpus: [String] = {
        var texts = LanguageTable.right
        for page in ["Documentation/Rules.md", "README.md"] {
            for block in (try? PublishedFiles.yamlBlocks(of: page)) ?? [] {
                texts.append(
                    block.text.hasPrefix("# fragment:")
                        ? "version: 1\nrules:\n\(block.text)" : block.text
                )
            }
        }
        for file in (try? PublishedFiles.ruleFiles()) ?? [] {
            if let text = try? String(contentsOf: file, encoding: .utf8) { texts.append(text) }
        }
        return texts
    }()

    @Test(arguments: SeededNumbers.seeds(100))
    func `a mutated document is read, or refused at a place, and the same both times`(
        seed: UInt64
    ) throws {
        var mutator = DocumentMutator(numbers: SeededNumbers(seed: seed), corpus: Self.corpus)
        for _ in 0..<Self.rulesOfASeed {
            let text = mutator.mutated(mutator.numbers.pick(Self.corpus))
            let hint = Comment(rawValue: "CHAOS_SEED=\(seed): \(text.debugDescription)")
            switch (parse(text), parse(text)) {
            case (.success(let one), .success(let other)):
                #expect(one.document == other.document, hint)
                Self.expectFaithful(one, hint)
            case (.failure(let one), .failure(let other)):
                #expect(one == other, hint)
                Self.expectPlaces(one, lines: text, hint)
            default: Issue.record("read once and refused once: \(hint.rawValue)")
            }
        }
    }

    @Test(arguments: SeededNumbers.seeds(80))
    func `a tree with other branches is read, or refused at a place`(seed: UInt64) throws {
        var mutator = DocumentMutator(numbers: SeededNumbers(seed: seed), corpus: [])
        var random = RandomRules(seed: seed)
        for _ in 0..<Self.rulesOfASeed {
            let (rule, other) = (random.rule(id: "r"), random.rule())
            var tree = mutator.mutated(rule, with: other)
            for _ in 0..<mutator.numbers.below(3) { tree = mutator.mutated(tree, with: other) }
            let hint = Comment(
                rawValue: "CHAOS_SEED=\(seed): \(String(decoding: tree.json, as: UTF8.self))"
            )
            do {
                let entry = try RuleParser.rule(json: tree.json)
                let again = try? RuleParser.rule(from: entry.source)
                #expect(again?.rule == entry.rule, hint)
            } catch {
                Self.expectPlaces(error, lines: nil, hint)
            }
        }
    }

    /// What was read means the same when it is written out and read again.
    private static func expectFaithful(_ configuration: Configuration, _ hint: Comment) {
        do {
            let again = try Configuration.parse(json: configuration.document.json)
            #expect(again.rules.map(\.rule) == configuration.rules.map(\.rule), hint)
            #expect(
                again.proxies.map(\.definition) == configuration.proxies.map(\.definition),
                hint
            )
            #expect(
                again.partitions.map(\.partition) == configuration.partitions.map(\.partition),
                hint
            )
        } catch {
            Issue.record(error, hint)
        }
    }

    /// Every error says what is wrong, and where: a JSON Pointer, and in a text its line and column.
    private static func expectPlaces(
        _ failure: InvalidConfiguration,
        lines text: String?,
        _ hint: Comment
    ) {
        #expect(failure.errors.count <= InvalidConfiguration.maximumErrors, hint)
        for error in failure.errors {
            #expect(!error.code.isEmpty && !error.message.isEmpty, hint)
            #expect(error.path.isEmpty || error.path.hasPrefix("/"), hint)
            let escapes = error.path.split(separator: "~", omittingEmptySubsequences: false)
            #expect(escapes.dropFirst().allSatisfy { "01".contains($0.first ?? "x") }, hint)
            guard let text else { continue }
            let count = text.unicodeScalars.count {
                "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0)
            }
            #expect((1...count + 2).contains(error.line ?? 0), "\(error) \(hint.rawValue)")
            #expect(error.column ?? 0 > 0, "\(error) \(hint.rawValue)")
        }
    }
}
