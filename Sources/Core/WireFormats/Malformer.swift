// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// A response that breaks a rule of HTTP/1.1, and what becomes of its connection.
package struct MalformedMessage: Equatable, Sendable {
    package var bytes: [UInt8]
    package var then: Ending

    package enum Ending: Sendable {
        /// The client's connection closes behind the last byte: else the client would wait.
        case close
        case keep
    }
}

/// Puts one fault of a closed list into the framing of a response.
///
/// All else about the response is right, so that a reader either finds this fault or none.
package enum Malformer {
    /// Bytes that a length promises too much.
    static let surplus: UInt64 = 10
    /// What follows a message with `extra-bytes`; no reader takes it for a response.
    static let extraBytes = Array("these bytes belong to no message\r\n".utf8)
    static let badChunkSize = Array("zz\r\n".utf8)

    /// A whole response with the fault.
    ///
    /// - Parameters:
    ///   - head: just the head.
    ///   - wireBody: the whole body with its framing; empty where the answer has none.
    package static func malformed(
        _ malformation: Malformation,
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>,
        isHeadRequest: Bool
    ) -> Result<MalformedMessage, Refusal> {
        let ending = malformation.ending
        if let head = malformedHead(
            malformation,
            head: head,
            reader: reader,
            isHeadRequest: isHeadRequest
        ) {
            let bytes = head + wireBody.bytes(0..<wireBody.count)
            return .success(MalformedMessage(bytes: bytes, then: ending))
        }
        guard reader.status != 0, malformation != .earlyResponse else {
            return .failure(Refusal("\(malformation.rawValue) changes no message like this"))
        }
        let shape = MessageShape(reader, in: head, isHeadRequest: isHeadRequest)
        // The rewriting below needs no more than what was shown.
        switch shape.content(wireBody, limit: wireBody.count) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let content):
            let whole = head.bytes(0..<head.count) + wireBody.bytes(0..<wireBody.count)
            return rewritten(malformation, head, reader, shape, whole: whole, content).map {
                MalformedMessage(bytes: $0, then: ending)
            }
        }
    }

    private static func rewritten(
        _ malformation: Malformation,
        _ head: borrowing Span<UInt8>,
        _ reader: HeadReader,
        _ shape: MessageShape,
        whole: [UInt8],
        _ content: [UInt8]
    ) -> Result<[UInt8], Refusal> {
        let lines = HeadParts(head, reader)
        if malformation == .extraBytes {
            guard shape.body.endsWithConnection else { return .success(whole + extraBytes) }
            return .success(lines.bytes(.length(content.count)) + content + extraBytes)
        }
        guard shape.hasContent else {
            return .failure(Refusal("\(malformation.rawValue) needs an answer that has a body"))
        }
        switch malformation {
        case .badChunkSize:
            let rest = content + ChunkWriter.lineEnd + ChunkWriter.lastChunk
            return .success(lines.bytes(.chunked) + badChunkSize + rest)
        case .missingLastChunk:
            return .success(lines.bytes(.chunked) + ChunkWriter.chunk(content))
        case .longLength:
            return .success(lines.bytes(.length(content.count + Int(surplus))) + content)
        case .shortLength:
            // Of nothing there is no less: a byte comes that was not promised.
            if content.isEmpty { return .success(lines.bytes(.length(0)) + ChunkWriter.lineEnd) }
            return .success(lines.bytes(.length(content.count - 1)) + content)
        case .duplicateLength:
            let second = "Content-Length: \(content.count + 1)"
            return .success(lines.bytes(.length(content.count), adding: [second]) + content)
        case .lengthAndChunked:
            let length = "Content-Length: \(content.count)"
            return .success(lines.bytes(.chunked, adding: [length]) + ChunkWriter.body(content))
        default: return .failure(Refusal("\(malformation.rawValue) changes no body"))
        }
    }
}

extension Malformation {
    /// Whether the fault needs the whole response, whatever its framing.
    ///
    /// Others need it for some framings only, which ``Malformer/malformedHead(_:head:reader:isHeadRequest:)``
    /// says by `nil`.
    package var needsWholeMessage: Bool {
        switch self {
        case .badChunkSize, .missingLastChunk, .extraBytes: true
        default: false
        }
    }

    /// What becomes of the connection behind the response.
    package var ending: MalformedMessage.Ending {
        switch self {
        case .badChunkSize, .missingLastChunk, .longLength: .close
        default: .keep
        }
    }
}
