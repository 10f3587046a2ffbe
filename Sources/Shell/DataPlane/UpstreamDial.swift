// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import SocketLoops

/// Tries a proxy's upstreams in order until one accepts; names are resolved anew each time.
///
/// A name with several addresses is tried at all of them: the next one when one has failed, or has
/// said nothing for ``attemptDelay``; the first that answers is taken (RFC 8305, 5).
final class UpstreamDial {
    struct Reached {
        let socket: StreamSocket
        let endpoint: Endpoint
    }

    struct Failure: Error {
        let message: String
    }

    /// Nanoseconds before another address is tried beside one that is silent.
    static let attemptDelay: Int64 = 250_000_000

    private let proxy: ProxyDefinition
    private let context: LoopContext
    private var then: ((Result<Reached, Failure>) -> Void)?
    private var upstreams: ArraySlice<LoopUpstream>
    private var failures: [String] = []

    /// The upstream that is being tried.
    private var endpoint: Endpoint?
    private var addresses: ArraySlice<SocketAddress> = []
    private var attempts: [StreamSocket] = []
    private var lastError: SocketError?
    private lazy var limit = Alarm(on: context.loop) { [unowned self] in timedOut() }
    private lazy var impatience = Alarm(on: context.loop) { [unowned self] in tryNextAddress() }

    init(
        _ proxy: LoopProxy,
        on context: LoopContext,
        then: @escaping (Result<Reached, Failure>) -> Void
    ) {
        self.proxy = proxy.definition
        self.context = context
        self.then = then
        upstreams = proxy.upstreams[...]
    }

    func start() {
        guard let upstream = upstreams.popFirst() else {
            let list = failures.joined(separator: "; ")
            let failure = Failure(message: "\(proxy.name): no upstream answered: \(list)")
            return end(with: .failure(failure))
        }
        endpoint = upstream.endpoint
        lastError = nil
        if let address = upstream.address { return connect(to: [address]) }
        guard case .tcp(let host, let port) = upstream.endpoint else {
            return gaveUp("the path is too long")
        }
        waitAtMost(proxy.limits.connectTimeout)
        context.resolutions.begin(host, port, for: context.thread) { [self] answer in
            guard then != nil, endpoint == upstream.endpoint else { return }
            switch answer {
            case .success(let addresses): connect(to: addresses)
            case .failure(let error): gaveUp(error.description)
            }
        }
    }

    func cancel() {
        then = nil
        endAttempts()
    }

    private func waitAtMost(_ duration: Duration) {
        limit.set(for: context.clock.time(of: context.clock.now + duration))
    }

    private func connect(to addresses: [SocketAddress]) {
        self.addresses = addresses[...]
        tryNextAddress()
        if !attempts.isEmpty, limit.time == nil { waitAtMost(proxy.limits.connectTimeout) }
    }

    private func tryNextAddress() {
        while let address = addresses.popFirst() {
            do throws(SocketError) {
                let socket = try StreamSocket(connectingTo: address, on: context.loop)
                try socket.begin(self)
                attempts.append(socket)
                if !addresses.isEmpty { impatience.set(for: SocketLoop.now + Self.attemptDelay) }
                return
            } catch {
                lastError = error
            }
        }
        if attempts.isEmpty { gaveUp(lastError?.description ?? "it has no address") }
    }

    private func timedOut() {
        let time = proxy.limits.connectTimeout
        gaveUp("no answer within \(time.nanoseconds / 1_000_000) ms")
    }

    private func gaveUp(_ reason: String) {
        endAttempts()
        failures.append("\(endpoint?.description ?? proxy.name): \(reason)")
        start()
    }

    private func endAttempts() {
        limit.cancel()
        impatience.cancel()
        addresses = []
        for attempt in attempts { attempt.close() }
        attempts = []
    }

    private func end(with result: Result<Reached, Failure>) {
        let tell = then
        then = nil
        tell?(result)
    }
}

extension UpstreamDial: SocketObserver {
    func connected(_ socket: StreamSocket) {
        guard let endpoint else { return }
        attempts.removeAll { $0 === socket }
        endAttempts()
        end(with: .success(Reached(socket: socket, endpoint: endpoint)))
    }

    func failed(_ socket: StreamSocket, _ error: SocketError) {
        attempts.removeAll { $0 === socket }
        lastError = error
        tryNextAddress()
    }

    /// Before it is connected a socket has nothing to read, and nothing was written.
    func readable(_ socket: StreamSocket) {}

    func drained(_ socket: StreamSocket) {}
}
