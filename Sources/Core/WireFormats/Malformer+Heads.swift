// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension Malformer {
    /// A head with the fault, behind which the body may pass as it comes.
    ///
    /// - Returns: `nil` where the whole response is needed: the fault is in the body, or the body's
    ///   framing has to change for it; also for what is no change of a response.
    package static func malformedHead(
        _ malformation: Malformation,
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        isHeadRequest: Bool
    ) -> [UInt8]? {
        guard reader.status != 0 else { return nil }
        let shape = MessageShape(reader, in: head, isHeadRequest: isHeadRequest)
        var parts = HeadParts(head, reader)
        switch malformation {
        case .garbageStatus: parts.startLine = Array("this is no status line\r\n".utf8)
        case .wrongVersion: parts.setVersion("HTTP/9.9")
        case .badHeader: return parts.bytes(.keep, adding: ["No-Colon", "X-Control: a\u{0}b"])
        case .hugeHeader: return parts.bytes(.keep, adding: [hugeField])
        case .longLength, .shortLength: return wrongLength(malformation, parts, reader, shape)
        case .duplicateLength: return duplicateLength(parts, reader, shape)
        case .lengthAndChunked: return lengthAndChunked(parts, reader, shape)
        case .badChunkSize, .missingLastChunk, .extraBytes, .earlyResponse: return nil
        }
        return parts.bytes(.keep)
    }

    private static func wrongLength(
        _ malformation: Malformation,
        _ parts: HeadParts,
        _ reader: HeadReader,
        _ shape: MessageShape
    ) -> [UInt8]? {
        guard shape.hasContent, let length = reader.framing.contentLength else { return nil }
        if malformation == .longLength { return parts.bytes(.length(Int(length + surplus))) }
        return length > 0 ? parts.bytes(.length(Int(length - 1))) : nil
    }

    private static func duplicateLength(
        _ parts: HeadParts,
        _ reader: HeadReader,
        _ shape: MessageShape
    ) -> [UInt8]? {
        if let length = reader.framing.contentLength {
            return parts.bytes(.keep, adding: ["Content-Length: \(length + 1)"])
        }
        guard !shape.hasContent else { return nil }
        return parts.bytes(.keep, adding: ["Content-Length: 0", "Content-Length: 1"])
    }

    private static func lengthAndChunked(
        _ parts: HeadParts,
        _ reader: HeadReader,
        _ shape: MessageShape
    ) -> [UInt8]? {
        if reader.framing.isChunked { return parts.bytes(.keep, adding: ["Content-Length: 1"]) }
        guard !shape.hasContent else { return nil }
        let length = reader.framing.contentLength == nil ? ["Content-Length: 1"] : []
        return parts.bytes(.keep, adding: length + ["Transfer-Encoding: chunked"])
    }

    private static let hugeField: String = {
        let name = "X-Huge: "
        let rest = Malformation.hugeHeaderLength - name.utf8.count
        return name + String(repeating: "a", count: rest)
    }()
}

/// A head of a response in parts, of which some are to be wrong.
struct HeadParts {
    var startLine: [UInt8]
    private let lines: FieldLines
    private let isChunked: Bool

    init(_ head: borrowing Span<UInt8>, _ reader: HeadReader) {
        let fields = reader.facts.fields
        startLine = head.bytes(0..<FieldLines.start(fields, length: head.count))
        lines = FieldLines(head, length: head.count, fields: fields)
        isChunked = reader.framing.isChunked
    }

    mutating func setVersion(_ version: String) {
        let old = 0..<min(version.utf8.count, startLine.count)
        startLine.replaceSubrange(old, with: Array(version.utf8))
    }

    /// - Parameter raw: lines that are added at the end, which may be none.
    func bytes(_ framing: FramingChange, adding raw: [String] = []) -> [UInt8] {
        var parts = self
        var lines = lines
        lines.apply(framing, isChunked: isChunked)
        for line in raw { lines.add(raw: line) }
        // HTTP/1.0 has no chunks (RFC 9112, 6.1), which would be a fault of its own.
        if framing == .chunked, !isChunked { parts.setVersion("HTTP/1.1") }
        return parts.startLine + lines.bytes
    }
}
