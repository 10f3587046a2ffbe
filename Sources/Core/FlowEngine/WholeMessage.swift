// SPDX-License-Identifier: Apache-2.0
import FaultModel
import WireFormats

/// A message, or as much of it as begins with a whole head, in hand to be changed.
struct WholeMessage {
    let bytes: [UInt8]
    private let reader: HeadReader
    private let headLength: Int

    /// - Parameter bytes: have been accepted by a reader before, or made by a change of such.
    init?(_ bytes: [UInt8], _ kind: HeadReader.Kind) {
        var reader = HeadReader(kind)
        guard case .complete(let length) = reader.read(bytes.span, limit: .max) else { return nil }
        self.bytes = bytes
        self.reader = reader
        headLength = length
    }

    var status: UInt16 { reader.status }

    /// Whether only the end of the connection ends the body of this response (RFC 9112, 6.3).
    var endsWithConnection: Bool {
        let framing = reader.framing
        return !framing.isChunked && framing.contentLength == nil && status != 204 && status != 304
    }

    /// With another head, and everything behind it as it is.
    func withHead(_ edit: MessageEdit) -> [UInt8] {
        HeadEditor.edited(
            bytes.span,
            length: headLength,
            reader: reader,
            by: edit,
            framing: .keep
        ) + bytes.dropFirst(headLength)
    }

    func withFields(_ fields: [Respond.Field], removing names: [String] = []) -> [UInt8] {
        HeadEditor.with(
            fields: fields,
            removing: names,
            head: bytes.span,
            length: headLength,
            reader: reader
        ) + bytes.dropFirst(headLength)
    }

    /// With everything that the edit says, whichever part it concerns.
    func rewritten(
        by edit: MessageEdit,
        lengths: Lengths,
        replacement: [UInt8]?,
        isHeadRequest: Bool,
        coder: any ContentCoder,
        limit: Int
    ) -> Result<[UInt8], Refusal> {
        MessageRewriter.rewritten(
            head: bytes.span.extracting(0..<headLength),
            reader: reader,
            wireBody: bytes.span.extracting(headLength..<bytes.count),
            edit: edit,
            lengths: lengths,
            replacement: replacement,
            isHeadRequest: isHeadRequest,
            coder: coder,
            limit: limit
        )
    }

    /// A part of the body, with the length of that part.
    func truncated(
        after point: Truncate.Point,
        isHeadRequest: Bool
    ) -> Result<[UInt8], Refusal> {
        MessageRewriter.truncated(
            head: bytes.span.extracting(0..<headLength),
            reader: reader,
            wireBody: bytes.span.extracting(headLength..<bytes.count),
            after: point,
            isHeadRequest: isHeadRequest
        )
    }

    func malformed(
        _ malformation: Malformation,
        isHeadRequest: Bool
    ) -> Result<MalformedMessage, Refusal> {
        Malformer.malformed(
            malformation,
            head: bytes.span.extracting(0..<headLength),
            reader: reader,
            wireBody: bytes.span.extracting(headLength..<bytes.count),
            isHeadRequest: isHeadRequest
        )
    }

    func malformedHead(_ malformation: Malformation, isHeadRequest: Bool) -> [UInt8]? {
        Malformer.malformedHead(
            malformation,
            head: bytes.span.extracting(0..<headLength),
            reader: reader,
            isHeadRequest: isHeadRequest
        )
    }
}
