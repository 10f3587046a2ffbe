// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import ControlCommands

@Suite struct RenderingTests {
    @Test(arguments: [
        (0, "0 ns"), (999, "999 ns"), (1_500, "1.50 µs"), (203_000_000, "203 ms"),
        (12_340_000_000, "12.3 s"), (185_000_000_000, "3 m 05 s"), (7_620_000_000_000, "2 h 07 m"),
        (273_600_000_000_000, "3 d 4 h"),
    ])
    func `a time has three digits that count`(_ nanoseconds: Int64, _ text: String) {
        #expect(Amount.time(nanoseconds) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (1_023, "1023 B"), (1_024, "1.00 KiB"), (67_108_864, "64.0 MiB"),
        (UInt64.max, "16384 PiB"),
    ])
    func `a count of bytes has three digits that count`(_ count: UInt64, _ text: String) {
        #expect(Amount.bytes(count) == text)
    }

    @Test(arguments: [
        "[1,-0.50,1e3,18446744073709551615]", #"{"a":{"b":[]},"c":null}"#, #""é\n\u0007\\""#,
        "true",
    ])
    func `a document that is read and written stays as it was`(_ text: String) throws {
        #expect(try JSONTreeReader.read(text.utf8).compact == text)
    }

    @Test(arguments: [
        "", "{", "[1,]", "01x", "+", "\"\\x\"", "\"a", "{\"a\" 1}", "[1] 2", "tru", "\"\\ud800\"",
        "\u{7}", "1e999",
    ])
    func `what is not JSON is not read`(_ text: String) {
        #expect(throws: JSONTreeReader.Malformed.self) { try JSONTreeReader.read(text.utf8) }
    }

    @Test func `a surrogate pair is one scalar, and depth has a bound`() throws {
        #expect(try JSONTreeReader.read(#""\ud83d\ude00""#.utf8) == "😀")
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONTreeReader.Malformed.self) { try JSONTreeReader.read(deep.utf8) }
    }

    @Test func `YAML quotes what a reader could take for something else`() {
        let tree: JSONTree = [
            "a": ["no", "x y", "2s", "", "plain-text", .number("1"), .bool(true), .null],
            "b": [["c": 1, "d": []], .object([])], "/p": "/api/**",
        ]
        #expect(
            tree.yaml == """
                /p: /api/**
                a:
                  - "no"
                  - "x y"
                  - "2s"
                  - ""
                  - plain-text
                  - 1
                  - true
                  - null
                b:
                  - c: 1
                    d: []
                  - {}
                """
        )
    }

    @Test func `pretty JSON has sorted keys`() {
        let tree: JSONTree = ["b": [1, "x"], "a": .object([])]
        #expect(
            tree.pretty == """
                {
                  "a": {},
                  "b": [
                    1,
                    "x"
                  ]
                }
                """
        )
    }

    @Test func `nothing that commands a terminal is shown as it came`() {
        #expect(
            PlainText.shown("a\u{1b}]0;x\u{7}\n\u{9b}\u{202e}é")
                == #"a\u{1B}]0;x\u{07}\u{0A}\u{9B}\u{202E}é"#
        )
        #expect(
            JSONTree.string("\u{9b}\u{202e}\u{e0001}").compact == #""\u009B\u202E\uDB40\uDC01""#
        )
    }
}
