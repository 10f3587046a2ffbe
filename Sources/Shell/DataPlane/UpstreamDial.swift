// SPDX-License-Identifier: Apache-2.0
import FaultModel
import NIOCore
import NIOPosix

/// Tries a proxy's upstreams in order until one accepts; names are resolved anew each time.
final class UpstreamDial {
    struct Reached {
        let channel: any Channel
        let endpoint: Endpoint
    }

    struct Failure: Error {
        let message: String
    }

    private let proxy: ProxyDefinition
    private let loop: any EventLoop
    private let makeHandler: () -> EndHandler
    private let then: (Result<Reached, Failure>) -> Void
    private var remaining: ArraySlice<Endpoint>
    private var failures: [String] = []
    private var isCancelled = false
    /// The channels of the attempt under way: one, or one for each address of a name.
    private var attempts: [any Channel] = []

    init(
        _ proxy: ProxyDefinition,
        on loop: any EventLoop,
        handler: @escaping () -> EndHandler,
        then: @escaping (Result<Reached, Failure>) -> Void
    ) {
        self.proxy = proxy
        self.loop = loop
        makeHandler = handler
        self.then = then
        remaining = proxy.upstreams[...]
    }

    func start() {
        guard let endpoint = remaining.popFirst() else {
            let list = failures.joined(separator: "; ")
            return then(.failure(Failure(message: "\(proxy.name): no upstream answered: \(list)")))
        }
        connect(to: endpoint).assumeIsolated().whenComplete { [self] result in
            attempts = []
            switch result {
            case .success(let channel):
                guard !isCancelled else { return channel.close(promise: nil) }
                then(.success(Reached(channel: channel, endpoint: endpoint)))
            case .failure(let error):
                guard !isCancelled else { return }
                failures.append("\(endpoint): \(SocketText.describe(error))")
                start()
            }
        }
    }

    /// Gives the descriptors back now: an address that does not answer would keep them for long.
    func cancel() {
        isCancelled = true
        for attempt in attempts { attempt.close(promise: nil) }
    }

    private func connect(to endpoint: Endpoint) -> EventLoopFuture<any Channel> {
        let handler = NIOLoopBound(makeHandler(), eventLoop: loop)
        let dial = NIOLoopBound(self, eventLoop: loop)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(proxy.limits.connectTimeout))
            .relaying()
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard !dial.value.isCancelled else { throw CancellationError() }
                    dial.value.attempts.append(channel)
                    try channel.pipeline.syncOperations.addHandler(handler.value)
                }
            }
        switch endpoint {
        case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
        case .tcp(let host, let port):
            if let address = try? SocketAddress(ipAddress: host, port: Int(port)) {
                return bootstrap.connect(to: address)
            }
            return bootstrap.connect(host: host, port: Int(port))
        }
    }
}

/// The options that every channel of the data path has, at both ends.
enum RelayOptions {
    /// One read for each turn of the event loop: what one sends, the other must be able to take.
    static let messagesPerRead: UInt = 1
    /// Buffers for a read begin here and follow what arrives.
    static let receiveAllocator = AdaptiveRecvByteBufferAllocator(
        minimum: 2_048,
        initial: 8_192,
        maximum: 262_144
    )
    /// Written but not sent: above the high mark the other end is not read until below the low.
    static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 65_536, high: 262_144)
}

extension ClientBootstrap {
    fileprivate func relaying() -> ClientBootstrap {
        channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: RelayOptions.messagesPerRead)
            .channelOption(.recvAllocator, value: RelayOptions.receiveAllocator)
            .channelOption(.writeBufferWaterMark, value: RelayOptions.waterMark)
    }
}

extension ServerBootstrap {
    func relayingChildren() -> ServerBootstrap {
        childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.maxMessagesPerRead, value: RelayOptions.messagesPerRead)
            .childChannelOption(.recvAllocator, value: RelayOptions.receiveAllocator)
            .childChannelOption(.writeBufferWaterMark, value: RelayOptions.waterMark)
    }
}
