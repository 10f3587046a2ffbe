// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@testable import WireFormats

@Suite struct HeadEditorTests {
    typealias Pair = FieldEdits.Pair

    @Test(arguments: [HeadReader.Kind.request, .response], SeededNumbers.seeds(300))
    func `an edit that changes nothing gives the same head`(
        kind: HeadReader.Kind,
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        let sample = SampleMessages(kind, &numbers)
        let message = try WholeMessage(kind, bytes: sample.bytes)
        let edited = HeadEditor.edited(
            message.bytes.span,
            length: message.length,
            reader: message.reader,
            by: MessageEdit(),
            framing: .keep
        )
        #expect(edited == Array(message.head), "CHAOS_SEED=\(seed)")
    }

    @Test func `fields are removed, then set, then added, and the others stay as they were`() throws
    {
        let message = try WholeMessage(
            .response,
            "HTTP/1.1 200 Fine\r\nX-A: 1\r\nx-Keep:\t a \r\nx-a: 2\r\nX-B:3\r\n\r\n"
        )
        let edits = FieldEdits(
            remove: ["x-b", "X-None"],
            set: [Pair(name: "X-A", value: "new"), Pair(name: "X-C", value: "end")],
            add: [Pair(name: "x-keep", value: "more"), Pair(name: "X-B", value: "back")]
        )
        #expect(
            message.edited(by: MessageEdit(headers: edits))
                == "HTTP/1.1 200 Fine\r\nX-A: new\r\nx-Keep:\t a \r\nX-C: end\r\n"
                + "x-keep: more\r\nX-B: back\r\n\r\n"
        )
    }

    @Test(
        arguments: [
            (200, nil, "HTTP/1.1 200 Fine\r\n"), (200, 200, "HTTP/1.1 200 Fine\r\n"),
            (200, 503, "HTTP/1.1 503 Service Unavailable\r\n"),
            (200, 599, "HTTP/1.1 599 Unknown\r\n"),
        ] as [(Int, UInt16?, String)]
    )
    func `a status comes with its own reason`(old: Int, status: UInt16?, line: String) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 \(old) Fine\r\nA: b\r\n\r\n")
        #expect(message.edited(by: MessageEdit(status: status)) == line + "A: b\r\n\r\n")
    }

    @Test func `the version of a response stays, and a reason that it lacked is given`() throws {
        let message = try WholeMessage(.response, "HTTP/1.0 200\r\n\r\n")
        #expect(message.edited(by: MessageEdit()) == "HTTP/1.0 200\r\n\r\n")
        #expect(message.edited(by: MessageEdit(status: 404)) == "HTTP/1.0 404 Not Found\r\n\r\n")
    }

    @Test(
        arguments: [
            ("GET /a/b?c=d HTTP/1.1", MessageEdit(path: "/x%20y"), "GET /x%20y?c=d HTTP/1.1"),
            ("\r\nGET / HTTP/1.1", MessageEdit(method: "QUERY"), "\r\nQUERY / HTTP/1.1"),
            ("GET http://u@h:1/a HTTP/1.1", MessageEdit(path: "/b"), "GET http://u@h:1/b HTTP/1.1"),
            ("GET http://h?q HTTP/1.1", MessageEdit(path: "/b"), "GET http://h/b?q HTTP/1.1"),
            ("OPTIONS * HTTP/1.1", MessageEdit(path: "/b"), "OPTIONS * HTTP/1.1"),
            ("CONNECT h:1 HTTP/1.1", MessageEdit(path: "/b"), "CONNECT h:1 HTTP/1.1"),
            (
                "GET / HTTP/1.1", MessageEdit(path: "/a b?c#d\r\n"),
                "GET /a%20b%3Fc%23d%0D%0A HTTP/1.1"
            ),
        ]
    )
    func `method and path change in their places`(
        line: String,
        edit: MessageEdit,
        new: String
    )
        throws
    {
        let message = try WholeMessage(.request, line + "\r\nHost: a\r\n\r\n")
        #expect(message.edited(by: edit) == new + "\r\nHost: a\r\n\r\n")
    }

    @Test(
        arguments: [
            ("/?a=1&b=2&a=3", ["a"], [], [], "/?b=2"), ("/?a=1", ["a"], [], [], "/"),
            ("/?", ["a"], [], [], "/?"), ("/", ["a"], [], [], "/"),
            ("/", [], ["a"], [], "/?a=v%20%26"),
            ("/?a=1&b+%2f&a&c=+", [], ["a"], [], "/?a=v%20%26&b+%2f&c=+"),
            ("/?b+%2f=1&c=%zz&", [], ["b /"], [], "/?b%20%2F=v%20%26&c=%zz&"),
            ("/?a=1", [], [], ["a"], "/?a=1&a=v%20%26"), ("/?", [], [], ["a"], "/?a=v%20%26"),
            ("http://h/p?x", [], [], ["é"], "http://h/p?x&%C3%A9=v%20%26"),
            ("*", [], [], ["a"], "*"),
            ("/?%61=1&a==&b", ["a"], [], [], "/?b"), ("/?=1&b", [""], [], [], "/?b"),
        ] as [(String, [String], [String], [String], String)]
    )
    func `parameters are compared decoded and written encoded`(
        target: String,
        remove: [String],
        set: [String],
        add: [String],
        new: String
    ) throws {
        let message = try WholeMessage(.request, "GET \(target) HTTP/1.1\r\n\r\n")
        let edits = FieldEdits(
            remove: remove,
            set: set.map { Pair(name: $0, value: "v &") },
            add: add.map { Pair(name: $0, value: "v &") }
        )
        #expect(message.edited(by: MessageEdit(query: edits)) == "GET \(new) HTTP/1.1\r\n\r\n")
    }

    @Test(
        arguments: [
            (
                "content-LENGTH:\t007 \r\nA: b\r\n", FramingChange.keep,
                "content-LENGTH:\t007 \r\nA: b\r\n"
            ),
            ("content-LENGTH:\t007 \r\nA: b\r\n", .length(7), "content-LENGTH:\t007 \r\nA: b\r\n"),
            ("content-LENGTH:\t007 \r\nA: b\r\n", .length(12), "content-LENGTH:\t12 \r\nA: b\r\n"),
            ("content-length: 7\r\nA: b\r\n", .untilClose, "A: b\r\n"),
            ("content-length: 7\r\nA: b\r\n", .chunked, "Transfer-Encoding: chunked\r\nA: b\r\n"),
            (
                "TE: x\r\ntransfer-encoding: Chunked\r\nA: b\r\n", .length(3),
                "TE: x\r\nContent-Length: 3\r\nA: b\r\n"
            ),
            (
                "transfer-encoding: gzip\r\nB: c\r\ntransfer-encoding: Chunked\r\n", .chunked,
                "transfer-encoding: gzip\r\nB: c\r\ntransfer-encoding: Chunked\r\n"
            ),
            (
                "transfer-encoding: gzip\r\nB: c\r\ntransfer-encoding: Chunked\r\n", .length(0),
                "Content-Length: 0\r\nB: c\r\n"
            ),
            ("A: b\r\n", .length(5), "A: b\r\nContent-Length: 5\r\n"),
            ("", .chunked, "Transfer-Encoding: chunked\r\n"),
        ]
    )
    func `framing is replaced in its place`(
        fields: String,
        framing: FramingChange,
        new: String
    )
        throws
    {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n\(fields)\r\n")
        let edited = message.edited(by: MessageEdit(), framing: framing)
        #expect(edited == "HTTP/1.1 200 OK\r\n\(new)\r\n")
    }

    @Test func `fields are set and removed without an edit`() throws {
        let message = try WholeMessage(.request, "GET / HTTP/1.1\r\nX-Chaos: 1\r\nHost: a\r\n\r\n")
        let bytes = HeadEditor.with(
            fields: [Respond.Field(name: "RateLimit", value: "x")],
            removing: ["x-chaos"],
            head: message.bytes.span,
            length: message.length,
            reader: message.reader
        )
        #expect(bytes == Array("GET / HTTP/1.1\r\nHost: a\r\nRateLimit: x\r\n\r\n".utf8))
    }
}
