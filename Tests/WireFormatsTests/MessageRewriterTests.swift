// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@testable import WireFormats

/// A coding of one letter in front of the content.
struct LetterCoder: ContentCoder {
    func decoded(_ content: [UInt8], from coding: ContentCoding, limit: Int) -> [UInt8]? {
        guard content.first == letter(coding), content.count - 1 <= limit else { return nil }
        return Array(content.dropFirst())
    }

    func encoded(_ content: [UInt8], in coding: ContentCoding) -> [UInt8]? {
        [letter(coding)] + content
    }

    private func letter(_ coding: ContentCoding) -> UInt8 {
        coding == .gzip ? UInt8(ascii: "G") : UInt8(ascii: "D")
    }
}

extension WholeMessage {
    func rewritten(
        by edit: MessageEdit,
        lengths: Lengths = .fix,
        replacement: [UInt8]? = nil,
        isHeadRequest: Bool = false,
        limit: Int = 1_000
    ) -> Result<[UInt8], Refusal> {
        MessageRewriter.rewritten(
            head: head.span,
            reader: reader,
            wireBody: body.span,
            edit: edit,
            lengths: lengths,
            replacement: replacement,
            isHeadRequest: isHeadRequest,
            coder: LetterCoder(),
            limit: limit
        )
    }
}

@Suite struct MessageRewriterTests {
    private static let merge = MessageEdit(
        body: .merge(
            .object([.init(key: "b", value: .null), .init(key: "c", value: .string("é"))])
        )
    )
    private static let hello = MessageEdit(body: .replace(.bytes(Array("hello".utf8))))

    @Test(
        arguments: [
            // As it came, changed, and with `lengths: keep`.
            (
                "Content-Length: 16\r\nETag: x\r\n\r\n{\"a\":1.50,\"b\":2}",
                "Content-Length: 19\r\nETag: x\r\n\r\n{\"a\":1.50,\"c\":\"é\"}",
                "Content-Length: 16\r\nETag: x\r\n\r\n{\"a\":1.50,\"c\":\"é\"}"
            ),
            (
                "Trailer: T\r\ntransfer-encoding: chunked\r\n\r\n8;x\r\n{\"a\": 1,\r\n6\r\n\"b\":2}"
                    + "\r\n0\r\nT: v\r\n\r\n",
                "Content-Length: 16\r\n\r\n{\"a\":1,\"c\":\"é\"}",
                "Trailer: T\r\ntransfer-encoding: chunked\r\n\r\n10\r\n{\"a\":1,\"c\":\"é\"}"
                    + "\r\n0\r\n\r\n"
            ),
            (
                "A: b\r\n\r\n{}", "A: b\r\nContent-Length: 10\r\n\r\n{\"c\":\"é\"}",
                "A: b\r\n\r\n{\"c\":\"é\"}"
            ),
            (
                "Content-Encoding: x-GZIP\r\nContent-Length: 3\r\n\r\nG{}",
                "Content-Encoding: x-GZIP\r\nContent-Length: 11\r\n\r\nG{\"c\":\"é\"}",
                "Content-Encoding: x-GZIP\r\nContent-Length: 3\r\n\r\nG{\"c\":\"é\"}"
            ),
            (
                "Content-Encoding: identity, deflate\r\nContent-Length: 3\r\n\r\nD{}",
                "Content-Encoding: identity, deflate\r\nContent-Length: 11\r\n\r\nD{\"c\":\"é\"}",
                "Content-Encoding: identity, deflate\r\nContent-Length: 3\r\n\r\nD{\"c\":\"é\"}"
            ),
        ]
    )
    func `a merge keeps digits, order, coding, and all else`(
        old: String,
        fixed: String,
        kept: String
    ) throws {
        let line = "HTTP/1.1 200 OK\r\n"
        let message = try WholeMessage(.response, line + old)
        #expect(try text(message.rewritten(by: Self.merge)) == line + fixed)
        #expect(try text(message.rewritten(by: Self.merge, lengths: .keep)) == line + kept)
    }

    @Test func `a merge that changes nothing leaves the message as it came`() throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "c\r\n{ \"c\":\"é\" }\r\n0\r\nT: v\r\n\r\n"
        let message = try WholeMessage(.response, text)
        let merge = MessageEdit(body: .merge(.object([.init(key: "c", value: .string("é"))])))
        #expect(try self.text(message.rewritten(by: merge)) == text)
    }

    @Test(
        arguments: [
            ("Content-Length: 2\r\n\r\n{x", "its body is not JSON from byte 1 on"),
            ("Content-Length: 0\r\n\r\n", "it has no body to merge into"),
            (
                "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
                "its Content-Encoding is br, and only gzip and deflate are known"
            ),
            (
                "Content-Encoding: gzip\r\nContent-Encoding: deflate\r\nContent-Length: 2\r\n\r\n{}",
                "its body has 2 content codings, one on another"
            ),
            (
                "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
                "its body is not gzip, or is larger than 20 bytes once decoded"
            ),
            (
                "Content-Length: 21\r\n\r\n{\"a\":\"0123456789abc\"}",
                "its body is larger than 20 bytes"
            ),
            ("Content-Length: 3\r\n\r\n{}", "its body ended before its end"),
            ("Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "its body ended before its end"),
            (
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x",
                "its body is broken: a chunk is not followed by a line end (RFC 9112, 7.1)"
            ),
            (
                "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
                "its Transfer-Encoding has more codings than chunked"
            ),
        ]
    )
    func `what cannot be merged is refused with the reason`(text: String, reason: String) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + text)
        #expect(message.rewritten(by: Self.merge, limit: 20) == .failure(Refusal(reason)))
    }

    @Test(
        arguments: [
            // Request or status, fields and body, isHead; changed, and with `lengths: keep`.
            (
                "POST", "Content-Length: 2\r\n\r\nab", "Content-Length: 5\r\n\r\nhello",
                "Content-Length: 2\r\n\r\nhello"
            ),
            (
                "GET", "A: b\r\n\r\n", "A: b\r\nContent-Length: 5\r\n\r\nhello",
                "A: b\r\nContent-Length: 5\r\n\r\nhello"
            ),
            (
                "200", "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ),
            ("200", "\r\nabc", "Content-Length: 5\r\n\r\nhello", "\r\nhello"),
            (
                "HEAD", "Content-Length: 9\r\n\r\n", "Content-Length: 5\r\n\r\n",
                "Content-Length: 9\r\n\r\n"
            ),
            (
                "304", "Content-Length: 9\r\n\r\n", "Content-Length: 9\r\n\r\n",
                "Content-Length: 9\r\n\r\n"
            ),
            ("204", "A: b\r\n\r\n", "A: b\r\n\r\n", "A: b\r\n\r\n"),
        ]
    )
    func `a replaced body has no coding and its own length`(
        what: String,
        old: String,
        fixed: String,
        kept: String
    ) throws {
        let status = UInt16(what) ?? 200
        let isRequest = ["GET", "POST"].contains(what)
        let line = isRequest ? "\(what) / HTTP/1.1\r\n" : "HTTP/1.1 \(status) X\r\n"
        let message = try WholeMessage(isRequest ? .request : .response, line + old)
        for (lengths, new) in [(Lengths.fix, fixed), (.keep, kept)] {
            let rewritten = message.rewritten(
                by: Self.hello,
                lengths: lengths,
                isHeadRequest: what == "HEAD"
            )
            #expect(try text(rewritten) == line + new)
        }
    }

    @Test func `a rendered body stands in for the edit's own, and its own coding is kept`() throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        var edit = MessageEdit(body: .replace(.template("{{x}}")))
        edit.headers.set = [FieldEdits.Pair(name: "Content-Encoding", value: "br")]
        let rewritten = message.rewritten(by: edit, replacement: Array("abc".utf8))
        #expect(
            try text(rewritten)
                == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: br\r\n\r\nabc"
        )
    }

    @Test(
        arguments: [
            ("200 OK\r\nContent-Length: 2\r\n\r\nab", 204, "204 No Content\r\n\r\n"),
            (
                "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 304,
                "304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n"
            ),
            (
                "204 X\r\nA: b\r\n\r\n", 500,
                "500 Internal Server Error\r\nA: b\r\nContent-Length: 0\r\n\r\n"
            ),
            ("304 X\r\nContent-Length: 7\r\n\r\n", 200, "200 OK\r\nContent-Length: 0\r\n\r\n"),
            (
                "200 X\r\nContent-Length: 1\r\n\r\na", 404,
                "404 Not Found\r\nContent-Length: 1\r\n\r\na"
            ),
        ] as [(String, UInt16, String)]
    )
    func `a status that may have no body takes it away, and one that has one ends it`(
        old: String,
        status: UInt16,
        new: String
    ) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 " + old)
        let edit = MessageEdit(status: status)
        #expect(try text(message.rewritten(by: edit)) == "HTTP/1.1 " + new)
        let needsWhole = MessageRewriter.needsWholeMessage(
            edit,
            reader: message.reader,
            isHeadRequest: false
        )
        #expect(needsWhole == (status != 404))
    }

    @Test(
        arguments: [
            (
                "Content-Length: 5\r\n\r\nhello", Truncate.Point.bytes(.zero),
                "Content-Length: 0\r\n\r\n"
            ),
            ("Content-Length: 5\r\n\r\nhello", .share(0.5), "Content-Length: 2\r\n\r\nhe"),
            ("Content-Length: 5\r\n\r\nhello", .share(1), "Content-Length: 5\r\n\r\nhello"),
            (
                "Content-Length: 9000\r\n\r\n" + String(repeating: "a", count: 1_030),
                .bytes(.kibibytes(1)),
                "Content-Length: 1024\r\n\r\n" + String(repeating: "a", count: 1_024)
            ),
            (
                "Trailer: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                .bytes(.kibibytes(1)),
                "Trailer: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ),
            (
                "Trailer: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .bytes(.zero),
                "Content-Length: 0\r\n\r\n"
            ),
            (
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", .share(0.5),
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            ),
            ("\r\nhello", .bytes(.zero), "Content-Length: 0\r\n\r\n"),
        ]
    )
    func `a part of a body is told with its own length`(
        old: String,
        point: Truncate.Point,
        new: String
    ) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + old)
        let truncated = MessageRewriter.truncated(
            head: message.head.span,
            reader: message.reader,
            wireBody: message.body.span,
            after: point,
            isHeadRequest: false
        )
        #expect(try text(truncated) == "HTTP/1.1 200 OK\r\n" + new)
    }

    @Test(arguments: [HeadReader.Kind.request, .response], SeededNumbers.seeds(200))
    func `what is rewritten is read back alike by both parsers`(
        kind: HeadReader.Kind,
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        for message in try RandomMessages.messages(kind, &numbers) {
            let edit = RandomMessages.edit(kind, message, &numbers)
            let isHead = message.answersHead
            let limit = numbers.pick([100, 1_000])
            guard
                case .success(let bytes) = message.whole.rewritten(
                    by: edit,
                    isHeadRequest: isHead,
                    limit: limit
                )
            else { continue }
            let new = try WholeMessage(kind, bytes: bytes)
            let content = try #require(new.content(answersHead: isHead), "CHAOS_SEED=\(seed)")
            #expect(try new.otherContent(answersHead: isHead) == content, "CHAOS_SEED=\(seed)")
            let had = message.whole.reader.status
            let has = new.reader.status
            if edit.body == nil, had == has {
                #expect(bytes.suffix(message.whole.body.count) == message.whole.body)
            }
            if case .replace(let body) = edit.body, has != 204, has != 304, !isHead {
                #expect(content == body.bytes, "CHAOS_SEED=\(seed)")
            }
        }
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `no bytes of a body and no edit trap`(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let kind = numbers.pick([HeadReader.Kind.request, .response])
        for message in try RandomMessages.messages(kind, &numbers) {
            var bytes = message.whole.bytes
            numbers.mutate(&bytes)
            guard let mutated = try? WholeMessage(kind, bytes: bytes) else { continue }
            let edit = RandomMessages.edit(kind, message, &numbers)
            for lengths in [Lengths.fix, .keep] {
                _ = mutated.rewritten(by: edit, lengths: lengths, limit: numbers.below(400))
                _ = mutated.rewritten(by: Self.merge, lengths: lengths)
            }
            for point in [Truncate.Point.bytes(.zero), .share(0.3), .bytes(.kibibytes(1))] {
                _ = MessageRewriter.truncated(
                    head: mutated.head.span,
                    reader: mutated.reader,
                    wireBody: mutated.body.span,
                    after: point,
                    isHeadRequest: numbers.once(in: 2)
                )
            }
        }
    }

    private func text(_ result: Result<[UInt8], Refusal>) throws -> String {
        String(decoding: try result.get(), as: UTF8.self)
    }
}
