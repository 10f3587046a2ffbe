// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import WireFormats

/// The parser of NIOHTTP1, asked for the same facts as the readers under test.
///
/// It does not say where it is, so it is fed in pieces that end just before and just behind each
/// boundary that is supposed: what it tells after a piece stands in that piece.
struct OtherParser {
    let kind: HeadReader.Kind
    var answersHead: [Bool] = []

    func read(_ bytes: [UInt8], boundaries: [Int], endsWithConnection: Bool) throws -> MessageTrace
    {
        let channel = EmbeddedChannel()
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try install(on: channel)
        var trace = MessageTrace()
        var cuts = Set([bytes.count])
        for boundary in boundaries { cuts.formUnion([max(0, boundary - 1), boundary]) }
        var start = 0
        do {
            for cut in cuts.sorted() where cut > start && cut <= bytes.count {
                try channel.writeInbound(ByteBuffer(bytes: bytes[start..<cut]))
                start = cut
                try collect(from: channel, at: cut, into: &trace)
            }
            if endsWithConnection {
                channel.pipeline.fireChannelInactive()
                try channel.throwIfErrorCaught()
                try collect(from: channel, at: bytes.count, into: &trace)
            }
        } catch {
            try collect(from: channel, at: start, into: &trace)
            trace.refusal = "\(error)"
        }
        return trace
    }

    private func install(on channel: EmbeddedChannel) throws {
        guard kind == .response else {
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)
            return try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
        }
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes,
            informationalResponseStrategy: .forward
        )
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
        // One request more than there are answers: an interim answer at the end wants one too.
        for answersHead in answersHead + [false] {
            let head = HTTPRequestHead(
                version: .http1_1,
                method: answersHead ? .HEAD : .GET,
                uri: "/"
            )
            try channel.writeOutbound(HTTPClientRequestPart.head(head))
        }
    }

    private func collect(
        from channel: EmbeddedChannel,
        at offset: Int,
        into trace: inout MessageTrace
    ) throws {
        if kind == .request {
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head: trace.messages.append(MessageTrace.Message(headEnd: offset))
                case .body(let buffer): add(buffer, to: &trace)
                case .end: end(&trace, at: offset)
                }
            }
            return
        }
        while let part = try channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head):
                trace.messages.append(MessageTrace.Message(headEnd: offset))
                // An interim answer has no end of its own there.
                if head.status.code < 200 { end(&trace, at: offset) }
            case .body(let buffer): add(buffer, to: &trace)
            case .end: end(&trace, at: offset)
            }
        }
    }

    private func add(_ buffer: ByteBuffer, to trace: inout MessageTrace) {
        guard !trace.messages.isEmpty else { return }
        trace.messages[trace.messages.count - 1].content += Array(buffer.readableBytesView)
    }

    private func end(_ trace: inout MessageTrace, at offset: Int) {
        guard !trace.messages.isEmpty else { return }
        trace.messages[trace.messages.count - 1].end = offset
    }
}
