// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore

/// Tells the connection what happens at one of its two ends.
final class EndHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let end: End
    private let connection: ProxiedConnection

    init(_ end: End, of connection: ProxiedConnection) {
        self.end = end
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        if end == .client { connection.accepted() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.read(unwrapInboundIn(data), from: end)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        connection.writabilityChanged(end)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            connection.inputClosed(end)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    /// An error closes the channel; what the peer then sees of it follows from `channelInactive`.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        connection.failed(end)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        if end == .client { connection.removed() }
    }

    func channelInactive(context: ChannelHandlerContext) { connection.inactive(end) }
}
