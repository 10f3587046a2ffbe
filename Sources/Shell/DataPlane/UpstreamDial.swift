// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import SocketLoops

/// Tries a proxy's upstreams in order until one accepts; names are resolved anew each time.
///
/// A name with several addresses is tried at one after the other, in the resolver's order (RFC 6724),
/// each for its share of `limits.connect-timeout`: a dial has one descriptor, however many there are.
final class UpstreamDial {
    struct Reached {
        let socket: StreamSocket
        let endpoint: Endpoint
    }

    struct Failure: Error {
        let message: String
    }

    private let proxy: ProxyDefinition
    private let context: LoopContext
    private var then: ((Result<Reached, Failure>) -> Void)?
    private var upstreams: ArraySlice<LoopUpstream>
    private var failures: [String] = []

    /// The upstream that is being tried.
    private var endpoint: Endpoint?
    private var addresses: ArraySlice<SocketAddress> = []
    /// The time that each of them has.
    private var share = Duration.zero
    private var attempt: StreamSocket?
    private var lookUp: UInt64?
    private var lastReason: String?
    private lazy var limit = Alarm(on: context.loop) { [unowned self] in timedOut() }

    /// A Unix socket whose queue is full is asked again after this time, twice as late each time.
    ///
    /// Nothing tells of room in its queue; in nanoseconds.
    private static let firstRetry: Int64 = 10_000_000
    /// However many clients wait: so seldom at most, so that asking costs the event loop little.
    private static let longestRetry: Int64 = 640_000_000
    /// The one that is to be asked again.
    private var full: SocketAddress?
    private var retryInterval = UpstreamDial.firstRetry
    private lazy var retry = Alarm(on: context.loop) { [unowned self] in askAgain() }

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
        lastReason = nil
        if let address = upstream.address { return connect(to: [address]) }
        guard case .tcp(let host, let port) = upstream.endpoint else {
            return gaveUp("the path is too long")
        }
        lookUp(host, port)
    }

    private func lookUp(_ host: String, _ port: UInt16) {
        waitAtMost(proxy.limits.connectTimeout)
        do throws(SocketError) {
            lookUp = try context.resolutions.begin(host, port, for: context.thread) { [self] in
                lookUp = nil
                limit.cancel()
                switch $0 {
                case .success(let addresses): connect(to: addresses)
                case .failure(let error): gaveUp(error.description)
                }
            }
        } catch {
            gaveUp("more than \(Resolutions.maximum) names are being looked up")
        }
    }

    func cancel() {
        then = nil
        endAttempt()
    }

    private func waitAtMost(_ duration: Duration) {
        limit.set(for: context.clock.time(of: context.clock.now + duration))
    }

    private func connect(to addresses: [SocketAddress]) {
        share = proxy.limits.connectTimeout / max(1, addresses.count)
        self.addresses = addresses[...]
        tryNextAddress()
    }

    private func tryNextAddress() {
        endAttempt()
        while let address = addresses.popFirst() {
            if begin(address) { return waitAtMost(share) }
        }
        gaveUp(lastReason ?? "it has no address")
    }

    /// - Returns: whether there is something to wait for.
    private func begin(_ address: SocketAddress) -> Bool {
        do throws(SocketError) {
            let socket = try StreamSocket(connectingTo: address, on: context.loop)
            try socket.begin(self)
            attempt = socket
        } catch {
            lastReason = error.description
            // Where a TCP connect would be on its way, this one has not begun (connect(2), EAGAIN).
            guard address.port == nil, error.isTransient else { return false }
            lastReason = "its queue is full"
            guard upstreams.isEmpty else { return false }
            full = address
            retry.set(for: SocketLoop.now + retryInterval)
            retryInterval = min(2 * retryInterval, Self.longestRetry)
        }
        return true
    }

    private func askAgain() {
        guard let address = full else { return }
        full = nil
        if !begin(address) { tryNextAddress() }
    }

    private func timedOut() {
        let time = "\(proxy.limits.connectTimeout.nanoseconds / 1_000_000) ms"
        lastReason = full == nil ? "no answer within \(time)" : "its queue was full for \(time)"
        tryNextAddress()
    }

    private func gaveUp(_ reason: String) {
        endAttempt()
        failures.append("\(endpoint?.description ?? proxy.name): \(reason)")
        start()
    }

    private func endAttempt() {
        limit.cancel()
        if full != nil {
            retry.cancel()
            full = nil
        }
        attempt?.close()
        attempt = nil
        if let lookUp { context.resolutions.cancel(lookUp) }
        lookUp = nil
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
        attempt = nil
        endAttempt()
        end(with: .success(Reached(socket: socket, endpoint: endpoint)))
    }

    func failed(_ socket: StreamSocket, _ error: SocketError) {
        lastReason = error.description
        tryNextAddress()
    }

    /// Before it is connected a socket has nothing to read, and nothing was written.
    func readable(_ socket: StreamSocket) {}

    func drained(_ socket: StreamSocket) {}
}
