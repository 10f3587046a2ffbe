// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The values that rules are made of: texts, times, counts, trees.
extension RandomRules {
    /// Ends of ids: nothing blank, nothing that controls.
    static let marks = ["a", "B.c/d", "é", "e\u{301}", "😀", "%2F", "~0", "*?", "\"\\", "ß", "日本"]
    private static let words = [
        "a", "text", "X-A", "null", "true", "1.10", "0x1F", "1e3", "~", "-", "é😀", "\"q\"",
        "back\\slash", "a b", "{{x}}", "#", ": ", "- ", "&a", "*a", "<<", "אבג", "e\u{301}", "%zz",
        "17B", "5s", "GET", "..", "a\tb",
    ]

    /// A map without the members that are `nil`.
    static func object(_ members: KeyValuePairs<String, DocumentValue?>) -> DocumentValue {
        .object(members.compactMap { key, value in value.map { .init(key: key, value: $0) } })
    }

    /// Something, or nothing, as often.
    mutating func maybe<Value>(_ make: (inout RandomRules) -> Value?) -> Value? {
        numbers.once(in: 2) ? make(&self) : nil
    }

    mutating func some<Value>(
        _ counts: ClosedRange<Int>,
        _ make: (inout RandomRules) -> Value
    ) -> [Value] {
        let count = Int.random(in: counts, using: &numbers)
        return (0..<count).map { _ in make(&self) }
    }

    /// Text of one line.
    mutating func text() -> String {
        some(1...3) { random in random.numbers.pick(Self.words.filter { !$0.contains("\t") }) }
            .joined(separator: " ")
    }

    /// A letter and what else may stand in the name of a header, a node or a tag.
    mutating func word() -> String {
        "x" + some(0...8) { $0.numbers.pick(Array("abcXYZ019-_.").map(String.init)) }.joined()
    }

    /// What a header may hold: one line, also empty, also a number.
    mutating func fieldValue() -> DocumentValue {
        switch numbers.below(5) {
        case 0: .int(Int64(numbers.below(100_000)))
        case 1: .bool(numbers.once(in: 2))
        case 2: .string("")
        default: .string(numbers.pick(Self.words))
        }
    }

    mutating func string(_ words: String...) -> DocumentValue { .string(numbers.pick(words)) }

    /// A tree of JSON.
    mutating func tree(depth: Int) -> DocumentValue {
        switch numbers.below(depth > 0 ? 8 : 6) {
        case 0: .null
        case 1: .bool(numbers.once(in: 2))
        case 2: .int(Int64.random(in: .min ... .max, using: &numbers))
        case 3: .double(Double.random(in: -1e9...1e9, using: &numbers))
        case 4, 5: .string(text())
        case 6: .array(some(0...3) { $0.tree(depth: depth - 1) })
        default: .object(named(0...3) { $0.tree(depth: depth - 1) })
        }
    }

    /// Members whose names differ, also without their case.
    mutating func named(
        _ counts: ClosedRange<Int>,
        _ make: (inout RandomRules) -> DocumentValue
    ) -> [DocumentValue.Member] {
        var number = 0
        return some(counts) { random in
            number += 1
            return .init(key: "\(random.word())-\(number)", value: make(&random))
        }
    }

    /// A part of one: `30%`, `0.3`, `0.5%`.
    mutating func share(from least: Int = 0) -> DocumentValue {
        let percent = Int.random(in: least...100, using: &numbers)
        switch numbers.below(3) {
        case 0: return .string("\(percent)%")
        case 1: return .double(Double(percent) / 100)
        default: return .string(percent < 100 ? "\(percent).5%" : "100 %")
        }
    }

    /// Milliseconds, long and short ones as often.
    mutating func milliseconds(from least: Int = 1) -> Int {
        let most = max(least, numbers.once(in: 2) ? setting.longest : setting.longest / 100)
        return Int.random(in: least...most, using: &numbers)
    }

    mutating func time(from least: Int = 1) -> DocumentValue {
        .string(written(milliseconds(from: least)))
    }

    /// The same time in one of the ways in which it can be written.
    mutating func written(_ milliseconds: Int) -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        switch numbers.below(4) {
        case 0 where rest == 0 && seconds > 59: return "\(seconds / 60)m\(seconds % 60)s"
        case 1 where seconds > 0: return "\(seconds)s\(rest)ms"
        case 2: return "\(milliseconds)000us"
        default: return "\(milliseconds)ms"
        }
    }

    mutating func bytes(_ range: ClosedRange<Int>) -> DocumentValue {
        let count = Int.random(in: range, using: &numbers)
        return .string(count.isMultiple(of: 1_024) ? "\(count >> 10)KiB" : "\(count)B")
    }

    /// Where a fault acts; what acts on an answer acts toward the client.
    mutating func toward(
        _ reach: Reach,
        _ words: [String] = ["client", "server", "both"]
    )
        -> DocumentValue?
    {
        guard reach != .answer else { return maybe { _ in .string("client") } }
        return maybe { .string($0.numbers.pick(words)) }
    }
}
