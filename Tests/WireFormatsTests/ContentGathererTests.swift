// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import WireFormats

@Suite struct ContentGathererTests {
    @Test(arguments: [1, 2, 3, 7, 64])
    func `content is gathered without its framing, in pieces of any size`(piece: Int) {
        let text = "3\r\nabc\r\n4;x\r\ndefg\r\n5\r\nhi\r\nj\r\n0\r\nT: v\r\n\r\nGET"
        let (gatherer, taken) = gather(text, BodyReader.chunked, limit: 100, piece: piece)
        #expect(gatherer.content == Array("abcdefghi\r\nj".utf8))
        #expect(gatherer.isFinished && !gatherer.isFull && !gatherer.isCut)
        #expect(taken == text.utf8.count - 3)
        #expect(gatherer.wireLength == UInt64(taken))
    }

    @Test(arguments: 0...13)
    func `a limit keeps so many bytes and the end is found all the same`(limit: Int) {
        let text = "3\r\nabc\r\n4\r\ndefg\r\n5\r\nhijkl\r\n0\r\n\r\nrest"
        let (gatherer, taken) = gather(text, BodyReader.chunked, limit: limit, piece: 5)
        #expect(gatherer.content == Array("abcdefghijkl".utf8.prefix(limit)))
        #expect(gatherer.isFull == (limit <= 12))
        #expect(gatherer.isCut == (limit < 12))
        #expect(gatherer.contentLength == 12 && gatherer.isFinished)
        #expect(taken == text.utf8.count - 4)
    }

    @Test func `a counted body is gathered to its end, one until the close for ever`() {
        let (counted, taken) = gather("hello, rest", .counted(5), limit: 9, piece: 4)
        #expect(counted.content == Array("hello".utf8) && counted.isFinished && taken == 5)
        let (endless, all) = gather("hello, rest", .untilClose, limit: 9, piece: 4)
        #expect(endless.content == Array("hello, re".utf8) && !endless.isFinished && all == 11)
        #expect(endless.endsWithConnection && endless.isCut)
        let (empty, none) = gather("rest", .empty, limit: 9, piece: 4)
        #expect(empty.content.isEmpty && empty.isFinished && none == 0)
    }

    @Test func `what follows a violation is not taken`() {
        var gatherer = ContentGatherer(.chunked, limit: 100)
        let first = gatherer.take(Array("3\r\nabcX".utf8).span)
        #expect(first.violation == .chunkEnd && gatherer.violation == .chunkEnd)
        let second = gatherer.take(Array("3\r\nabc".utf8).span)
        #expect(second.length == 0 && second.violation == .chunkEnd)
        #expect(gatherer.content == Array("abc".utf8))
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `random messages give the content that they were made of`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        for kind in [HeadReader.Kind.request, .response] {
            let sample = SampleMessages(kind, &numbers)
            for message in sample.trace.messages {
                let end = message.end ?? sample.bytes.count
                let body = Array(sample.bytes[message.headEnd..<end])
                // Only a chunked body is longer than its content.
                let isPlain = body.count == message.content.count
                let reader = isPlain ? BodyReader.counted(UInt64(body.count)) : .chunked
                let limit = numbers.pick([0, 1, 10, 1_000])
                let piece = numbers.pick([1, 2, 30, 1_000])
                let text = String(decoding: body.map { $0 & 127 }, as: UTF8.self)
                let (gatherer, taken) = gather(text, reader, limit: limit, piece: piece)
                let content = message.content.map { $0 & 127 }
                #expect(gatherer.content == Array(content.prefix(limit)), "CHAOS_SEED=\(seed)")
                #expect(gatherer.isFinished && taken == body.count, "CHAOS_SEED=\(seed)")
            }
        }
    }

    @Test(arguments: SeededNumbers.seeds(300))
    func `any bytes in any pieces are gathered as if they came at once`(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let text = (0..<numbers.below(200)).map { _ in
            numbers.pick(["\r\n", "0", "1", "a", "f", ";", "x", " ", "\r", "\n", ":"])
        }.joined()
        let limit = numbers.below(40)
        let (whole, all) = gather(text, .chunked, limit: limit, piece: 1_000)
        let (pieced, parts) = gather(text, .chunked, limit: limit, piece: numbers.below(5) + 1)
        #expect(whole == pieced && all == parts, "CHAOS_SEED=\(seed)")
    }

    private func gather(
        _ text: String,
        _ body: BodyReader,
        limit: Int,
        piece: Int
    ) -> (ContentGatherer, taken: Int) {
        let bytes = Array(text.utf8)
        var gatherer = ContentGatherer(body, limit: limit)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + piece)
            let progress = gatherer.take(bytes[start..<end].span)
            start += progress.length
            if progress.length < end - (start - progress.length) { break }
        }
        return (gatherer, start)
    }
}
