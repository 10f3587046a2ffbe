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

    mutating func removeAll() { self = ByteRow() }
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
