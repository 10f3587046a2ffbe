// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import TestSupport
import Testing

/// Expressions beside what they mean, and beside another implementation.
@Suite struct RegularExpressionDefinitionTests {
    @Test(arguments: SeededNumbers.seeds(8_000))
    func `an expression is found exactly where its definition says`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let tree = Tree.random(&numbers, depth: 3)
        let text = SampleText(&numbers, count: numbers.below(9))
        let isThere = (0...text.bytes.count).contains { !tree.ends(in: text, from: $0).isEmpty }
        let expression = try RegularExpression(tree.pattern)
        #expect(
            isFound(expression, in: text.bytes) == isThere,
            "/\(tree.pattern)/ in \(text.bytes) CHAOS_SEED=\(seed)"
        )
    }

    /// Only what both define alike: no word but of ASCII, no line feed, no byte that is no UTF-8.
    @Test(arguments: SeededNumbers.seeds(3_000))
    func `an expression is found where Foundation finds it`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let pattern = Tree.random(&numbers, depth: 2, onlyText: true).pattern
        let words = ["a", "b", "c", "A", "1", " ", "_", "€", "😀"]
        let text = (0..<numbers.below(9)).map { _ in numbers.pick(words) }.joined()
        let ignoresCase = numbers.once(in: 2)
        let other = try NSRegularExpression(
            pattern: pattern,
            options: ignoresCase ? [.caseInsensitive] : []
        )
        let all = NSRange(text.startIndex..., in: text)
        let isThere = other.firstMatch(in: text, range: all) != nil
        let expression = try RegularExpression(pattern, ignoresCase: ignoresCase)
        #expect(
            isFound(expression, in: Array(text.utf8)) == isThere,
            "/\(pattern)/ in `\(text)`, ignoring case: \(ignoresCase) CHAOS_SEED=\(seed)"
        )
    }
}

/// A text whose units are known because it is made of them.
struct SampleText {
    private(set) var bytes: [UInt8] = []
    /// Where each unit begins: where it ends, and its value (a stray byte is 0x110000 and more).
    private(set) var units: [Int: (end: Int, value: UInt32)] = [:]

    init(_ numbers: inout SeededNumbers, count: Int) {
        for _ in 0..<count {
            let start = bytes.count
            if numbers.once(in: 4) {
                let stray = numbers.pick([0xff, 0xc0, 0x80, 0xe2] as [UInt8])
                // These two could begin a sequence together.
                if stray == 0x80, bytes.last == 0xe2 { continue }
                bytes.append(stray)
                units[start] = (start + 1, 0x11_0000 + UInt32(stray))
            } else {
                let scalar = numbers.pick(Array("abc1 _é€😀\n".unicodeScalars))
                bytes += Array(String(scalar).utf8)
                units[start] = (bytes.count, scalar.value)
            }
        }
    }

    func isWord(_ index: Int) -> Bool {
        guard bytes.indices.contains(index) else { return false }
        let scalar = Unicode.Scalar(bytes[index])
        return scalar.isASCII
            && (scalar.properties.isAlphabetic || "0123456789_".contains("\(scalar)"))
    }
}

/// An expression as a tree, whose meaning is said by recursion.
indirect enum Tree: Sendable {
    case literal(String, bytes: [UInt8])
    case unit(String, holds: @Sendable (UInt32) -> Bool)
    case claim(String)
    case sequence([Tree])
    case choice([Tree])
    case repeated(Tree, Int, Int?, String)

    static func random(_ numbers: inout SeededNumbers, depth: Int, onlyText: Bool = false) -> Tree {
        guard depth > 0, !numbers.once(in: 4) else { return leaf(&numbers, onlyText) }
        func branches() -> [Tree] {
            (0..<(1 + numbers.below(3))).map { _ in
                random(&numbers, depth: depth - 1, onlyText: onlyText)
            }
        }
        switch numbers.below(4) {
        case 0, 1: return .sequence(branches())
        case 2: return .choice(branches())
        default:
            let repeats: [(Int, Int?, String)] = [
                (0, nil, "*"), (1, nil, "+"), (0, 1, "?"), (2, 2, "{2}"), (1, nil, "{1,}"),
                (1, 3, "{1,3}"), (0, nil, "*?"), (0, 2, "{0,2}?"), (2, nil, "{2,}"),
            ]
            let (least, most, text) = numbers.pick(repeats)
            let inner = random(&numbers, depth: depth - 1, onlyText: onlyText)
            return .repeated(inner, least, most, text)
        }
    }

    private static func leaf(_ numbers: inout SeededNumbers, _ onlyText: Bool) -> Tree {
        switch numbers.below(8) {
        case 0: return .claim(numbers.pick(["^", "$", #"\b"#, #"\B"#]))
        case 1, 2, 3: return numbers.pick(units.prefix(onlyText ? 7 : units.count).map { $0 })
        case 4 where !onlyText:
            let byte = numbers.pick([0xff, 0x80, 0xe2, 0xc3] as [UInt8])
            return .literal("\\x" + String(byte, radix: 16), bytes: [byte])
        default:
            let text = numbers.pick(
                onlyText ? ["a", "b", "1", "€", "_"] : ["a", "b", "1", "é", "_"]
            )
            return .literal(text, bytes: Array(text.utf8))
        }
    }

    /// The first seven mean the same to Foundation, in a text without line feeds.
    private static let units: [Tree] = [
        .unit(".") { $0 != 10 }, .unit("[ab]") { $0 == 97 || $0 == 98 },
        .unit("[^a]") { $0 != 97 }, .unit(#"\d"#) { (48...57).contains($0) },
        .unit("[a-c€]") { (97...99).contains($0) || $0 == 0x20ac },
        .unit("[^€b]") { $0 != 0x20ac && $0 != 98 },
        .unit(#"[\s1]"#) { [32, 10, 49].contains($0) },
        .unit(#"[\x80-\xff]"#) { $0 >= 0x11_0000 },
        .unit("[é-😀]") { (0xe9...0x1f600).contains($0) },
        .unit(#"\D"#) { !(48...57).contains($0) },
        .unit(#"[^\n\xff]"#) { $0 != 10 && $0 != 0x1100ff },
    ]

    var pattern: String {
        switch self {
        case .literal(let text, _), .unit(let text, _), .claim(let text): text
        case .sequence(let trees): trees.map { "(?:\($0.pattern))" }.joined()
        case .choice(let trees): "(\(trees.map(\.pattern).joined(separator: "|")))"
        case .repeated(let tree, _, _, let text): "(?:\(tree.pattern))\(text)"
        }
    }

    /// Where a match that begins here may end.
    func ends(in text: SampleText, from start: Int) -> Set<Int> {
        switch self {
        case .literal(_, let bytes):
            return text.bytes[start...].starts(with: bytes) ? [start + bytes.count] : []
        case .unit(_, let holds):
            guard let unit = text.units[start], holds(unit.value) else { return [] }
            return [unit.end]
        case .claim(let claim):
            let isEdge = text.isWord(start - 1) != text.isWord(start)
            let holds = ["^": start == 0, "$": start == text.bytes.count, #"\b"#: isEdge]
            let isBetween = text.units[start] != nil || start == text.bytes.count
            return isBetween && (holds[claim] ?? !isEdge) ? [start] : []
        case .sequence(let trees):
            return trees.reduce([start]) { from, tree in tree.ends(in: text, fromAny: from) }
        case .choice(let trees):
            return trees.reduce([]) { $0.union($1.ends(in: text, from: start)) }
        case .repeated(let tree, let least, let most, _):
            var reached: Set = [start]
            for _ in 0..<least { reached = tree.ends(in: text, fromAny: reached) }
            for _ in 0..<((most ?? least + text.bytes.count + 1) - least) {
                reached.formUnion(tree.ends(in: text, fromAny: reached))
            }
            return reached
        }
    }

    private func ends(in text: SampleText, fromAny starts: Set<Int>) -> Set<Int> {
        starts.reduce([]) { $0.union(ends(in: text, from: $1)) }
    }
}
