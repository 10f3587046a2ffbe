// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import FaultModel

@Suite struct RegularExpressionRefusalTests {
    typealias Failure = RegularExpression.Failure

    static let refusals: [(String, RegularExpression.Reason, Int)] = [
        ("a(b", .unclosedGroup, 1), ("(a(b)", .unclosedGroup, 0), ("ab)", .unopenedGroup, 2),
        ("(?", .unknownGroup, 0), ("a(?>b)", .unknownGroup, 1), ("(?<n>a)", .namedGroup, 0),
        ("(?P<n>a)", .namedGroup, 0), ("(?'n'a)", .namedGroup, 0), ("a(?i)b", .flags, 1),
        ("(?s)a", .flags, 0), ("(?i:a)", .flags, 0), (#"(a)\1"#, .backReference, 3),
        (#"\k<n>"#, .backReference, 0), ("(?P=n)", .backReference, 0), ("x(?=a)", .lookAround, 1),
        ("(?!a)", .lookAround, 0), ("(?<=a)", .lookAround, 0), ("(?<!a)", .lookAround, 0),
        ("é[a", .unclosedClass, 1), ("[a-", .unclosedClass, 0), ("[", .unclosedClass, 0),
        ("[]", .emptyClass, 0), ("[^]", .emptyClass, 0), ("[[:alpha:]]", .namedClass, 1),
        ("[az-a]", .reversedRange, 2), (#"[\d-z]"#, .rangeOfClass, 1),
        (#"[a-\w]"#, .rangeOfClass, 1),
        ("*a", .nothingToRepeat, 0), ("a|+", .nothingToRepeat, 2), ("(?:?)", .nothingToRepeat, 3),
        ("{2}", .nothingToRepeat, 0), ("a**", .repeatedRepeat, 2), ("a*+", .repeatedRepeat, 2),
        ("a{2}{3}", .repeatedRepeat, 4), ("a+??", .repeatedRepeat, 3),
        ("a{3,2}", .reversedRepeat, 1), ("a{1001}", .repeatTooLarge, 1),
        ("a{1,99999999999999999999}", .repeatTooLarge, 1), (#"a\"#, .unfinishedEscape, 1),
        (#"[\"#, .unfinishedEscape, 1), (#"\q"#, .unknownEscape, 0), (#"\p{L}"#, .unknownEscape, 0),
        (#"\01"#, .unknownEscape, 0), (#"[\B]"#, .unknownEscape, 1), (#"[a\A]"#, .unknownEscape, 2),
        (#"\xg0"#, .notHexadecimal, 0), (#"a\x4"#, .notHexadecimal, 1),
        (#"\u00e"#, .notHexadecimal, 0),
        (#"\x４１"#, .notHexadecimal, 0), (#"\ud800"#, .notScalar, 0),
        (String(repeating: "a", count: 1_025), .tooLong, 0),
        (String(repeating: "é", count: 513), .tooLong, 0),
        (String(repeating: "(", count: 65), .tooDeep, 64),
        ("(a{1000}){1000}", .tooManyStates, 9), ("(((a{9}){99}){999}){999}", .tooManyStates, 13),
        ("a{1000}a{1000}a{1000}a{1000}a{96}", .tooManyStates, 29),
        ("(a{1000}|a{1000}|a{1000}|a{1000}|a{88})", .tooManyStates, 34),
    ]

    @Test(arguments: refusals)
    func `what is no expression is refused with its reason and its place`(
        pattern: String,
        reason: RegularExpression.Reason,
        offset: Int
    ) {
        #expect(throws: Failure(reason: reason, offset: offset)) { try RegularExpression(pattern) }
    }

    @Test(arguments: RegularExpression.Reason.allCases)
    func `every reason is met, and says what is wrong and what to do`(
        reason: RegularExpression.Reason
    ) {
        #expect(Self.refusals.contains { $0.1 == reason })
        let failure = Failure(reason: reason, offset: 0)
        #expect(!failure.message.isEmpty && !failure.hint.isEmpty)
        let isLast = reason == .unknownEscape
        #expect(failure.message.contains("the escape is not known") == isLast)
    }

    @Test func `what reaches a bound and does not pass it is taken`() throws {
        let deep = String(repeating: "(", count: 64) + "a" + String(repeating: ")", count: 64)
        #expect(isFound(try RegularExpression(deep), in: Array("a".utf8)))
        let long = String(repeating: "a", count: 1_024)
        #expect(isFound(try RegularExpression(long), in: Array(long.utf8)))
        let states = try RegularExpression("a{1000}a{1000}a{1000}a{1000}a{95}")
        #expect(states.program.code.count == RegularExpression.maximumStates)
        let text = [UInt8](repeating: 97, count: 4_095)
        #expect(isFound(states, in: text))
        #expect(!isFound(states, in: text.dropLast()))
    }

    @Test func `an empty piece costs nothing, however often it is repeated`() throws {
        let pattern = "^(((){1000}){1000}){1000}(?:(|){0,1000})a{0}$"
        #expect(isFound(try RegularExpression(pattern), in: []))
    }

    @Test(arguments: SeededNumbers.seeds(20))
    func `no text traps as an expression, and none exceeds its states`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let pieces =
            Array(#"()[]{}*+?|^$\.-:<=!,0129abdkpuxwDé€"#).map(String.init) + [
                "(?:", "(?i)", "(?", "{2,3}", "{1000}", "[^", "\\x", "\\u00", "[a-z]", "\u{0}",
                "\u{1F600}",
            ]
        let text = Array("ab1 é€\u{1F600}-_".utf8) + [0xff, 0xe2]
        var accepted = 0
        for _ in 0..<1_000 {
            let random = (0..<numbers.below(24)).map { _ in
                UInt8.random(in: 0...255, using: &numbers)
            }
            let pattern =
                numbers.once(in: 4)
                ? String(decoding: random, as: UTF8.self)
                : (0..<numbers.below(16)).map { _ in numbers.pick(pieces) }.joined()
            do {
                let expression = try RegularExpression(pattern)
                accepted += 1
                #expect(expression.program.code.count <= RegularExpression.maximumStates)
                _ = isFound(expression, in: text)
            } catch {
                let length = pattern.unicodeScalars.count
                #expect((0...length).contains(error.offset), "\(pattern) CHAOS_SEED=\(seed)")
            }
        }
        #expect(accepted > 20, "CHAOS_SEED=\(seed)")
    }
}
