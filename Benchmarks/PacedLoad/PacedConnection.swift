// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// One connection: sends the requests that are its turn, one after the other, on the run's loop.
final class PacedConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// What happened to a request, told when it is known.
    enum Outcome {
        case answered(status: Int)
        case lost
    }

    private let head: HTTPRequestHead
    private let report: (_ due: NIODeadline, Outcome) -> Void
    /// When the requests in line were due, the first of them on its way.
    ///
    /// Never more than the requests of the run.
    private var line: CircularBuffer<NIODeadline> = []
    private var status = 0
    private var channel: (any Channel)?

    init(_ head: HTTPRequestHead, report: @escaping (NIODeadline, Outcome) -> Void) {
        self.head = head
        self.report = report
    }

    /// Whether a request that is due now has to wait for another.
    var isBusy: Bool { !line.isEmpty }

    /// Before the first request; the channel's own word that it is active comes too late for that.
    func opened(_ channel: any Channel) { self.channel = channel }

    func ask(due: NIODeadline) {
        guard let channel else { return report(due, .lost) }
        line.append(due)
        if line.count == 1 { send(on: channel) }
    }

    func close() { channel?.close(promise: nil) }

    private func send(on channel: any Channel) {
        let pipeline = channel.pipeline.syncOperations
        pipeline.write(NIOAny(HTTPClientRequestPart.head(head)), promise: nil)
        pipeline.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body: break
        case .end:
            guard let due = line.popFirst() else { return }
            if !line.isEmpty { send(on: context.channel) }
            report(due, .answered(status: status))
        }
    }

    func channelInactive(context: ChannelHandlerContext) { lose() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Tells of everything in line; what is asked from now on is lost at once.
    private func lose() {
        channel = nil
        while let due = line.popFirst() { report(due, .lost) }
    }
}
