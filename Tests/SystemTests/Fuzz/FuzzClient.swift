// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import TestSupport

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a client of no manners does: what it sends, how slowly, and how it leaves.
struct FuzzScript: Sendable {
    enum Leave: CaseIterable { case close, reset, halfClose }

    var parts: [ByteBuffer] = []
    /// Between two parts.
    var pause = TimeAmount.milliseconds(0)
    /// After the last part.
    var stay = TimeAmount.milliseconds(0)
    var leave = Leave.close

    init(http numbers: inout SeededNumbers) {
        for _ in 0...numbers.below(4) { add(Self.request(&numbers), &numbers) }
        if numbers.once(in: 4) { cut(&numbers) }
        choose(&numbers)
    }

    init(stream numbers: inout SeededNumbers) {
        for _ in 0...numbers.below(6) { add(Self.noise(below: 20_000, &numbers), &numbers) }
        choose(&numbers)
    }

    private mutating func choose(_ numbers: inout SeededNumbers) {
        pause = .milliseconds(Int64(numbers.once(in: 3) ? numbers.below(20) : 0))
        stay = .milliseconds(Int64(numbers.below(400)))
        leave = numbers.pick(Leave.allCases)
    }

    /// The message as one part, or as several small ones.
    private mutating func add(_ bytes: [UInt8], _ numbers: inout SeededNumbers) {
        guard numbers.once(in: 4), bytes.count > 20 else {
            return parts.append(ByteBuffer(bytes: bytes))
        }
        let size = bytes.count / 20 + 1
        for start in stride(from: 0, to: bytes.count, by: size) {
            parts.append(ByteBuffer(bytes: bytes[start..<min(bytes.count, start + size)]))
        }
    }

    /// Leaves in the middle of a message.
    private mutating func cut(_ numbers: inout SeededNumbers) {
        guard let last = parts.popLast() else { return }
        let length = numbers.below(last.readableBytes + 1)
        parts.append(last.getSlice(at: last.readerIndex, length: length) ?? ByteBuffer())
    }

    private static func request(_ numbers: inout SeededNumbers) -> [UInt8] {
        let count = numbers.below(30_000)
        switch numbers.below(9) {
        case 0: return noise(below: 300, &numbers)
        case 1:
            let value = String(repeating: "h", count: numbers.pick([1_000, 20_000, 100_000]))
            return Array("GET /text/9 HTTP/1.1\r\nHost: a\r\nX-Huge: \(value)\r\n\r\n".utf8)
        case 2:
            let head = "POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n"
            return Array(head.utf8) + Array(repeating: UInt8(ascii: "a"), count: count)
        case 3:
            let chunk = String(repeating: "c", count: 0x2ff)
            return Array(
                ("POST /take HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2ff;x=y\r\n\(chunk)\r\n2FF\r\n\(chunk)\r\n0\r\nX-T: 1\r\n\r\n").utf8
            )
        case 4: return Array("GET /chunks/\(numbers.below(20)) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        case 5:
            let bad = numbers.pick([
                "GET / HTTP/9.9\r\n\r\n", "GET /a\r\n",
                "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz\r\n",
                "\r\n\r\n\r\n", "HEAD /text/5 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
                "GET /text/3 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
            ])
            return Array(bad.utf8)
        case 6: return Array("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        default:
            return Array("GET /text/\(count)?a=1 HTTP/1.1\r\nHost: a\r\nX-A: a\r\n\r\n".utf8)
        }
    }

    private static func noise(below bound: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
        (0..<numbers.below(bound)).map { _ in UInt8.random(in: 0...255, using: &numbers) }
    }
}

/// Plays scripts on connections of its own, and is gone when they are over.
enum FuzzClient {
    /// - Parameter address: `host:port`; a connection that is refused is a script that is over.
    static func play(_ script: FuzzScript, at address: String, on loop: any EventLoop) async {
        let parts = address.split(separator: ":")
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CarelessReader())
                }
            }
        let connecting = bootstrap.connect(
            host: String(parts[0]),
            port: parts.dropFirst().first.flatMap { Int($0) } ?? 0
        )
        guard let channel = try? await connecting.get() else { return }
        var due = TimeAmount.zero
        for part in script.parts {
            loop.scheduleTask(in: due) { channel.writeAndFlush(part, promise: nil) }
            due = due + script.pause
        }
        loop.scheduleTask(in: due + script.stay) { leave(channel, script.leave) }
        try? await channel.closeFuture.get()
    }

    private static func leave(_ channel: any Channel, _ how: FuzzScript.Leave) {
        switch how {
        case .close: channel.close(promise: nil)
        case .reset:
            let options = channel as? any SocketOptionProvider
            let set = options?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            (set ?? channel.eventLoop.makeSucceededVoidFuture())
                .whenComplete { _ in channel.close(promise: nil) }
        case .halfClose:
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.scheduleTask(in: .milliseconds(200)) { channel.close(promise: nil) }
        }
    }
}

/// Takes what comes, and asks for no more of it.
private final class CarelessReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
