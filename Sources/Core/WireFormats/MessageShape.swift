// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Why a message cannot be changed as a rule asks.
package struct Refusal: Error, Equatable, Sendable {
    /// A sentence without its stop.
    package let message: String

    package init(_ message: String) { self.message = message }
}

/// Where the content of a message is, by its head (RFC 9112, 6.3).
struct MessageShape {
    let isRequest: Bool
    let hasContent: Bool
    let body: BodyReader
    /// Whether the body has a transfer coding besides chunked, which nothing here takes off.
    let isTransferCoded: Bool

    /// - Parameter isHeadRequest: Whether the message answers a HEAD request.
    init(
        _ reader: HeadReader,
        in head: borrowing Span<UInt8>,
        isHeadRequest: Bool
    ) {
        let framing = reader.framing
        isRequest = reader.status == 0
        hasContent = isRequest || Self.hasContent(reader.status, isHeadRequest: isHeadRequest)
        if !hasContent {
            body = .empty
        } else if framing.isChunked {
            body = .chunked
        } else if framing.hasTransferEncoding {
            body = .untilClose
        } else {
            let other = isRequest ? BodyReader.empty : .untilClose
            body = framing.contentLength.map(BodyReader.counted) ?? other
        }
        var codings = 0
        for field in reader.facts.fields
        where head.equalsIgnoringCase(field.name, Names.transferEncoding) {
            var elements = ListElements(field.value)
            while let element = elements.next(in: head) { codings += element.isEmpty ? 0 : 1 }
        }
        isTransferCoded = hasContent && codings > (framing.isChunked ? 1 : 0)
    }

    /// Whether a response of the status has content (RFC 9110, 6.4.1).
    static func hasContent(_ status: UInt16, isHeadRequest: Bool) -> Bool {
        !isHeadRequest && status >= 200 && status != 204 && status != 304
    }

    /// The content of the whole body.
    func content(_ wireBody: borrowing Span<UInt8>, limit: Int) -> Result<[UInt8], Refusal> {
        if isTransferCoded {
            return .failure(Refusal("its Transfer-Encoding has more codings than chunked"))
        }
        var gatherer = ContentGatherer(body, limit: limit)
        let progress = gatherer.take(wireBody)
        if let violation = progress.violation {
            return .failure(Refusal("its body is broken: \(violation.rawValue)"))
        }
        if gatherer.isCut {
            return .failure(Refusal("its body is larger than \(limit) bytes"))
        }
        guard gatherer.isFinished || gatherer.endsWithConnection else {
            return .failure(Refusal("its body ended before its end"))
        }
        return .success(gatherer.content)
    }
}

/// Writes the chunked coding (RFC 9112, 7.1).
enum ChunkWriter {
    static let lastChunk = Array("0\r\n\r\n".utf8)

    /// The content as one chunk, without the last one; nothing where there is no content.
    static func chunk(_ content: [UInt8]) -> [UInt8] {
        guard !content.isEmpty else { return [] }
        return Array("\(String(content.count, radix: 16))\r\n".utf8) + content + lineEnd
    }

    static func body(_ content: [UInt8]) -> [UInt8] { chunk(content) + lastChunk }

    static let lineEnd: [UInt8] = [ASCII.carriageReturn, ASCII.lineFeed]
}
