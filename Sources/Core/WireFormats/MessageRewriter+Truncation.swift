// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension MessageRewriter {
    /// A message whose body is a part of what it was, and whose length is that of the part.
    ///
    /// A message that has no more than the part stays as it came, as does one of which a share is
    /// asked and no length known.
    ///
    /// - Parameter wireBody: at least as much of the body as the part has; more does no harm.
    package static func truncated(
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>,
        after point: Truncate.Point,
        isHeadRequest: Bool
    ) -> Result<[UInt8], Refusal> {
        let shape = MessageShape(reader, in: head, isHeadRequest: isHeadRequest)
        let whole = head.bytes(0..<head.count) + wireBody.bytes(0..<wireBody.count)
        guard let limit = contentLimit(point, reader.framing), shape.hasContent else {
            return .success(whole)
        }
        var gatherer = ContentGatherer(shape.body, limit: limit)
        let progress = gatherer.take(wireBody)
        if let violation = progress.violation {
            return .failure(Refusal("its body is broken: \(violation.rawValue)"))
        }
        // Behind the last byte of a part more may follow that was not shown yet.
        guard gatherer.isCut || gatherer.isFull && !gatherer.isFinished else {
            return .success(whole)
        }
        if shape.isTransferCoded {
            return .failure(Refusal("its Transfer-Encoding has more codings than chunked"))
        }
        let head = HeadEditor.edited(
            head,
            length: head.count,
            reader: reader,
            by: MessageEdit(
                headers: FieldEdits(
                    remove: reader.framing.isChunked ? ["trailer"] : [],
                    set: [],
                    add: []
                )
            ),
            framing: .length(gatherer.content.count)
        )
        return .success(head + gatherer.content)
    }

    /// Bytes of content up to the point; `nil` for a share of what is not known.
    private static func contentLimit(_ point: Truncate.Point, _ framing: MessageFraming) -> Int? {
        switch point {
        case .bytes(let count): return count.bytes
        case .share(let share):
            guard let length = framing.contentLength, share < 1 else { return nil }
            return Int((Double(length) * max(0, share)).rounded(.down))
        }
    }
}
