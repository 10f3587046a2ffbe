// SPDX-License-Identifier: Apache-2.0
import FaultModel
import TestSupport

@testable import WireFormats

/// What a reader found in a stream of messages: where each head ends, its content, where it ends.
struct MessageTrace: Equatable, CustomStringConvertible {
    struct Message: Equatable {
        var headEnd: Int
        var content: [UInt8] = []
        /// `nil`: the stream stopped inside the message.
        var end: Int?
    }

    var messages: [Message] = []
    /// Why the reader went no further, if it did not come to the end.
    var refusal: String?

    var description: String {
        messages.map { "\($0.headEnd)+\($0.content.count)→\($0.end.map(String.init) ?? "…")" }
            .joined(separator: " ") + (refusal.map { " refused: \($0)" } ?? "")
    }

    /// Everywhere that one message's part ends.
    var boundaries: [Int] { messages.flatMap { [$0.headEnd, $0.end ?? $0.headEnd] } }
}

/// Reads a whole stream with the readers under test, in pieces of the given sizes.
struct MessageStream {
    let kind: HeadReader.Kind
    /// Whether each response that is not an interim one answers a HEAD request, in order.
    var answersHead: [Bool] = []

    func read(_ bytes: [UInt8], pieces: [Int]) -> MessageTrace {
        var trace = MessageTrace()
        var head = HeadReader(kind)
        var body: BodyReader?
        var start = 0
        var fed = 0
        var answers = 0
        for piece in pieces where fed < bytes.count {
            fed = min(bytes.count, fed + piece)
            while start < fed {
                if body == nil {
                    switch head.read(bytes[start..<fed].span, limit: 65_536) {
                    case .incomplete: break
                    case .refused(let violation):
                        trace.refusal = violation.rawValue
                        return trace
                    case .complete(let length):
                        start += length
                        trace.messages.append(MessageTrace.Message(headEnd: start))
                        body = self.body(after: head, answers: &answers)
                        head.reset()
                        if body?.isFinished == true { finish(&trace, &body, at: start) }
                        continue
                    }
                    break
                }
                guard var reader = body else { break }
                let taken = take(bytes[start..<fed], with: &reader, into: &trace)
                body = reader
                start += taken.length
                if let violation = taken.violation {
                    trace.refusal = violation.rawValue
                    return trace
                }
                if reader.isFinished { finish(&trace, &body, at: start) }
            }
        }
        if let reader = body, reader.endsWithConnection { finish(&trace, &body, at: bytes.count) }
        return trace
    }

    private func finish(_ trace: inout MessageTrace, _ body: inout BodyReader?, at end: Int) {
        trace.messages[trace.messages.count - 1].end = end
        body = nil
    }

    /// Content is told by number: byte by byte the number says which bytes they are.
    private func take(
        _ bytes: ArraySlice<UInt8>,
        with reader: inout BodyReader,
        into trace: inout MessageTrace
    ) -> BodyReader.Progress {
        var byteByByte = reader
        var position = bytes.startIndex
        while position < bytes.endIndex, !byteByByte.isFinished {
            let step = byteByByte.read(bytes[position..<position + 1].span, contentLimit: .max)
            if step.content == 1 {
                trace.messages[trace.messages.count - 1].content.append(bytes[position])
            }
            if step.violation != nil { break }
            position += 1
        }
        return reader.read(bytes.span, contentLimit: .max)
    }

    /// RFC 9112, 6.3, for what the streams of these tests hold.
    private func body(after head: HeadReader, answers: inout Int) -> BodyReader {
        let framing = head.framing
        if kind == .request {
            return framing.isChunked
                ? .chunked : framing.contentLength.map(BodyReader.counted) ?? .empty
        }
        if head.status < 200 { return .empty }
        let isHead = answers < answersHead.count && answersHead[answers]
        answers += 1
        if isHead || head.status == 204 || head.status == 304 { return .empty }
        if framing.isChunked { return .chunked }
        if framing.hasTransferEncoding { return .untilClose }
        return framing.contentLength.map(BodyReader.counted) ?? .untilClose
    }
}

extension SeededNumbers {
    /// Pieces of random sizes that cover `count` bytes.
    mutating func pieces(of count: Int) -> [Int] {
        let largest = pick([1, 3, 17, 200, 5_000])
        var pieces: [Int] = []
        var covered = 0
        while covered < count {
            let piece = below(largest) + 1
            pieces.append(piece)
            covered += piece
        }
        return pieces
    }
}
