// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@testable import WireFormats

/// A message whose head has been read, for the functions that change messages.
struct WholeMessage {
    let kind: HeadReader.Kind
    let bytes: [UInt8]
    let length: Int
    let reader: HeadReader

    init(_ kind: HeadReader.Kind, _ text: String) throws {
        try self.init(kind, bytes: Array(text.utf8))
    }

    init(_ kind: HeadReader.Kind, bytes: [UInt8]) throws {
        self.kind = kind
        self.bytes = bytes
        var reader = HeadReader(kind)
        guard case .complete(let length) = reader.read(bytes.span, limit: 262_144) else {
            throw Refused(text: String(decoding: bytes, as: UTF8.self))
        }
        self.length = length
        self.reader = reader
    }

    struct Refused: Error { let text: String }

    var head: ArraySlice<UInt8> { bytes[..<length] }
    var body: ArraySlice<UInt8> { bytes[length...] }

    func edited(by edit: MessageEdit, framing: FramingChange = .keep) -> String {
        let edited = HeadEditor.edited(
            bytes.span,
            length: length,
            reader: reader,
            by: edit,
            framing: framing
        )
        return String(decoding: edited, as: UTF8.self)
    }

    /// The content as the readers under test find it; `nil` when the body is not one whole body.
    func content(answersHead: Bool = false) -> [UInt8]? {
        let stream = MessageStream(kind: kind, answersHead: [answersHead])
        let trace = stream.read(bytes, pieces: [bytes.count])
        guard trace.refusal == nil, trace.messages.count == 1 else { return nil }
        return trace.messages[0].end == bytes.count ? trace.messages[0].content : nil
    }

    /// The same as the other parser finds it.
    func otherContent(answersHead: Bool = false) throws -> [UInt8]? {
        let parser = OtherParser(kind: kind, answersHead: [answersHead])
        let trace = try parser.read(
            bytes,
            boundaries: [length, bytes.count],
            endsWithConnection: true
        )
        guard trace.refusal == nil, trace.messages.count == 1 else { return nil }
        return trace.messages[0].end == bytes.count ? trace.messages[0].content : nil
    }
}
