// SPDX-License-Identifier: Apache-2.0
package import NIOCore
package import NIOWebSocket

/// Turns the frames of a client into messages, and checks the rules of RFC 6455 on the way.
package struct MessageAssembler: Sendable {
    /// What one frame of a client meant.
    package enum Arrival: Sendable, Equatable {
        case text(ByteBuffer)
        case ping(ByteBuffer)
        case pong
        case close(WebSocketErrorCode?)
        /// A piece of a message that is not complete yet.
        case partial
        /// A rule was broken; the connection must be closed with this code.
        case violation(WebSocketErrorCode)
    }

    private var pending: ByteBuffer?
    private var fragments = 0
    private let maximumMessageBytes: Int
    private let maximumMessageFragments: Int

    package init(bounds: PrismBounds) {
        maximumMessageBytes = bounds.maximumMessageBytes
        maximumMessageFragments = bounds.maximumMessageFragments
    }

    package mutating func take(_ frame: WebSocketFrame) -> Arrival {
        // Section 5.1: a server must close when it gets a frame that is not masked.
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else {
            return .violation(.protocolError)
        }
        switch frame.opcode {
        case .ping: return .ping(frame.unmaskedData)
        case .pong: return .pong
        case .connectionClose:
            var data = frame.unmaskedData
            guard data.readableBytes != 1 else { return .violation(.protocolError) }
            return .close(data.readWebSocketErrorCode())
        case .binary: return .violation(.unacceptableData)
        case .text where pending == nil, .continuation where pending != nil:
            return collect(frame)
        default: return .violation(.protocolError)
        }
    }

    private mutating func collect(_ frame: WebSocketFrame) -> Arrival {
        var bytes = pending ?? ByteBuffer()
        var piece = frame.unmaskedData
        fragments += 1
        guard bytes.readableBytes + piece.readableBytes <= maximumMessageBytes,
            fragments <= maximumMessageFragments
        else { return .violation(.messageTooLarge) }
        bytes.writeBuffer(&piece)
        guard frame.fin else {
            pending = bytes
            return .partial
        }
        pending = nil
        fragments = 0
        return .text(bytes)
    }
}
