// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Bytes in their order, as the buffers they arrived in; nothing is copied to take a part.
///
/// The first buffer has a place of its own, because nearly always there is only that one.
package struct ByteRow {
    package private(set) var first = ByteBuffer()
    /// The others; a connection at rest has storage for a few at most, see ``smallRest``.
    private var rest: CircularBuffer<ByteBuffer>?
    package private(set) var count = 0
    private var isLarge = false

    /// Buffers beyond this many are too many to keep room for.
    private static let smallRest = 8
    /// Bytes that are copied together rather than written by several calls.
    private static let joinedSize = 16_384

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ buffer: ByteBuffer) {
        guard buffer.readableBytes > 0 else { return }
        if count == 0 { first = buffer } else { appendToRest(buffer) }
        count += buffer.readableBytes
    }

    private mutating func appendToRest(_ buffer: ByteBuffer) {
        if rest == nil { rest = CircularBuffer(initialCapacity: 4) }
        rest?.append(buffer)
        if rest?.count ?? 0 > Self.smallRest { isLarge = true }
    }

    /// Hands the first `length` bytes out, buffer by buffer.
    package mutating func take(_ length: Int, _ body: (ByteBuffer) -> Void) {
        var remaining = min(length, count)
        count -= remaining
        defer { if count == 0 { restIfLarge() } }
        while remaining > 0 {
            if first.readableBytes <= remaining {
                remaining -= first.readableBytes
                body(first)
                first = rest?.popFirst() ?? ByteBuffer()
            } else if let slice = first.readSlice(length: remaining) {
                remaining = 0
                body(slice)
            }
        }
    }

    /// Gives storage back that is only needed while much waits.
    private mutating func restIfLarge() {
        guard isLarge else { return }
        isLarge = false
        rest = nil
    }

    /// Makes the first buffers one, where they are small: one call writes them all.
    mutating func joinFirst() {
        guard let second = rest?.first,
            first.readableBytes + second.readableBytes <= Self.joinedSize
        else { return }
        var joined = ByteBuffer()
        joined.reserveCapacity(min(count, Self.joinedSize))
        joined.writeImmutableBuffer(first)
        while let next = self.rest?.first,
            joined.readableBytes + next.readableBytes <= Self.joinedSize
        {
            joined.writeImmutableBuffer(next)
            self.rest?.removeFirst()
        }
        first = joined
    }

    /// Forgets the first bytes.
    mutating func drop(_ length: Int) {
        take(length) { _ in }
    }

    /// Gives what was appended since the last time storage of its own size, where it is kept.
    ///
    /// A read fills a part of a large buffer that many sockets share: whoever keeps such a part
    /// would keep all of it.
    package mutating func compact() {
        if let indices = rest?.indices {
            for position in indices.reversed() {
                guard rest?[position].compact() == true else { return }
            }
        }
        first.compact()
    }

    /// Changes the byte so far behind the first; its buffer is copied if somebody else has it too.
    package mutating func alter(at offset: Int, _ change: (UInt8) -> UInt8) {
        guard (0..<count).contains(offset) else { return }
        var offset = offset
        if offset < first.readableBytes { return first.alter(at: offset, change) }
        offset -= first.readableBytes
        guard let indices = rest?.indices else { return }
        for position in indices {
            let length = rest?[position].readableBytes ?? 0
            if offset < length {
                rest?[position].alter(at: offset, change)
                return
            }
            offset -= length
        }
    }

    package mutating func removeAll() { self = ByteRow() }
}

extension ByteBuffer {
    /// Storage may be larger than its content by this factor, and by ``slack`` bytes.
    private static var tolerance: Int { 2 }
    private static var slack: Int { 512 }

    /// Moves the content into storage of its own size if too much of what it holds is not its own.
    ///
    /// - Returns: whether it was moved.
    @discardableResult
    package mutating func compact() -> Bool {
        guard storageCapacity > readableBytes * Self.tolerance + Self.slack else { return false }
        self = readableBytes == 0 ? ByteBuffer() : ByteBuffer(bytes: readableBytesView)
        return true
    }

    fileprivate mutating func alter(at offset: Int, _ change: (UInt8) -> UInt8) {
        let index = readerIndex + offset
        guard let byte = getInteger(at: index, as: UInt8.self) else { return }
        setInteger(change(byte), at: index)
    }
}
