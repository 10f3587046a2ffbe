// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import WireFormats

@Suite struct BodyReaderTests {
    @Test(arguments: [
        ("0\r\n\r\n", 0), ("5\r\nhello\r\n0\r\n\r\n", 5), ("a\r\n0123456789\r\n0\r\n\r\n", 10),
        ("A;x=y\r\n0123456789\r\n000\r\n\r\n", 10), ("1;a=\"b c\"\r\nx\r\n0;z\r\n\r\n", 1),
        ("1 ;a\r\nx\r\n0\r\n\r\n", 1), ("1\r\n\n\r\n0\r\n\r\n", 1),
        ("0\r\nX: y\r\nEmpty:\r\n\r\n", 0), ("0000000000000001\r\nx\r\n0\r\n\r\n", 1),
    ])
    func `a chunked body ends where its last chunk and trailer end`(text: String, content: Int) {
        var reader = BodyReader.chunked
        let progress = read(&reader, text + "GET")
        #expect(
            progress
                == BodyReader.Progress(
                    length: text.utf8.count,
                    content: content,
                    isFinished: true,
                    violation: nil
                )
        )
        #expect(reader.isFinished)
    }

    @Test(arguments: [
        // Each violation that a body can have.
        ("x\r\n", Violation.chunkSize), ("\r\n", .chunkSize), (";a\r\n", .chunkSize),
        ("-1\r\n", .chunkSize), ("+1\r\n", .chunkSize), ("0x1\r\n", .chunkSize),
        ("1x\r\n", .chunkSize), ("8000000000000000\r\n", .chunkSize),
        ("00000000000000001\r\n", .chunkSize), ("1;a\0\r\n", .chunkLine),
        ("1 2\r\n", .chunkLine), ("1\t2\r\n", .chunkLine), ("1\r\nxy", .chunkEnd),
        ("1\r\nx\rz", .chunkEnd), ("1\r\nx\n", .chunkEnd), ("1\n", .bareLineFeed),
        ("1;a\n", .bareLineFeed), ("1\rx", .bareCarriageReturn), ("1;a\rx", .bareCarriageReturn),
        ("0\r\nA: b\n", .bareLineFeed), ("0\r\nA: b\rc", .bareCarriageReturn),
        ("0\r\nA\r\n", .fieldName), ("0\r\n: b\r\n", .fieldName), ("0\r\nA : b\r\n", .fieldName),
        ("0\r\nA: b\r\n c\r\n", .foldedLine), ("0\r\nA: \0\r\n", .fieldValue),
        ("0\r\n\rx", .bareCarriageReturn),
    ])
    func `a chunked body that two readers could take differently is refused`(
        text: String,
        violation: Violation
    ) {
        var whole = BodyReader.chunked
        #expect(read(&whole, text).violation == violation)
        var pieced = BodyReader.chunked
        let found = text.utf8.lazy.compactMap { byte in
            pieced.read([byte].span, contentLimit: .max).violation
        }.first
        #expect(found == violation)
    }

    @Test func `extensions and trailers have their bounds`() {
        let longest = String(repeating: "a", count: ChunkReader.maximumExtensionLength - 1)
        var reader = BodyReader.chunked
        #expect(read(&reader, "1;" + longest + "\r\nx\r\n0\r\n\r\n").isFinished)
        reader = .chunked
        #expect(read(&reader, "1;" + longest + "a\r\n").violation == .chunkLine)
        reader = .chunked
        let trailer = String(repeating: "a: b\r\n", count: ChunkReader.maximumTrailerLength / 5 + 1)
        #expect(read(&reader, "0\r\n" + trailer).violation == .trailerTooLarge)
    }

    @Test func `a counted body takes its bytes and no more`() {
        var reader = BodyReader.counted(5)
        #expect(read(&reader, "hel").length == 3)
        #expect(!reader.isFinished)
        #expect(
            read(&reader, "loGET") == .init(length: 2, content: 2, isFinished: true, violation: nil)
        )
        #expect(BodyReader.counted(0).isFinished && BodyReader.empty.isFinished)
    }

    @Test func `a body until the close has no end of its own`() {
        var reader = BodyReader.untilClose
        #expect(
            read(&reader, "abc") == .init(length: 3, content: 3, isFinished: false, violation: nil)
        )
        #expect(reader.endsWithConnection)
    }

    @Test(arguments: 0...12)
    func `a limit of content stops right behind its last byte`(limit: Int) {
        let text = "3\r\nabc\r\n4;x\r\ndefg\r\n5\r\nhijkl\r\n0\r\n\r\n"
        // Where the so-manieth byte of content ends.
        let places = [3, 4, 5, 6, 14, 15, 16, 17, 23, 24, 25, 26, 27]
        for size in [1, 5, 64] {
            var reader = BodyReader.chunked
            var left = UInt64(limit)
            var taken = 0
            let bytes = Array(text.utf8)
            while taken < bytes.count {
                let end = min(bytes.count, taken + size)
                let progress = reader.read(bytes[taken..<end].span, contentLimit: left)
                taken += progress.length
                left -= UInt64(progress.content)
                if left == 0 || progress.length == 0 { break }
            }
            #expect(left == 0 && taken == places[limit] || limit == 0, "pieces of \(size)")
        }
    }

    private func read(_ reader: inout BodyReader, _ text: String) -> BodyReader.Progress {
        let bytes = Array(text.utf8)
        return reader.read(bytes.span, contentLimit: .max)
    }
}
