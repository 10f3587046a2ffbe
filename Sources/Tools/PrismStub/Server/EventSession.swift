// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import NIOWebSocket

/// Serves one WebSocket: sends events, and listens for replay requests, pings and the close.
struct EventSession: Sendable {
    let connection: Connection.Events
    let since: Int?
    let state: PrismState
    let logger: Logger

    private var channel: any Channel { connection.channel }

    func serve() async throws {
        try await connection.executeThenClose { frames, replies in
            guard let subscription = state.events.subscribe() else {
                return try await sayGoodbye(.tryAgainLater)
            }
            defer { subscription.cancel() }
            if let since { subscription.replay(from: since) }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await read(frames, subscription, replies) }
                group.addTask { try await send(subscription, replies) }
                // The sender may finish first, with its goodbye; the reader then waits for the
                // client's answer to it, which the close grace bounds.
                while let isOver = try await group.next(), !isOver {}
                group.cancelAll()
            }
        }
    }

    /// Sends events until the subscription ends, and then says why.
    private func send(
        _ subscription: EventSubscription,
        _ replies: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws -> Bool {
        let ending = await withTaskGroup(of: EventHub.Ending?.self) { group in
            group.addTask { await subscription.ending() }
            group.addTask {
                // A failed write means the client is gone, which the reader sees as well.
                try? await pump(subscription, replies)
                return nil
            }
            var ending = await group.next() ?? nil
            // Cutting the sender off also drops the batch it may be stuck with, so that no event
            // follows the close frame.
            group.cancelAll()
            for await late in group { ending = ending ?? late }
            return ending
        }
        switch ending {
        case .overflowed:
            logger.warning("an event reader was too slow and is cut off with 1013")
            try await sayGoodbye(.tryAgainLater)
        case .serviceStopping: try await sayGoodbye(.goingAway)
        case nil: break
        }
        return false
    }

    private func pump(
        _ subscription: EventSubscription,
        _ replies: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws {
        for await _ in subscription.wakes {
            while case let events = subscription.take(), !events.isEmpty {
                try await replies.write(contentsOf: events.map { .text($0) })
            }
        }
    }

    /// Reads until the connection is over.
    private func read(
        _ frames: NIOAsyncChannelInboundStream<WebSocketFrame>,
        _ subscription: EventSubscription,
        _ replies: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) async throws -> Bool {
        var assembler = MessageAssembler(bounds: state.bounds)
        for try await frame in frames {
            switch assembler.take(frame) {
            case .text(let text):
                do throws(Refusal) {
                    switch try ClientMessage(parsing: text.readableBytesView) {
                    case .replay(let from): subscription.replay(from: from)
                    }
                } catch {
                    let body = error.body.merged(with: ["type": "error"])
                    try await replies.write(.text(ByteBuffer(string: body.text)))
                }
            case .ping(let data):
                try await replies.write(WebSocketFrame(fin: true, opcode: .pong, data: data))
            case .pong, .partial: break
            case .close(let code):
                try await sayGoodbye(code ?? .normalClosure)
                return true
            case .violation(let code):
                try await sayGoodbye(code)
                return true
            }
        }
        return true
    }

    /// Sends a close frame past everything that waits, and closes hard after the close grace.
    private func sayGoodbye(_ code: WebSocketErrorCode) async throws {
        let channel = channel
        let deadline = channel.eventLoop.scheduleTask(in: TimeAmount(state.bounds.closeGrace)) {
            channel.close(promise: nil)
        }
        channel.closeFuture.whenComplete { _ in deadline.cancel() }
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        try await channel.writeAndFlush(frame).get()
    }
}

extension WebSocketFrame {
    fileprivate static func text(_ text: ByteBuffer) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, data: text)
    }
}

extension WebSocketErrorCode {
    /// 1013, from the registry of RFC 6455, section 11.7.
    fileprivate static let tryAgainLater = WebSocketErrorCode(codeNumber: 1013)
}
