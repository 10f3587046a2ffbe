// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// A part of an answer whose body is always bytes in memory, and therefore can cross tasks.
typealias AnswerPart = HTTPPart<HTTPResponseHead, ByteBuffer>

/// Hands ``AnswerPart`` to NIO's HTTP encoder, which also takes files and so has a wider type.
final class AnswerPartHandler: ChannelOutboundHandler {
    typealias OutboundIn = AnswerPart
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch Self.unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(Self.wrapOutboundOut(part), promise: promise)
    }
}

/// Closes a connection on which nothing moved for the idle limit.
final class IdleCloseHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }
}
