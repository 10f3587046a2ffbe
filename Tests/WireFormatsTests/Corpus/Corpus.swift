// SPDX-License-Identifier: Apache-2.0
@testable import WireFormats

/// Inputs that are kept because a reader once failed on them, and the question asked of each.
enum Corpus {
    static let regressions: [(HeadReader.Kind, String)] = [
        // `5 6` behind a chunk size is 5 to one reader and 56 to another.
        (.request, "\(post)Transfer-Encoding: chunked\r\n\r\n5 6\r\nhello\r\n0\r\n\r\n"),
        (.request, "\(post)Transfer-Encoding: chunked\r\n\r\n5 ;a\r\nhello\r\n0\r\n\r\n"),
        // An empty element behind `chunked` makes the body last until the close to some.
        (.response, "\(ok)Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
        (.response, "\(ok)Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"),
        (.response, "\(ok)Transfer-Encoding: gzip,,chunked\r\n\r\n0\r\n\r\n"),
        (.request, "\(post)Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
        // White space at the end of the coding's name.
        (.request, "\(post)Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"),
        (.response, "\(ok)Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n"),
        (.response, "\(ok)Transfer-Encoding:\r\n\r\nuntil the close"),
    ]

    private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\n"

    /// How the readers part on these bytes; `nil` when they do not.
    ///
    /// A reader may refuse what the other accepts: then nobody is told two stories. What both
    /// accept, up to where one of them refuses, must have the same boundaries and content.
    static func difference(
        _ bytes: [UInt8],
        _ kind: HeadReader.Kind,
        _ answersHead: [Bool],
        pieces: [Int]
    ) throws -> String? {
        let stream = MessageStream(kind: kind, answersHead: answersHead)
        let ours = stream.read(bytes, pieces: [bytes.count])
        let pieced = stream.read(bytes, pieces: pieces)
        if pieced != ours { return "in pieces \(pieced), whole \(ours)" }
        let theirs = try OtherParser(kind: kind, answersHead: answersHead).read(
            bytes,
            boundaries: ours.boundaries,
            endsWithConnection: ours.refusal == nil
        )
        let count = min(ours.messages.count, theirs.messages.count)
        for (position, (our, their)) in zip(ours.messages, theirs.messages).enumerated() {
            let isWhole = our.end != nil && their.end != nil
            let isRefused = ours.refusal != nil || theirs.refusal != nil
            if our.headEnd == their.headEnd, our.end == their.end, our.content == their.content {
                continue
            }
            // The last message that a refusing reader began is the one it refused.
            if position == count - 1, isRefused, !isWhole { continue }
            return "message \(position): ours \(ours), theirs \(theirs), \(text(bytes))"
        }
        if ours.refusal == nil, theirs.refusal == nil, ours.messages.count != theirs.messages.count
        {
            return "ours \(ours), theirs \(theirs), \(text(bytes))"
        }
        return nil
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(600), as: UTF8.self).debugDescription
    }
}
