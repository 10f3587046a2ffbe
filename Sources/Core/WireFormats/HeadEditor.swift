// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// What a changed head says about where its message ends.
package enum FramingChange: Equatable, Sendable {
    /// What the sender said.
    case keep
    /// Content-Length, in bytes.
    case length(Int)
    /// Transfer-Encoding: chunked.
    case chunked
    /// Neither of them.
    case untilClose
}

/// Changes the head of a message; what is not changed stays byte for byte.
///
/// A head has to be complete and accepted by the reader that is given with it. Names, values, paths
/// and methods of an edit are written as they are: whoever made the edit has checked them.
package enum HeadEditor {
    /// - Parameters:
    ///   - head: begins with the message.
    ///   - length: of the head, as the reader told it.
    ///   - reader: has read this head.
    ///   - framing: has the last word, also over fields that the edit names.
    package static func edited(
        _ head: borrowing Span<UInt8>,
        length: Int,
        reader: HeadReader,
        by edit: MessageEdit,
        framing: FramingChange
    ) -> [UInt8] {
        var lines = FieldLines(head, length: length, fields: reader.facts.fields)
        lines.apply(edit.headers)
        lines.apply(framing, isChunked: reader.framing.isChunked)
        return startLine(head, length: length, reader, edit) + lines.bytes
    }

    /// Sets fields and removes others, which is all that changes.
    ///
    /// - Parameter names: in any case; removed before the fields are set.
    package static func with(
        fields: [Respond.Field],
        removing names: [String],
        head: borrowing Span<UInt8>,
        length: Int,
        reader: HeadReader
    ) -> [UInt8] {
        let set = fields.map { FieldEdits.Pair(name: $0.name, value: $0.value) }
        let edit = MessageEdit(headers: FieldEdits(remove: names, set: set, add: []))
        return edited(head, length: length, reader: reader, by: edit, framing: .keep)
    }

    private static func startLine(
        _ head: borrowing Span<UInt8>,
        length: Int,
        _ reader: HeadReader,
        _ edit: MessageEdit
    ) -> [UInt8] {
        let end = FieldLines.start(reader.facts.fields, length: length)
        // A request has no status.
        guard reader.status == 0 else {
            guard let status = edit.status, status != reader.status else {
                return head.bytes(0..<end)
            }
            let version = head.bytes(0..<min(end, statusOffset))
            return version + Array("\(status) \(ResponseWriter.reason(for: status))\r\n".utf8)
        }
        let facts = reader.facts
        var line = head.bytes(0..<facts.method.lowerBound)
        line += edit.method.map { Array($0.utf8) } ?? head.bytes(facts.method)
        line += head.bytes(facts.method.upperBound..<facts.path.lowerBound)
        line += TargetEditor.edited(head, facts, by: edit)
        let targetEnd = facts.query?.upperBound ?? facts.path.upperBound
        return line + head.bytes(targetEnd..<end)
    }

    /// Where the status stands behind `HTTP/1.1 `.
    private static let statusOffset = 9
}
