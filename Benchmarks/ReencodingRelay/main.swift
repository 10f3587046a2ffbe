// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

// The design that the proxy does not have: every message is parsed into values and printed again,
// with the encoder and decoder of NIOHTTP1. It exists to be measured beside the proxy, on one event
// loop, and does nothing else: no rules, no events, no bounds.
//
//     reencoding-relay UPSTREAM-PORT

guard CommandLine.arguments.count == 2, let upstreamPort = Int(CommandLine.arguments[1]) else {
    print("usage: reencoding-relay UPSTREAM-PORT")
    throw ExitError()
}

struct ExitError: Error {}

/// Passes decoded requests to a connection of its own to the upstream.
final class FrontHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let upstreamPort: Int
    private var server: (any Channel)?

    init(upstreamPort: Int) { self.upstreamPort = upstreamPort }

    func channelActive(context: ChannelHandlerContext) {
        let client = context.channel
        let loop = context.eventLoop
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(BackHandler(client: client))
                }
            }
            .connect(host: "127.0.0.1", port: upstreamPort)
            .assumeIsolated()
            .whenComplete { [self] result in
                switch result {
                case .success(let channel):
                    server = channel
                    client.read()
                case .failure: client.close(promise: nil)
                }
            }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): server?.write(HTTPClientRequestPart.head(head), promise: nil)
        case .body(let body):
            server?.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil)
        case .end(let trailers): server?.write(HTTPClientRequestPart.end(trailers), promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        server?.flush()
        context.read()
    }

    func channelInactive(context: ChannelHandlerContext) { server?.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Passes decoded responses back to the client.
final class BackHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let client: any Channel

    init(client: any Channel) { self.client = client }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): client.write(HTTPServerResponsePart.head(head), promise: nil)
        case .body(let body):
            client.write(HTTPServerResponsePart.body(.byteBuffer(body)), promise: nil)
        case .end(let trailers): client.write(HTTPServerResponsePart.end(trailers), promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) { client.flush() }

    func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let port = upstreamPort
let listener = try await ServerBootstrap(group: group)
    .serverChannelOption(.backlog, value: 4_096)
    .childChannelOption(.autoRead, value: false)
    .childChannelOption(.maxMessagesPerRead, value: 1)
    .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                withPipeliningAssistance: false
            )
            try channel.pipeline.syncOperations.addHandler(FrontHandler(upstreamPort: port))
        }
    }
    .bind(host: "127.0.0.1", port: 0).get()
print("listening on 127.0.0.1:\(listener.localAddress?.port ?? 0)")
fflush(nil)
try await listener.closeFuture.get()
