// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport
import Testing

@testable import WireFormats

extension WholeMessage {
    func malformed(
        _ malformation: Malformation,
        isHeadRequest: Bool = false
    ) -> Result<MalformedMessage, Refusal> {
        Malformer.malformed(
            malformation,
            head: head.span,
            reader: reader,
            wireBody: body.span,
            isHeadRequest: isHeadRequest
        )
    }
}

@Suite struct MalformerTests {
    /// `hello` with a length, in chunks, and until the close.
    private static let framings = [
        "Content-Length: 5\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "\r\nhello",
    ]

    @Test(arguments: framings)
    func `each fault of heads is refused by the reader as that fault`(framing: String) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + framing)
        let faults: [(Malformation, Violation)] = [
            (.duplicateLength, .repeatedLength), (.lengthAndChunked, .bothLengths),
            (.garbageStatus, .statusLine), (.badHeader, .fieldName), (.wrongVersion, .statusLine),
            (.hugeHeader, .headTooLarge),
        ]
        for (malformation, violation) in faults {
            let bytes = try message.malformed(malformation).get().bytes
            var reader = HeadReader(.response)
            let progress = reader.read(bytes.span, limit: 131_072)
            #expect(progress == .refused(violation), "\(malformation)")
        }
    }

    @Test(arguments: framings)
    func `a wrong length is wrong by what comes`(framing: String) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + framing)
        let long = try message.malformed(.longLength).get()
        #expect(long.then == .close)
        let longer = try WholeMessage(.response, bytes: long.bytes)
        #expect(longer.reader.framing.contentLength == 15)
        #expect(Array(longer.body) == Array("hello".utf8))
        let short = try message.malformed(.shortLength).get()
        #expect(short.then == .keep)
        let shorter = try WholeMessage(.response, bytes: short.bytes)
        #expect(shorter.reader.framing.contentLength == 4)
        #expect(Array(shorter.body) == Array("hello".utf8))
    }

    @Test(arguments: framings)
    func `chunks are wrong where they are to be`(framing: String) throws {
        let message = try WholeMessage(
            .response,
            "HTTP/1.1 200 OK\r\n" + framing
        )
        let bad = try WholeMessage(.response, bytes: message.malformed(.badChunkSize).get().bytes)
        #expect(bad.reader.framing.isChunked)
        var gatherer = ContentGatherer(.chunked, limit: 100)
        let refused = gatherer.take(bad.body.span)
        #expect(refused.violation == .chunkSize)
        let missing = try message.malformed(.missingLastChunk).get()
        #expect(missing.then == .close)
        let open = try WholeMessage(.response, bytes: missing.bytes)
        gatherer = ContentGatherer(.chunked, limit: 100)
        let taken = gatherer.take(open.body.span)
        #expect(taken.violation == nil && !gatherer.isFinished)
        #expect(gatherer.content == Array("hello".utf8))
    }

    @Test(arguments: framings)
    func `extra bytes follow a message that is whole`(framing: String) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + framing)
        let extra = try message.malformed(.extraBytes).get()
        #expect(extra.then == .keep)
        let bytes = extra.bytes.dropLast(Malformer.extraBytes.count)
        #expect(Array(extra.bytes.suffix(Malformer.extraBytes.count)) == Malformer.extraBytes)
        let whole = try WholeMessage(.response, bytes: Array(bytes))
        #expect(whole.content() == Array("hello".utf8))
        var next = HeadReader(.response)
        let rest = Malformer.extraBytes
        let progress = next.read(rest.span, limit: 1_000)
        #expect(progress == .refused(.statusLine))
    }

    @Test func `what is announced of the message besides the fault stays`() throws {
        let message = try WholeMessage(
            .response,
            "HTTP/1.1 200 Fine\r\nA: b\r\ncontent-length:5\r\nC:  d\r\n\r\nhello"
        )
        func text(_ malformation: Malformation) throws -> String {
            String(decoding: try message.malformed(malformation).get().bytes, as: UTF8.self)
        }
        let rest = "A: b\r\ncontent-length:5\r\nC:  d\r\n"
        #expect(try text(.wrongVersion) == "HTTP/9.9 200 Fine\r\n\(rest)\r\nhello")
        #expect(try text(.garbageStatus) == "this is no status line\r\n\(rest)\r\nhello")
        #expect(
            try text(.badHeader)
                == "HTTP/1.1 200 Fine\r\n\(rest)No-Colon\r\nX-Control: a\0b\r\n\r\nhello"
        )
        #expect(
            try text(.duplicateLength)
                == "HTTP/1.1 200 Fine\r\n\(rest)Content-Length: 6\r\n\r\nhello"
        )
        let huge = try text(.hugeHeader).split(separator: "\r\n")
        #expect(huge.map(\.utf8.count).max() == Malformation.hugeHeaderLength)
    }

    @Test func `an answer in HTTP 1_0 is told in 1_1 when it gets chunks`() throws {
        let message = try WholeMessage(.response, "HTTP/1.0 200 OK\r\n\r\nhello")
        let bytes = try message.malformed(.badChunkSize).get().bytes
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"
        )
    }

    @Test func `a length of nothing is still too short`() throws {
        let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let short = try WholeMessage(.response, bytes: message.malformed(.shortLength).get().bytes)
        #expect(short.reader.framing.contentLength == 0 && !short.body.isEmpty)
    }

    @Test(arguments: [204, 304, 200], Malformation.allCases)
    func `an answer without a body has the faults that need none`(
        status: Int,
        malformation: Malformation
    ) throws {
        let message = try WholeMessage(.response, "HTTP/1.1 \(status) X\r\nA: b\r\n\r\n")
        let needsBody: Set<Malformation> = [
            .badChunkSize, .missingLastChunk, .longLength, .shortLength, .earlyResponse,
        ]
        let result = message.malformed(malformation, isHeadRequest: status == 200)
        switch result {
        case .success: #expect(!needsBody.contains(malformation))
        case .failure: #expect(needsBody.contains(malformation))
        }
    }

    @Test(arguments: Malformation.allCases)
    func `a head alone is malformed wherever the body may pass as it comes`(
        malformation: Malformation
    ) throws {
        for framing in Self.framings {
            let message = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + framing)
            let head = Malformer.malformedHead(
                malformation,
                head: message.head.span,
                reader: message.reader,
                isHeadRequest: false
            )
            guard let head else { continue }
            #expect(!malformation.needsWholeMessage)
            let whole = try message.malformed(malformation).get()
            #expect(whole.bytes == head + Array(message.body))
            #expect(whole.then == malformation.ending)
        }
        let counted = try WholeMessage(.response, "HTTP/1.1 200 OK\r\n" + Self.framings[0])
        let head = Malformer.malformedHead(
            malformation,
            head: counted.head.span,
            reader: counted.reader,
            isHeadRequest: false
        )
        let streams: Set<Malformation> = [
            .longLength, .shortLength, .duplicateLength, .garbageStatus, .badHeader, .hugeHeader,
            .wrongVersion,
        ]
        #expect((head != nil) == streams.contains(malformation))
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `no response traps, and none with a fault is read to its end as if it had none`(
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        for message in try RandomMessages.messages(.response, &numbers) {
            let isHead = message.answersHead
            for malformation in Malformation.allCases {
                guard
                    case .success(let bad) = message.whole.malformed(
                        malformation,
                        isHeadRequest: isHead
                    )
                else { continue }
                guard let read = try? WholeMessage(.response, bytes: bad.bytes) else { continue }
                // A huge field is legal: it is for readers to bound it.
                if malformation == .hugeHeader { continue }
                let content = read.content(answersHead: isHead)
                #expect(content == nil, "CHAOS_SEED=\(seed): \(malformation)")
            }
            var bytes = message.whole.bytes
            numbers.mutate(&bytes)
            guard let mutated = try? WholeMessage(.response, bytes: bytes) else { continue }
            for malformation in Malformation.allCases {
                _ = mutated.malformed(malformation, isHeadRequest: isHead)
            }
        }
    }
}
