// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Changes whole messages.
///
/// A body that is not changed stays byte for byte, its framing with it. One that is changed comes
/// with a Content-Length in place of what the sender said, or, with `lengths: keep`, under what the
/// sender said: a length that may be wrong then, chunks that are right. Trailers of a changed body
/// are dropped, as RFC 9112, 7.1.2 lets anyone do who takes the chunked coding off. Where the sender
/// said no length and none was needed, a request without a body, the new body has one in any case.
///
/// A merge keeps the content coding; a replaced body has none. Fields that tell more about the old
/// content, such as ETag and Digest, stay: an edit of headers can remove them.
package enum MessageRewriter {
    /// - Parameters:
    ///   - head: just the head.
    ///   - reader: has read this head.
    ///   - wireBody: the whole body with its framing; a body until the close as far as it came.
    ///   - replacement: the rendered body where the edit replaces it; `nil`: the edit's own bytes.
    ///   - isHeadRequest: whether the message answers a HEAD request.
    ///   - limit: of the content, as it came and decoded, in bytes.
    package static func rewritten(
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>,
        edit: MessageEdit,
        lengths: Lengths,
        replacement: [UInt8]? = nil,
        isHeadRequest: Bool,
        coder: any ContentCoder,
        limit: Int
    ) -> Result<[UInt8], Refusal> {
        let shape = MessageShape(reader, in: head, isHeadRequest: isHeadRequest)
        guard contentAfter(edit, reader, isHeadRequest: isHeadRequest) else {
            return .success(
                withoutContent(head, reader, edit, lengths, replacement, isHeadRequest)
            )
        }
        let content: [UInt8]?
        switch edit.body {
        case nil: content = shape.hasContent ? nil : []
        case .replace(let body): content = replacement ?? body.bytes
        case .merge(let patch):
            switch merged(head, reader, shape, wireBody, patch, coder, limit: limit) {
            case .failure(let refusal): return .failure(refusal)
            case .success(let merged): content = merged
            }
        }
        guard let content else {
            return .success(edited(head, reader, edit, .keep) + wireBody.bytes(0..<wireBody.count))
        }
        return .success(written(head, reader, shape, edit, lengths, content))
    }

    /// Whether an edit has to be shown the whole message, and cannot change the head alone.
    package static func needsWholeMessage(
        _ edit: MessageEdit,
        reader: HeadReader,
        isHeadRequest: Bool
    ) -> Bool {
        guard edit.body == nil else { return true }
        guard reader.status != 0 else { return false }
        let before = MessageShape.hasContent(reader.status, isHeadRequest: isHeadRequest)
        return before != contentAfter(edit, reader, isHeadRequest: isHeadRequest)
            || edit.status == 204 && reader.status != 204
    }

    private static func contentAfter(
        _ edit: MessageEdit,
        _ reader: HeadReader,
        isHeadRequest: Bool
    ) -> Bool {
        guard reader.status != 0 else { return true }
        let status = edit.status ?? reader.status
        return MessageShape.hasContent(status, isHeadRequest: isHeadRequest)
    }

    /// A message without content, whatever its body was.
    private static func withoutContent(
        _ head: borrowing Span<UInt8>,
        _ reader: HeadReader,
        _ edit: MessageEdit,
        _ lengths: Lengths,
        _ replacement: [UInt8]?,
        _ isHeadRequest: Bool
    ) -> [UInt8] {
        let status = edit.status ?? reader.status
        guard lengths == .fix else { return edited(head, reader, edit, .keep) }
        // RFC 9110, 8.6: an answer of this status has no Content-Length.
        if status == 204, reader.status != 204 { return edited(head, reader, edit, .untilClose) }
        guard isHeadRequest, status != 204, status != 304 else {
            return edited(head, reader, edit, .keep)
        }
        // The length is that of the answer to a GET, which is not known after a merge.
        switch edit.body {
        case nil: return edited(head, reader, edit, .keep)
        case .merge: return edited(head, reader, edit, .untilClose)
        case .replace(let body):
            let count = (replacement ?? body.bytes).count
            return edited(head, reader, edit, .length(count))
        }
    }

    private static func written(
        _ head: borrowing Span<UInt8>,
        _ reader: HeadReader,
        _ shape: MessageShape,
        _ edit: MessageEdit,
        _ lengths: Lengths,
        _ content: [UInt8]
    ) -> [UInt8] {
        let framing = reader.framing
        let isDeclared = framing.isChunked || framing.contentLength != nil
        if lengths == .keep, isDeclared || !shape.isRequest {
            let body = framing.isChunked ? ChunkWriter.body(content) : content
            return edited(head, reader, edit, .keep) + body
        }
        if shape.isRequest, !isDeclared, content.isEmpty {
            return edited(head, reader, edit, .keep)
        }
        return edited(head, reader, edit, .length(content.count)) + content
    }

    /// The head; fields about a body that is no more go before the edit's own come.
    private static func edited(
        _ head: borrowing Span<UInt8>,
        _ reader: HeadReader,
        _ edit: MessageEdit,
        _ framing: FramingChange
    ) -> [UInt8] {
        var edit = edit
        if case .replace = edit.body { edit.headers.remove.append("content-encoding") }
        if reader.framing.isChunked, framing != .keep { edit.headers.remove.append("trailer") }
        return HeadEditor.edited(
            head,
            length: head.count,
            reader: reader,
            by: edit,
            framing: framing
        )
    }
}
