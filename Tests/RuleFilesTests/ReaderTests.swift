// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import RuleFiles

@Suite struct ReaderTests {
    @Test(arguments: [
        (
            #"{"b":1,"a":[true,null,-1.5e3,"x\n\u00e9\ud83d\ude00"]}"#,
            DocumentValue.object([
                .init(key: "b", value: .int(1)),
                .init(
                    key: "a",
                    value: .array([.bool(true), .null, .double(-1500), .string("x\né😀")])
                ),
            ])
        ),
        (" 0 ", .int(0)), ("[]", .array([])), ("{}", .object([])),
    ])
    func `JSON keeps its values and their order`(text: String, value: DocumentValue) throws {
        let read = try DocumentValue(json: Array(text.utf8))
        #expect(read == value)
        #expect(try DocumentValue(json: read.json) == value)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "01", "1.", "+1", "nul", "'a'", "\"\\x\"", "\"\\ud800\"",
        "\"\n\"",
        "1 2", "{a:1}", "1e999", "\"a", "-", "[1 2]", "{\"a\" 1}",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: InvalidConfiguration.self) { try DocumentValue(json: Array(text.utf8)) }
    }

    @Test func `a key that occurs twice is refused where it occurs again`() {
        let error = #expect(throws: InvalidConfiguration.self) {
            try DocumentValue(json: Array("{\"é\": 1,\n \"é\": 2}".utf8))
        }
        #expect(error?.first.code == "json.duplicate-key")
        #expect(error?.first.line == 2)
        #expect(error?.first.column == 2)
    }

    @Test func `nesting is bounded in both languages`() {
        let deep = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
        #expect(throws: InvalidConfiguration.self) { try DocumentValue(json: Array(deep.utf8)) }
        #expect(firstError("version: 1\nx-a: \(deep)")?.code == "config.malformed")
    }

    @Test(arguments: [
        ("no", DocumentValue.string("no")), ("true", .bool(true)), ("0x1F", .int(31)),
        ("0o17", .int(15)),
        ("017", .int(17)), ("1.10", .double(1.1)), (".inf", .string(".inf")), ("~", .null),
        ("-", .string("-")),
        ("1.2.3", .string("1.2.3")), ("1e3", .double(1000)),
    ])
    func `plain scalars follow the core schema`(text: String, value: DocumentValue) {
        #expect(CoreSchema.value(of: text) == value)
    }

    @Test(arguments: [
        ("dealy", "delay"), ("respnd", "respond"), ("bandwith", "bandwidth"), ("zzzzz", nil),
        ("x", nil),
    ])
    func `the nearest word is the one that was meant`(typed: String, meant: String?) {
        #expect(NearestWord.find(typed, among: RuleParser.faultWords) == meant)
    }

    @Test func `no mutation of a document traps`() throws {
        let seedText = document(
            "  when: { proxy: prism, request: 'GET /a/{id}', headers: { a: [b, { absent: true }] }"
                + " }\n  limit: { probability: 60%, times: 3, for: 1m30s }\n"
                + "  then: [{ delay: 200ms ± 50ms },"
                + " { respond: { status: 503, json: { a: [1, 2.5] } } }]"
        )
        _ = try parse(seedText).get()
        let json =
            #"{"id":"r","when":{"request":"GET /a/{id}","headers":{"a":["b",{"absent":true}]}},"#
            + #""limit":{"probability":"60%","times":3},"then":[{"delay":"uniform(1s, 2s)"},"#
            + #"{"respond":{"status":503,"json":{"a":[1,2.5,"\u00e9\ud83d\ude00"]}}}]}"#
        _ = try RuleParser.rule(json: Array(json.utf8))
        var random = SplitMix(state: 20_26)
        for _ in 0..<3_000 {
            let text = mutated(seedText, using: &random)
            _ = parse(String(decoding: text, as: UTF8.self))
            let bytes = mutated(json, using: &random)
            _ = try? DocumentValue(json: bytes)
            _ = try? RuleParser.rule(json: bytes)
        }
    }

    /// The text with one to six bytes changed, added or left out.
    private func mutated(_ text: String, using random: inout SplitMix) -> [UInt8] {
        let alphabet = Array("{}[]:,-?*&!|>'\"%@`#\n\t a0e1.±/\\~<=x".utf8)
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }
}

/// A small generator, so that a run can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
