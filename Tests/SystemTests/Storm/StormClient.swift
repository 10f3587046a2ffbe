// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix

/// An HTTP client on one connection that asks one thing after another.
final class StormClient: Sendable {
    struct Answer: Equatable {
        let status: Int
        let body: String
    }

    private let channel: any Channel
    private let handler: NIOLoopBound<StormClientHandler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<StormClientHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects to `host:port` or `unix:/path`.
    static func connect(to address: String, on loop: any EventLoop) async throws -> StormClient {
        let bootstrap = ClientBootstrap(group: loop)
        let channel: any Channel
        if address.hasPrefix("unix:") {
            channel = try await bootstrap.connect(
                unixDomainSocketPath: String(address.dropFirst("unix:".count))
            ).get()
        } else {
            let parts = address.split(separator: ":")
            channel = try await bootstrap.connect(
                host: String(parts[0]),
                port: Int(parts[1]) ?? 0
            ).get()
        }
        let handler = try await loop.submit {
            let handler = StormClientHandler()
            try channel.pipeline.syncOperations.addHandler(handler)
            return NIOLoopBound(handler, eventLoop: loop)
        }.get()
        return StormClient(channel, handler)
    }

    /// - Throws: when the connection ends before the answer does.
    func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: a\r\n"
        if let body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        text += "\r\n\(body ?? "")"
        let request = ByteBuffer(string: text)
        let (channel, handler) = (channel, handler)
        return try await channel.eventLoop.flatSubmit {
            let promise = channel.eventLoop.makePromise(of: Answer.self)
            handler.value.expect(promise)
            channel.writeAndFlush(request, promise: nil)
            return promise.futureResult
        }.get()
    }

    func close() async { try? await channel.close() }
}

private final class StormClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var unread = ByteBuffer()
    private var head: (status: Int, length: Int)?
    private var promise: EventLoopPromise<StormClient.Answer>?
    private var hasEnded = false

    func expect(_ promise: EventLoopPromise<StormClient.Answer>) {
        guard !hasEnded else { return promise.fail(Trouble("the connection has ended")) }
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var arrived = unwrapInboundIn(data)
        unread.writeBuffer(&arrived)
        if head == nil, let text = unread.readHead() { head = Self.read(text) }
        guard let head, let body = unread.readString(length: head.length) else { return }
        self.head = nil
        let asked = promise
        promise = nil
        asked?.succeed(StormClient.Answer(status: head.status, body: body))
    }

    func channelInactive(context: ChannelHandlerContext) {
        hasEnded = true
        let read = unread.readableBytes
        promise?.fail(Trouble("the connection ended in an exchange, after \(read) bytes"))
        promise = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static func read(_ text: String) -> (status: Int, length: Int) {
        let lines = text.split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }?
            .split(separator: ":").last.flatMap { Int($0.drop { $0 == " " }) }
        return (status ?? 0, length ?? 0)
    }
}
