// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@testable import WireFormats

@Suite struct HeadReaderTests {
    @Test func `a request's facts are where they stand`() throws {
        let text = "POST http://u@h:81/a/b?c=d HTTP/1.1\r\nHost: x\r\nX-A:  b c\t\r\n\r\nrest"
        let bytes = Array(text.utf8)
        var reader = HeadReader(.request)
        #expect(read(&reader, bytes) == .complete(length: bytes.count - 4))
        func at(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        #expect(at(reader.facts.method) == "POST")
        #expect(at(reader.facts.path) == "/a/b")
        #expect(at(try #require(reader.facts.query)) == "c=d")
        #expect(at(try #require(reader.facts.authority)) == "u@h:81")
        #expect(reader.facts.fields.map { at($0.name) } == ["Host", "X-A"])
        #expect(reader.facts.fields.map { at($0.value) } == ["x", "b c"])
    }

    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true, nil, false),
            ("GET / HTTP/1.0\r\n\r\n", false, nil, false),
            ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true, nil, false),
            ("GET / HTTP/1.1\r\nConnection: Upgrade, CLOSE\r\n\r\n", false, nil, false),
            ("GET / HTTP/1.1\r\nConnection: closed\r\n\r\n", true, nil, false),
            ("PUT / HTTP/1.1\r\ncontent-LENGTH: 007\r\n\r\n", true, 7, false),
            (
                "PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: CHUNKED\r\n\r\n",
                true, nil, true
            ),
            ("\r\n\r\nGET / HTTP/1.1\r\n\r\n", true, nil, false),
        ] as [(String, Bool, UInt64?, Bool)]
    )
    func `framing and persistence are read from the fields`(
        text: String,
        persists: Bool,
        length: UInt64?,
        isChunked: Bool
    ) {
        var reader = HeadReader(.request)
        #expect(read(&reader, Array(text.utf8)) == .complete(length: text.utf8.count))
        #expect(reader.framing.persists == persists)
        #expect(reader.framing.contentLength == length)
        #expect(reader.framing.isChunked == isChunked)
    }

    @Test(arguments: [
        // Each violation that a head can have.
        ("GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", Violation.bareCarriageReturn),
        ("GET / HTTP/1.1\rX\r\n\r\n", .bareCarriageReturn),
        ("GET / HTTP/1.1\n\n", .bareLineFeed), ("\nGET / HTTP/1.1\r\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nA: b\n\r\n", .bareLineFeed),
        ("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\n\tA: b\r\n\r\n", .foldedLine),
        ("GET / HTTP/1.1\r\nA : b\r\n\r\n", .spaceBeforeColon),
        ("GET / HTTP/1.1\r\nA\t: b\r\n\r\n", .spaceBeforeColon),
        ("GET / HTTP/1.1\r\n: b\r\n\r\n", .fieldName), ("GET / HTTP/1.1\r\nAb\r\n\r\n", .fieldName),
        ("GET / HTTP/1.1\r\nA(b): c\r\n\r\n", .fieldName),
        ("GET / HTTP/1.1\r\nA\u{b}: c\r\n\r\n", .fieldName),
        ("GET / HTTP/1.1\r\nA: \0\r\n\r\n", .fieldValue),
        ("GET / HTTP/1.1\r\nA: \u{7f}\r\n\r\n", .fieldValue),
        ("GET /\r\n\r\n", .requestLine), ("GET  / HTTP/1.1\r\n\r\n", .requestLine),
        ("GET / HTTP/1.1 \r\n\r\n", .requestLine), (" GET / HTTP/1.1\r\n\r\n", .requestLine),
        ("GET / a HTTP/1.1\r\n\r\n", .requestLine), ("GET / http/1.1\r\n\r\n", .requestLine),
        ("GET\t/ HTTP/1.1\r\n\r\n", .requestLine), ("G=T / HTTP/1.1\r\n\r\n", .requestLine),
        ("GET / HTTP/2.0\r\n\r\n", .requestLine), ("GET / HTTP/1.2\r\n\r\n", .version),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .bothLengths),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .repeatedLength),
        ("GET / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length: 0x1\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length: 1 1\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nContent-Length: 9999999999999999999\r\n\r\n", .contentLength),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", .transferEncoding),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", .transferEncoding),
        (
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncoding
        ),
        ("GET / HTTP/1.1\r\nTransfer-Encoding:\r\n\r\n", .transferEncoding),
        ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .transferEncoding),
        ("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", .repeatedHost),
    ])
    func `a request that two readers could take differently is refused`(
        text: String,
        violation: Violation
    ) {
        expect(.request, text, violation)
    }

    @Test(arguments: [
        ("\r\nHTTP/1.1 200 OK\r\n\r\n", Violation.statusLine), ("HTTP/1.1 20\r\n\r\n", .statusLine),
        ("HTTP/1.1 2000 OK\r\n\r\n", .statusLine), ("HTTP/1.1  200 OK\r\n\r\n", .statusLine),
        ("HTTP/1.1 099 OK\r\n\r\n", .statusLine), ("HTTP/1.1 2x0 OK\r\n\r\n", .statusLine),
        ("HTTP/1.1 200 O\0\r\n\r\n", .statusLine), ("HTTP/2.0 200 OK\r\n\r\n", .statusLine),
        ("HTTP/1.9 200 OK\r\n\r\n", .version), ("ICY 200 OK, go on\r\n\r\n", .statusLine),
    ])
    func `a status line is read in one way or refused`(text: String, violation: Violation) {
        expect(.response, text, violation)
    }

    @Test(arguments: [("HTTP/1.1 200 OK", 200), ("HTTP/1.0 404", 404), ("HTTP/1.1 599 ", 599)])
    func `a status is read with a reason and without`(line: String, status: UInt16) {
        var reader = HeadReader(.response)
        let bytes = Array((line + "\r\n\r\n").utf8)
        #expect(read(&reader, bytes) == .complete(length: bytes.count))
        #expect(reader.status == status)
    }

    @Test func `a head of the largest size is accepted and one byte more is not`() {
        let text = Array("GET / HTTP/1.1\r\nA: bcdefg\r\n\r\n".utf8)
        var exact = HeadReader(.request)
        #expect(exact.read(text.span, limit: text.count) == .complete(length: text.count))
        var less = HeadReader(.request)
        #expect(less.read(text.span, limit: text.count - 1) == .refused(.headTooLarge))
        var endless = HeadReader(.request)
        let line = Array(repeating: UInt8(ascii: "a"), count: 1_000)
        #expect(endless.read(line.span, limit: 1_000) == .refused(.headTooLarge))
    }

    @Test func `a thousand fields are accepted and one more is not`() {
        func head(_ count: Int) -> String {
            "GET / HTTP/1.1\r\n" + String(repeating: "a:b\r\n", count: count) + "\r\n"
        }
        var reader = HeadReader(.request)
        let text = Array(head(HeadReader.maximumFieldCount).utf8)
        #expect(read(&reader, text) == .complete(length: text.count))
        expect(.request, head(HeadReader.maximumFieldCount + 1), .tooManyFields)
    }

    @Test func `every violation is answered with a status of its own class`() {
        #expect(Violation.headTooLarge.status == 431 && Violation.tooManyFields.status == 431)
        #expect(Violation.bothLengths.status == 400)
    }

    @Test func `promise 7 · no bytes at all make a reader trap`() {
        for seed in SeededNumbers.seeds(2_000) {
            var numbers = SeededNumbers(seed: seed)
            let alphabet = Array(
                "GET / HTTP/1.1\r\n\r\nabc: ,;0FfContent-LengthTransfer-Encoding".utf8
            )
            let bytes = (0..<numbers.below(80)).map { _ in
                numbers.once(in: 5)
                    ? UInt8.random(in: 0...255, using: &numbers) : numbers.pick(alphabet)
            }
            for kind in [HeadReader.Kind.request, .response] {
                let stream = MessageStream(kind: kind)
                let whole = stream.read(bytes, pieces: [bytes.count])
                #expect(
                    stream.read(bytes, pieces: Array(repeating: 1, count: bytes.count)) == whole
                )
            }
        }
    }

    /// Refused whole, in single bytes, and in halves.
    private func expect(_ kind: HeadReader.Kind, _ text: String, _ violation: Violation) {
        let bytes = Array(text.utf8)
        for size in [1, bytes.count / 2, bytes.count] {
            let pieces = Array(repeating: size, count: bytes.count / size + 1)
            let trace = MessageStream(kind: kind).read(bytes, pieces: pieces)
            #expect(trace.refusal == violation.rawValue, "in pieces of \(size)")
        }
    }

    private func read(_ reader: inout HeadReader, _ bytes: [UInt8]) -> HeadReader.Progress {
        reader.read(bytes.span, limit: 65_536)
    }
}
