// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One end of a proxied connection: its channel, and what has been asked of it.
///
/// A class, because what a channel is asked to do can call back before it returns.
final class Peer {
    let channel: any Channel
    var isReading = false
    var inputIsClosed = false
    var outputIsClosed = false
    /// A read failed: the peer did not end in order.
    var hasFailed = false
    var isGone = false
    private var needsFlush = false

    init(_ channel: any Channel) { self.channel = channel }

    /// Asks for one read, unless one is under way.
    func read() {
        guard !isReading, !inputIsClosed, !isGone else { return }
        isReading = true
        channel.read()
    }

    func write(_ buffer: ByteBuffer) {
        guard !isGone, !outputIsClosed else { return }
        needsFlush = true
        channel.write(buffer, promise: nil)
    }

    func flush() {
        guard needsFlush else { return }
        needsFlush = false
        channel.flush()
    }

    /// Written, and not yet taken by the system.
    var pendingBytes: Int {
        guard !isGone else { return 0 }
        return (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Half-closes once everything written has left.
    func finish() {
        guard !outputIsClosed, !isGone else { return }
        flush()
        outputIsClosed = true
        guard inputIsClosed else { return channel.close(mode: .output, promise: nil) }
        // With both sides shut a channel closes at once and drops what is still to be written.
        let channel = channel
        channel.writeAndFlush(ByteBuffer()).whenComplete { _ in channel.close(promise: nil) }
    }

    /// Makes the close an abort: RST instead of FIN (SO_LINGER with a time of zero, socket(7)).
    ///
    /// A Unix socket has no such thing; its peer sees an ordinary end.
    func resetOnClose() {
        guard !isGone, let socket = channel as? any SocketOptionProvider else { return }
        _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }

    func close() {
        guard !isGone else { return }
        channel.close(promise: nil)
    }
}
