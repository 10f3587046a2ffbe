// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// What a connection turned out to be once its first request was read.
enum Connection: Sendable {
    typealias HTTP = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>
    typealias Events = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    case http(HTTP)
    /// A WebSocket at `/api/v1/events`; `since` is the event its reader wants to start from.
    case events(Events, since: Int?)

    /// Sets up a new connection: HTTP, until its first request asks for the events.
    ///
    /// NIO decides about an upgrade with the first request only. A later one is answered with 426.
    static func prepare(
        _ channel: any Channel,
        bounds: PrismBounds
    ) -> EventLoopFuture<EventLoopFuture<Connection>> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(IdleStateHandler(allTimeout: TimeAmount(bounds.idleLimit)))
            try pipeline.addHandler(IdleCloseHandler())
            let connection = try pipeline.configureUpgradableHTTPServerPipeline(
                configuration: .init(
                    upgradeConfiguration: .init(
                        upgraders: [upgrader(bounds: bounds)],
                        notUpgradingCompletionHandler: { channel in
                            channel.eventLoop.makeCompletedFuture { .http(try wrap(channel)) }
                        }
                    )
                )
            )
            let upgrade = try pipeline.handler(
                type: NIOTypedHTTPServerUpgradeHandler<Connection>.self
            )
            try pipeline.addHandler(UpgradeGate(), position: .before(upgrade))
            return connection
        }
    }

    private static func wrap(_ channel: any Channel) throws -> HTTP {
        try channel.pipeline.syncOperations.addHandler(AnswerPartHandler())
        return try HTTP(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    private static func upgrader(
        bounds: PrismBounds
    ) -> NIOTypedWebSocketServerUpgrader<Connection> {
        NIOTypedWebSocketServerUpgrader(
            maxFrameSize: bounds.maximumMessageBytes,
            // The gate in front has let nothing else through.
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    // A reader of events may stay silent for as long as it likes.
                    let closer = try pipeline.context(handlerType: IdleCloseHandler.self)
                    pipeline.removeHandler(context: closer, promise: nil)
                    let since = try? RequestTarget(parsing: head.uri).query["since"]
                    return .events(
                        try Events(wrappingChannelSynchronously: channel),
                        since: since.flatMap { Int($0) }
                    )
                }
            }
        )
    }
}
