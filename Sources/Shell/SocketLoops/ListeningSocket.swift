// SPDX-License-Identifier: Apache-2.0

/// Who takes the clients of a ``ListeningSocket``; always on the loop's thread.
package protocol ListenerObserver: AnyObject {
    /// Whether there is room for one more. Where there is none, nobody is accepted until
    /// ``ListeningSocket/resume()``.
    var hasRoom: Bool { get }

    /// A client is there. The descriptor does not block, and is the observer's to close.
    func accepted(_ descriptor: CInt, from address: SocketAddress)

    /// No client can be accepted now: descriptors or memory have run out. Said once for each time.
    func exhausted(_ error: SocketError)

    /// The listening socket is closed.
    func closed()
}

/// A socket that clients connect to.
///
///     bound ──open()──▶ accepting ◀──resume(), or a moment later──▶ paused ──close()──▶ closed
package final class ListeningSocket: Watched, Deferred {
    /// Clients accepted before other sockets have their turn.
    static let acceptedAtOnce = 64
    /// With nothing left to accept with, it is tried again this much later at the latest.
    ///
    /// In nanoseconds.
    static let retryInterval: Int64 = 100_000_000

    /// Accepts one client of a listening descriptor.
    typealias AcceptOne = (CInt, inout SocketAddress) -> Result<CInt, SocketError>

    package let address: SocketAddress
    private let loop: SocketLoop
    private let descriptor: CInt
    private var token: UInt64?
    private var observer: (any ListenerObserver)?
    private var isClosed = false
    private var isReady = false
    private var isExhausted = false
    private var isDeferred = false
    private let acceptOne: AcceptOne
    private let retryInterval: Int64
    private lazy var retry = Alarm(on: loop) { [unowned self] in accept() }

    /// Binds and lets clients queue; nobody is accepted before ``open(_:)``.
    ///
    /// - Parameter backlog: how many may queue; the kernel may allow fewer (net.core.somaxconn).
    package convenience init(
        at address: SocketAddress,
        backlog: CInt,
        on loop: SocketLoop
    ) throws(SocketError) {
        try self.init(at: address, backlog: backlog, on: loop, accepting: Descriptor.accepted)
    }

    init(
        at address: SocketAddress,
        backlog: CInt,
        on loop: SocketLoop,
        retryingAfter retryInterval: Int64 = ListeningSocket.retryInterval,
        accepting acceptOne: @escaping AcceptOne
    ) throws(SocketError) {
        self.loop = loop
        self.acceptOne = acceptOne
        self.retryInterval = retryInterval
        descriptor = try Descriptor.listening(at: address, backlog: backlog)
        do {
            self.address = try SocketAddress(ofSocket: descriptor)
        } catch {
            Descriptor.close(descriptor)
            throw error
        }
        do {
            token = try loop.watch(descriptor, for: self)
        } catch {
            Descriptor.close(descriptor)
            throw error
        }
    }

    /// Begins to accept.
    package func open(_ observer: any ListenerObserver) {
        self.observer = observer
        resume()
    }

    func ready(_ readiness: Readiness) {
        isReady = true
        accept()
    }

    package func proceed() {
        isDeferred = false
        accept()
    }

    /// There may be room again.
    package func resume() { if isReady { accept() } }

    private func accept() {
        guard !isClosed, let observer else { return }
        var address = SocketAddress()
        for _ in 0..<Self.acceptedAtOnce {
            guard observer.hasRoom else { return }
            switch acceptOne(descriptor, &address) {
            case .success(let client):
                isExhausted = false
                observer.accepted(client, from: address)
                if isClosed { return }
            case .failure(let error): return pause(error, observer)
            }
        }
        guard !isDeferred else { return }
        isDeferred = true
        loop.defer(self)
    }

    /// Tries again where descriptors had run out: somebody has left.
    package func retryNow() { if isExhausted { accept() } }

    private func pause(_ error: SocketError, _ observer: any ListenerObserver) {
        guard !error.isTransient else {
            isReady = false
            if loop.poller.needsRearming { loop.poller.rearm(descriptor, .readable) }
            return
        }
        if !isExhausted {
            isExhausted = true
            observer.exhausted(error)
        }
        retry.set(for: SocketLoop.now + retryInterval)
    }

    /// Clients that wait to be accepted are reset.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        observer?.closed()
        observer = nil
        retry.retire()
        if let token { loop.unwatch(descriptor, token) }
        Descriptor.stopListening(descriptor)
        Descriptor.close(descriptor)
    }
}
