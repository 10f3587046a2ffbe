// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport

/// Changes documents as no person would: bytes, words, lines, and whole branches of the tree.
struct DocumentMutator {
    var numbers: SeededNumbers
    /// Where branches and lines of other documents come from.
    let corpus: [String]

    /// No mutation makes a document longer than this.
    static let bound = 64 << 10

    private static let bytes = Array(
        "{}[]:,-?*&!|>'\"%@`#\n\t\r a0e1.±/\\~<=x\u{0}\u{7f}\u{feff}".utf8
    )
    private static let words = [
        "1.10", "0x1F", "0o17", "1e3", "-0", "+5", "True", "NULL", "~", ".inf", ".nan", "''",
        "18446744073709551616", "-9223372036854775809", "1e400", "1e-400", "0.30000000000000004",
        "9999999999999999999999s", "86401s", "1ns", "101%", "-1%", "1_000", "2026-11-21", "<<: *a",
        "&a", "*a", "*none", "!!binary", "!x", "? a", "- - -", "{{", "{a: }", "[,]", "|", ">-",
        "---",
        "...", "%YAML 1.2", "x-a", "tag:", "header:", "file: none", "/(/", "/a{1000}{1000}/",
        "/^$/",
        "\u{202e}\u{2028}\u{85}", "e\u{301}", "😀", "\"\\ud800\"", "\"\\u0000\"", "@", "`",
    ]

    mutating func mutated(_ text: String) -> String {
        var text = text
        for _ in 0...numbers.below(4) {
            switch numbers.below(4) {
            case 0: text = withOtherBytes(text)
            case 1: text = withOtherWord(text)
            case 2: text = withOtherLines(text)
            default: text = withPartsOfAnother(text)
            }
        }
        return text.utf8.count > Self.bound ? String(text.prefix(Self.bound / 4)) : text
    }

    private mutating func withOtherBytes(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for _ in 0...numbers.below(4) where !bytes.isEmpty {
            let place = numbers.below(bytes.count)
            switch numbers.below(4) {
            case 0: bytes[place] = numbers.pick(Self.bytes)
            case 1: bytes.insert(numbers.pick(Self.bytes), at: place)
            case 2: bytes.remove(at: place)
            default: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// One word becomes another one: of this document, or one that readers take in odd ways.
    private mutating func withOtherWord(_ text: String) -> String {
        let isEnd = { (character: Character) in " \n:,[]{}\"'".contains(character) }
        let words = text.split(whereSeparator: isEnd)
        guard !words.isEmpty else { return text }
        let word = numbers.pick(words)
        let other =
            numbers.once(in: 3)
            ? String(numbers.pick(words)) : numbers.pick(Self.words + LanguageTable.anyWord)
        return text.replacingCharacters(of: word, with: other)
    }

    private mutating func withOtherLines(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (one, other) = (numbers.below(lines.count), numbers.below(lines.count))
        switch numbers.below(5) {
        case 0: lines.insert(lines[one], at: other)
        case 1: lines.remove(at: one)
        case 2: lines.swapAt(one, other)
        case 3: lines[one] = String(repeating: " ", count: numbers.below(9)) + lines[one]
        default: lines[one] = String(lines[one].drop { $0 == " " })
        }
        return lines.joined(separator: "\n")
    }

    private mutating func withPartsOfAnother(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let others = numbers.pick(corpus).split(separator: "\n").map(String.init)
        guard !others.isEmpty else { return text }
        let start = numbers.below(others.count)
        let part = others[start..<min(others.count, start + 1 + numbers.below(5))]
        lines.insert(contentsOf: part, at: numbers.below(lines.count + 1))
        return lines.joined(separator: "\n")
    }
}

/// Changes of the tree, after which the document is still well-formed JSON.
extension DocumentMutator {
    mutating func mutated(_ value: DocumentValue, with other: DocumentValue) -> DocumentValue {
        if numbers.once(in: 6) { return changed(value, other) }
        switch value {
        case .object(var members) where !members.isEmpty:
            let place = numbers.below(members.count)
            switch numbers.below(8) {
            case 0: members.remove(at: place)
            case 1:
                members.append(.init(key: members[place].key + "2", value: members[place].value))
            case 2: members[place].key = numbers.pick(LanguageTable.anyWord)
            case 3: members.swapAt(place, numbers.below(members.count))
            default: members[place].value = mutated(members[place].value, with: other)
            }
            return .object(members)
        case .array(var values) where !values.isEmpty:
            let place = numbers.below(values.count)
            switch numbers.below(8) {
            case 0: values.remove(at: place)
            case 1: values.append(values[place])
            case 2: values += values + values
            default: values[place] = mutated(values[place], with: other)
            }
            return .array(values)
        default: return changed(value, other)
        }
    }

    private mutating func changed(_ value: DocumentValue, _ other: DocumentValue) -> DocumentValue {
        switch numbers.below(9) {
        case 0: .null
        case 1: .bool(numbers.once(in: 2))
        case 2: .int(numbers.pick([.min, -1, 0, 1, 1 << 53, .max]))
        case 3: .double(numbers.pick([-0.0, 1.5, 1e300, .leastNonzeroMagnitude]))
        case 4: .string(numbers.pick(Self.words + LanguageTable.anyWord))
        case 5: .array([value])
        case 6: (0..<70).reduce(value) { inner, _ in .array([inner]) }
        case 7: .object([.init(key: numbers.pick(LanguageTable.anyWord), value: value)])
        default: other
        }
    }
}

extension LanguageTable {
    /// Words that mean something somewhere in the language.
    static let anyWord: [String] =
        (faults + matchers + limits).flatMap { text in
            text.split { " {}[]:,\"".contains($0) }.map(String.init)
        } + ["rules", "when", "limit", "then", "id", "enabled", "final", "proxies", "version"]
}

extension String {
    fileprivate func replacingCharacters(of part: Substring, with other: String) -> String {
        String(self[..<part.startIndex]) + other + String(self[part.endIndex...])
    }
}
