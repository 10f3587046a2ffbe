// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Who is told what happens with a ``StreamSocket``; always on the loop's thread.
package protocol SocketObserver: AnyObject {
    /// The connection that the socket was made for is there.
    func connected(_ socket: StreamSocket)

    /// There may be something to read: bytes, the peer's end, or an error.
    func readable(_ socket: StreamSocket)

    /// Everything written has been taken by the system.
    func drained(_ socket: StreamSocket)

    /// Connecting has failed; the socket is closed.
    func failed(_ socket: StreamSocket, _ error: SocketError)
}

/// One end of a connection, TCP or Unix.
///
///     connecting ──▶ open ──end of input read──▶ input ended ──┐
///          │           └──finish(), all written──▶ output shut ─┴──both──▶ closed
///          └─ any error, close(), reset() ────────────────────────────────▶ closed
///
/// Nothing is read until somebody asks (``read()``): back-pressure is not asking. The descriptor is
/// registered once for its life; what can be done with it now is remembered here.
package final class StreamSocket: Watched, Deferred {
    package enum Reading {
        /// What has come, at most ``SocketLoop/readSize`` bytes; shares the loop's storage.
        case bytes(ByteBuffer)
        /// The peer will send nothing more.
        case ended
        /// Nothing is there now; the observer is told when something is.
        case nothing
        /// The connection is gone, and the socket closed.
        case failed(SocketError)
    }

    private enum State {
        case connecting, open, closed
    }

    /// Whether a read may find something.
    package private(set) var isReadable = false
    package private(set) var inputHasEnded = false
    /// Whether the connection is known to be gone; what came before may still be read.
    package private(set) var hasFailed = false
    private var state: State
    private var observer: (any SocketObserver)?

    private let loop: SocketLoop
    private let descriptor: CInt
    private var token: UInt64?
    private var pending = ByteRow()
    /// The system takes no more until it says so.
    private var isBlocked = false
    /// A short read does not mean that nothing is left: the peer has ended, or bytes are urgent.
    private var readsOn = false
    /// Why nothing can be written any more.
    ///
    /// What the peer sent before is still read, and then this is how the connection has ended.
    private var writeError: SocketError?
    /// The end is passed on once all is written.
    private var isFinishing = false
    private var outputIsShut = false
    private var isDeferred = false

    /// Takes over an open descriptor that does not block; nothing happens before ``begin(_:)``.
    package init(_ descriptor: CInt, on loop: SocketLoop) {
        self.loop = loop
        self.descriptor = descriptor
        state = .open
    }

    /// Begins to connect; nobody is told how it went before ``begin(_:)``.
    package init(connectingTo address: SocketAddress, on loop: SocketLoop) throws(SocketError) {
        self.loop = loop
        descriptor = try Descriptor.connecting(to: address)
        state = .connecting
    }

    /// Tells the observer what happens from now on, and nothing before this returns.
    ///
    /// - Throws: where the socket cannot be watched; it is closed then.
    package func begin(_ observer: any SocketObserver) throws(SocketError) {
        do {
            token = try loop.watch(descriptor, for: self)
            self.observer = observer
        } catch {
            state = .closed
            Descriptor.close(descriptor)
            throw error
        }
    }

    /// Tells another observer from now on.
    package func handOver(to observer: any SocketObserver) { self.observer = observer }

    package var isClosed: Bool { state == .closed }

    /// Written, and not yet taken by the system.
    package var pendingBytes: Int { pending.count }

    /// Whether what is written now goes to the system at once.
    package var isWritable: Bool { pending.isEmpty }

    func ready(_ readiness: Readiness) {
        if state == .connecting {
            guard !readiness.isDisjoint(with: [.writable, .ended]) else { return }
            finishConnecting()
            // What else this event tells is not told again: a server may have spoken already.
            guard state == .open else { return }
        }
        if !readiness.isDisjoint(with: [.ended, .urgent]) { readsOn = true }
        if readiness.contains(.failed) { hasFailed = true }
        if !readiness.isDisjoint(with: [.readable, .ended]) { isReadable = true }
        if isBlocked, !readiness.isDisjoint(with: [.writable, .ended]) {
            isBlocked = false
            // Also told where the last byte was what the close waited for.
            let observer = observer
            flush()
            if pending.isEmpty { observer?.drained(self) }
        }
        if isReadable { observer?.readable(self) }
    }

    private func finishConnecting() {
        if let error = Descriptor.error(of: descriptor) {
            let observer = observer
            close()
            observer?.failed(self, error)
        } else {
            state = .open
            observer?.connected(self)
        }
    }

    // MARK: Reading

    /// Reads once; where more may be left, ``isReadable`` stays.
    package func read() -> Reading {
        guard state == .open, isReadable else { return .nothing }
        if inputHasEnded { return readBehindEnd() }
        let buffer: ByteBuffer
        switch loop.read(descriptor) {
        case .success(let bytes): buffer = bytes
        case .failure(let error):
            guard !error.isTransient else {
                becomeUnreadable()
                return .nothing
            }
            close()
            return .failed(error)
        }
        guard buffer.readableBytes > 0 else {
            if let writeError {
                close()
                return .failed(writeError)
            }
            isReadable = false
            inputHasEnded = true
            if outputIsShut { close() }
            return .ended
        }
        if buffer.readableBytes < SocketLoop.readSize, !readsOn { becomeUnreadable() }
        return .bytes(buffer)
    }

    /// Nothing follows the peer's end but the news that the connection is gone.
    private func readBehindEnd() -> Reading {
        isReadable = false
        guard hasFailed else { return .nothing }
        close()
        return .failed(writeError ?? .reset)
    }

    private func becomeUnreadable() {
        isReadable = false
        if loop.poller.needsRearming { loop.poller.rearm(descriptor, .readable) }
    }

    /// Tells the observer again that there is something to read, once others have had their turn.
    package func readLater() {
        guard !isDeferred, state == .open else { return }
        isDeferred = true
        loop.defer(self)
    }

    package func proceed() {
        isDeferred = false
        if isReadable { observer?.readable(self) }
    }

    // MARK: Writing

    /// Takes bytes to be written; ``flush()`` writes them.
    package func write(_ buffer: ByteBuffer) {
        guard state == .open, !isFinishing, writeError == nil else { return }
        pending.append(buffer)
    }

    /// Writes until all is written or the system takes no more.
    package func flush() {
        guard state == .open, !isBlocked else { return }
        while !pending.isEmpty {
            pending.joinFirst()
            switch Descriptor.write(&pending, to: descriptor) {
            case .success: continue
            case .failure(let error) where error.isTransient:
                isBlocked = true
                pending.compact()
                if loop.poller.needsRearming { loop.poller.rearm(descriptor, .writable) }
                return
            case .failure(let error): return loseOutput(error)
            }
        }
        if isFinishing { shutOutput() }
    }

    /// Forgets what cannot be written; the observer is told by a read, behind what is unread.
    private func loseOutput(_ error: SocketError) {
        writeError = error
        hasFailed = true
        pending.removeAll()
        readsOn = true
        isReadable = true
        readLater()
    }

    // MARK: Ending

    /// Ends the output once everything written has left; with the input's end the socket closes.
    package func finish() {
        guard state == .open, !isFinishing else { return }
        isFinishing = true
        flush()
    }

    private func shutOutput() {
        guard !outputIsShut, writeError == nil else { return }
        outputIsShut = true
        // With both directions ended, closing passes the end on too.
        if inputHasEnded { close() } else { Descriptor.shutOutput(descriptor) }
    }

    /// Closes so that the peer sees an abort: RST, not FIN (SO_LINGER with no time, socket(7)).
    ///
    /// A Unix socket knows no such thing; its peer sees an ordinary end.
    package func reset() {
        guard state != .closed else { return }
        Descriptor.abortOnClose(descriptor)
        close()
    }

    /// Closes at once, and forgets what was to be written; the observer is told nothing more.
    package func close() {
        guard state != .closed else { return }
        state = .closed
        observer = nil
        pending.removeAll()
        if let token { loop.unwatch(descriptor, token) }
        Descriptor.close(descriptor)
    }
}
