// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// Bytes in their order, as the buffers they arrived in; nothing is copied to take a part.
///
/// The first buffer has a place of its own, because nearly always there is only that one.
struct ByteRow {
    private var first = ByteBuffer()
    private var rest = CircularBuffer<ByteBuffer>()
    private(set) var count = 0

    mutating func append(_ buffer: ByteBuffer) {
        guard buffer.readableBytes > 0 else { return }
        if count == 0 { first = buffer } else { rest.append(buffer) }
        count += buffer.readableBytes
    }

    /// Hands the first `length` bytes out, buffer by buffer.
    mutating func take(_ length: Int, _ body: (ByteBuffer) -> Void) {
        var remaining = min(length, count)
        count -= remaining
        while remaining > 0 {
            if first.readableBytes <= remaining {
                remaining -= first.readableBytes
                body(first)
                first = rest.popFirst() ?? ByteBuffer()
            } else if let slice = first.readSlice(length: remaining) {
                remaining = 0
                body(slice)
            }
        }
    }

    /// Changes the byte so far behind the first; its buffer is copied if somebody else has it too.
    mutating func alter(at offset: Int, _ change: (UInt8) -> UInt8) {
        guard (0..<count).contains(offset) else { return }
        var offset = offset
        if offset < first.readableBytes { return first.alter(at: offset, change) }
        offset -= first.readableBytes
        for position in rest.indices {
            let length = rest[position].readableBytes
            if offset < length { return rest[position].alter(at: offset, change) }
            offset -= length
        }
    }

    mutating func removeAll() { self = ByteRow() }
}

extension ByteBuffer {
    fileprivate mutating func alter(at offset: Int, _ change: (UInt8) -> UInt8) {
        let index = readerIndex + offset
        guard let byte = getInteger(at: index, as: UInt8.self) else { return }
        setInteger(change(byte), at: index)
    }
}

/// Bytes that have arrived and that the flow has not taken, in one piece so that a head can be read.
struct UnreadBytes {
    private(set) var buffer = ByteBuffer()

    var count: Int { buffer.readableBytes }

    /// Copies only where something was left over before.
    mutating func append(_ arrived: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = arrived
        } else {
            var arrived = arrived
            buffer.writeBuffer(&arrived)
        }
    }

    mutating func take(_ length: Int) -> ByteBuffer {
        if length >= buffer.readableBytes {
            defer { buffer = ByteBuffer() }
            return buffer
        }
        return buffer.readSlice(length: length) ?? ByteBuffer()
    }
}
