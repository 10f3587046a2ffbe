// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// A service in this process whose every answer follows from the request's path, `/NAME/SIZE`.
///
/// It sends each in two halves with a pause between, so that exchanges are always under way and the
/// processor is free for what the test is about.
struct StormService: Sendable {
    static let pause = TimeAmount.milliseconds(400)

    let address: String
    private let listener: any Channel

    static func start(_ group: any EventLoopGroup) async throws -> StormService {
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 2_048)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StormServiceHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = listener.localAddress?.port ?? 0
        return StormService(address: "127.0.0.1:\(port)", listener: listener)
    }

    func stop() async throws { try await listener.close() }

    /// The one right answer to a path.
    static func body(of path: String) -> String {
        let size = path.split(separator: "/").last.flatMap { Int($0) } ?? 0
        return String(repeating: path, count: size)
    }
}

private final class StormServiceHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var unread = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var arrived = unwrapInboundIn(data)
        unread.writeBuffer(&arrived)
        while let head = unread.readHead() {
            let path = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
            let body = StormService.body(of: path)
            let text = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body
            var rest = ByteBuffer(string: text)
            let half = rest.readSlice(length: rest.readableBytes / 2) ?? ByteBuffer()
            context.writeAndFlush(wrapOutboundOut(half), promise: nil)
            let channel = context.channel
            let whole = rest
            context.eventLoop.scheduleTask(in: StormService.pause) {
                channel.writeAndFlush(whole, promise: nil)
            }
        }
    }
}

extension ByteBuffer {
    /// Takes what stands before the next empty line, which goes too.
    mutating func readHead() -> String? {
        guard let end = readableBytesView.firstRange(of: "\r\n\r\n".utf8) else { return nil }
        let head = readString(length: end.lowerBound - readerIndex)
        moveReaderIndex(forwardBy: 4)
        return head
    }
}
