// SPDX-License-Identifier: Apache-2.0

/// Collects the content of one body from bytes that arrive in any pieces, without chunk framing.
///
/// It keeps ``limit`` bytes of content and no more; what follows is counted, so that the end of the
/// body is found all the same.
package struct ContentGatherer: Equatable, Sendable {
    /// The content as far as it came, at most ``limit`` bytes.
    package private(set) var content: [UInt8] = []
    /// Bytes of the body that were shown, framing included.
    package private(set) var wireLength: UInt64 = 0
    /// Bytes of content that were shown, also those that were not kept.
    package private(set) var contentLength: UInt64 = 0
    /// Why the body cannot be read in one way; what follows is not taken.
    package private(set) var violation: Violation?
    /// The largest content that is kept, in bytes.
    package let limit: Int

    private var reader: BodyReader

    package init(_ body: BodyReader, limit: Int) {
        reader = body
        self.limit = max(0, limit)
    }

    /// Whether the last byte of the body was shown; never true of a body until the close.
    package var isFinished: Bool { reader.isFinished }
    package var endsWithConnection: Bool { reader.endsWithConnection }
    /// Whether no more content is kept.
    ///
    /// The body may end right there; see ``isCut``.
    package var isFull: Bool { content.count == limit }
    /// Whether there was more content than is kept.
    package var isCut: Bool { contentLength > UInt64(content.count) }

    /// Takes the next bytes of the connection, as far as they belong to the body.
    package mutating func take(_ bytes: borrowing Span<UInt8>) -> BodyReader.Progress {
        var total = BodyReader.Progress(
            length: 0,
            content: 0,
            isFinished: isFinished,
            violation: violation
        )
        while violation == nil, !reader.isFinished, total.length < bytes.count {
            let step = takeRun(bytes.extracting(total.length..<bytes.count))
            total.length += step.length
            total.content += step.content
            violation = step.violation
        }
        total.isFinished = isFinished
        total.violation = violation
        wireLength += UInt64(total.length)
        contentLength += UInt64(total.content)
        return total
    }

    /// Takes framing up to the next content, or the run of content that comes next.
    private mutating func takeRun(_ bytes: borrowing Span<UInt8>) -> BodyReader.Progress {
        let run = Int(min(reader.contentAhead, UInt64(bytes.count)))
        for position in 0..<min(run, limit - content.count) { content.append(bytes[position]) }
        return reader.read(bytes, contentLimit: UInt64(run))
    }
}
