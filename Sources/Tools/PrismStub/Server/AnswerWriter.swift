// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Writes answers to one client, no faster than it takes them.
struct AnswerWriter: Sendable {
    /// Bytes handed over at once; the next piece waits until the client has made room.
    static let pieceSize = 64 << 10

    let channel: any Channel
    let answers: NIOAsyncChannelOutboundWriter<AnswerPart>

    func proceed() async throws {
        try await answers.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }

    /// Writes the whole answer, and returns when the system has taken the last byte.
    ///
    /// Waiting for the last byte matters: the caller may close the connection next, and closing
    /// drops what is still in memory.
    func write(_ answer: Answer, to head: HTTPRequestHead, persists: Bool) async throws {
        try await answers.write(.head(responseHead(of: answer, to: head, persists: persists)))
        if head.method != .HEAD {
            switch answer.body {
            case .none: break
            case .bytes(var bytes):
                while bytes.readableBytes > 0,
                    let piece = bytes.readSlice(length: min(bytes.readableBytes, Self.pieceSize))
                {
                    try await answers.write(.body(piece))
                }
            case .pieces(let piece):
                var index = 0
                while let bytes = piece(index) {
                    try await answers.write(.body(bytes))
                    index += 1
                }
            }
        }
        try await channel.writeAndFlush(AnswerPart.end(nil)).get()
    }

    /// A body of unknown length gets no `Content-Length`, which makes the encoder chunk it.
    private func responseHead(
        of answer: Answer,
        to head: HTTPRequestHead,
        persists: Bool
    ) -> HTTPResponseHead {
        var headers = answer.headers
        if case .bytes(let bytes) = answer.body {
            headers.replaceOrAdd(name: "Content-Length", value: "\(bytes.readableBytes)")
        }
        var options = persists ? [] : ["close"]
        if persists, head.version != .http1_1 { options.append("keep-alive") }
        if headers.contains(name: "upgrade") { options.append("Upgrade") }
        if !options.isEmpty {
            headers.replaceOrAdd(name: "Connection", value: options.joined(separator: ", "))
        }
        return HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    }
}
