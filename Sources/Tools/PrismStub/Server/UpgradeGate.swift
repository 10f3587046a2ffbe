// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Decides whether the first request of a connection opens the events, or is plain HTTP.
///
/// NIO's upgrade handler forgets the head of a request that asks for an upgrade it does not get,
/// which would leave the client without any answer. So a request that cannot succeed loses its
/// `Upgrade` field here, and is then answered like any other (RFC 9110, section 7.8, allows a
/// server to ignore the field).
final class UpgradeGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = Self.unwrapInboundIn(data) else {
            return context.fireChannelRead(data)
        }
        if !Self.opensEvents(head) { head.headers.remove(name: "upgrade") }
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
        // Only a first request can upgrade, and what follows an upgrade is no longer HTTP.
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Whether a head is a whole WebSocket handshake for the events (RFC 6455, section 4.2.1).
    static func opensEvents(_ head: HTTPRequestHead) -> Bool {
        guard head.method == .GET, head.version == .http1_1, !head.hasBody,
            let target = try? RequestTarget(parsing: head.uri),
            target.segments == RouteTable.eventsPath
        else { return false }
        if let since = target.query["since"], UInt32(since) == nil { return false }
        let headers = head.headers
        let protocols = headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        let options = headers[canonicalForm: "connection"].map { $0.lowercased() }
        return protocols == ["websocket"] && options.contains("upgrade")
            && headers[canonicalForm: "sec-websocket-version"] == ["13"]
            && headers[canonicalForm: "sec-websocket-key"].count == 1
    }
}
