// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import WireFormats

/// The readers beside NIOHTTP1's parser, on the same bytes.
@Suite struct DifferentialTests {
    @Test(arguments: [HeadReader.Kind.request, .response], SeededNumbers.seeds(250))
    func `both readers find the boundaries that valid messages were made with`(
        kind: HeadReader.Kind,
        seed: UInt64
    ) throws {
        var numbers = SeededNumbers(seed: seed)
        let sample = SampleMessages(kind, &numbers)
        let stream = MessageStream(kind: kind, answersHead: sample.answersHead)
        let whole = stream.read(sample.bytes, pieces: [sample.bytes.count])
        #expect(whole == sample.trace, "CHAOS_SEED=\(seed)")
        for _ in 0..<3 {
            let pieces = numbers.pieces(of: sample.bytes.count)
            #expect(stream.read(sample.bytes, pieces: pieces) == whole, "CHAOS_SEED=\(seed)")
        }
        let other = OtherParser(kind: kind, answersHead: sample.answersHead)
        let trace = try other.read(
            sample.bytes,
            boundaries: sample.trace.boundaries,
            endsWithConnection: true
        )
        #expect(trace == sample.trace, "CHAOS_SEED=\(seed)")
    }

    @Test(arguments: [HeadReader.Kind.request, .response], SeededNumbers.seeds(50))
    func `a mutated message that both accept has the same boundaries for both`(
        kind: HeadReader.Kind,
        block: UInt64
    ) throws {
        for seed in block * 40..<block * 40 + 40 {
            var numbers = SeededNumbers(seed: seed)
            var bytes: [UInt8] = []
            let sample = SampleMessages(kind, &numbers)
            bytes = sample.bytes
            numbers.mutate(&bytes)
            let difference = try Corpus.difference(
                bytes,
                kind,
                sample.answersHead,
                pieces: numbers.pieces(of: bytes.count)
            )
            guard let difference else { continue }
            Issue.record("CHAOS_SEED=\(block), \(seed): \(difference)")
        }
    }

    @Test(arguments: Corpus.regressions)
    func `what once told the readers apart no longer does`(
        kind: HeadReader.Kind,
        text: String
    ) throws {
        let bytes = Array(text.utf8)
        for size in [1, 7, bytes.count] {
            let pieces = Array(repeating: size, count: bytes.count / size + 1)
            #expect(try Corpus.difference(bytes, kind, [], pieces: pieces) == nil)
        }
    }

    /// The one difference that is left: that parser takes a tab for a part of the coding's name.
    @Test func `a tab behind chunked is white space, as RFC 9110, 5-6-3 says`() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"
        let bytes = Array(text.utf8)
        let trace = MessageStream(kind: .response).read(bytes, pieces: [bytes.count])
        #expect(trace.messages.map(\.end) == [bytes.count])
    }
}
