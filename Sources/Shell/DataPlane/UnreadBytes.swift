// SPDX-License-Identifier: Apache-2.0
import NIOCore
import SocketLoops

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

    mutating func compact() { buffer.compact() }

    mutating func take(_ length: Int) -> ByteBuffer {
        if length >= buffer.readableBytes {
            defer { buffer = ByteBuffer() }
            return buffer
        }
        return buffer.readSlice(length: length) ?? ByteBuffer()
    }
}
