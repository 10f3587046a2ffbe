// SPDX-License-Identifier: Apache-2.0
import DataPlane
import EventJournal
import EventRecords
import FaultModel
import FlowEngine
import TestSupport
import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A data plane in this process, a service behind it and clients in front, all on loopback.
struct Loopback: Sendable {
    let plane: TrafficPlane
    let log: EventLog
    let group: MultiThreadedEventLoopGroup
    let service: EchoService

    /// Longer than anything here takes; a test that waits this long has failed.
    static let patience = TimeAmount.seconds(120)

    static func run(
        loops: Int = 2,
        _ body: @Sendable (Loopback) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let log = EventLog(wallOrigin: 0)
        let plane = try TrafficPlane(
            eventLoops: loops,
            log: log,
            services: .plain(),
            keeping: 0
        )
        let service = try await EchoService.start(group)
        let loopback = Loopback(plane: plane, log: log, group: group, service: service)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(loopback))
        } catch {
            result = .failure(error)
        }
        await plane.drain(within: .zero)
        await plane.stop()
        try await service.stop()
        try await group.shutdownGracefully()
        try result.get()
    }

    func proxy(
        _ name: String = "echo",
        transport: ProxyDefinition.Transport = .tcp,
        upstream: Endpoint? = nil,
        isEnabled: Bool = true,
        limits: (inout ProxyLimits) -> Void = { _ in }
    ) -> ProxyDefinition {
        var bounds = ProxyLimits.defaults
        limits(&bounds)
        return ProxyDefinition(
            name: name,
            listen: .tcp(host: "127.0.0.1", port: 0),
            upstreams: [upstream ?? service.endpoint],
            transport: transport,
            tags: [],
            onUpstreamFailure: transport == .http ? .badGateway : .reset,
            limits: bounds,
            from: "client",
            to: name,
            isEnabled: isEnabled
        )
    }

    /// Puts proxies and rules in force; a rule's serial is its place, from `serial`.
    func apply(
        _ proxies: [ProxyDefinition],
        _ rules: [Rule] = [],
        generation: UInt64 = 1,
        serial: UInt64 = 1
    ) async throws {
        let active = rules.enumerated().map { position, rule in
            ActiveRule(rule: rule, serial: serial + UInt64(position), tally: SharedTally())
        }
        try await plane.apply(
            Snapshot(generation: generation, seed: 1, proxies: proxies, rules: active)
        )
    }

    func port(of name: String = "echo") async throws -> Int {
        let address = await plane.proxies().first { $0.name == name }?.address
        guard let text = address?.split(separator: ":").last, let port = Int(text) else {
            throw Missing(what: "the address of \(name)")
        }
        return port
    }

    /// The first connection that the event log says is over; waits for it.
    func firstClosing() async -> ConnectionClosed? {
        var cursor: UInt64 = 0
        while await log.waitForRecords(after: cursor) {
            let page = log.read(after: cursor, limit: 100)
            cursor = page.cursor
            for case .connectionClosed(let closed) in page.records.map(\.body) { return closed }
        }
        return nil
    }

    /// How a client's connection ends that sends nothing.
    func endingOfSilentClient() async throws -> Client.Ending {
        do {
            return try await connect().ending()
        } catch let error as NIOConnectionError
            where error.connectionErrors.contains(where: \.isReset)
        {
            // The reset was there before the client had looked whether it was connected.
            return .reset
        }
    }

    func connect(to name: String = "echo") async throws -> Client {
        try await Client.connect(to: try await port(of: name), on: group)
    }
}

extension SingleConnectionFailure {
    fileprivate var isReset: Bool { (error as? IOError)?.errnoCode == ECONNRESET }
}

struct Missing: Error { let what: String }

func rule(
    _ id: String,
    _ faults: [Fault],
    when: Matcher = .everything,
    limit: Limit = .none
) -> Rule {
    Rule(
        id: id,
        about: nil,
        tags: [],
        isEnabled: true,
        when: when,
        limit: limit,
        then: faults
    )
}

/// Sends back what it gets, and ends when its client does.
struct EchoService: Sendable {
    let endpoint: Endpoint
    private let listener: any Channel

    static func start(_ group: any EventLoopGroup) async throws -> EchoService {
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = UInt16(clamping: listener.localAddress?.port ?? 0)
        return EchoService(endpoint: .tcp(host: "127.0.0.1", port: port), listener: listener)
    }

    func stop() async throws { try await listener.close() }
}

private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(data, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(mode: .output, promise: nil) }
    }
}

/// A client that collects what it is sent and how its connection ended.
final class Client: Sendable {
    enum Ending: Equatable { case fin, reset }

    private let channel: any Channel
    private let arrivals: AsyncStream<[UInt8]>
    private let ended: EventLoopFuture<Ending>

    private init(
        _ channel: any Channel,
        _ arrivals: AsyncStream<[UInt8]>,
        _ ended: EventLoopFuture<Ending>
    ) {
        self.channel = channel
        self.arrivals = arrivals
        self.ended = ended
    }

    static func connect(to port: Int, on group: any EventLoopGroup) async throws -> Client {
        let loop = group.next()
        let ended = loop.makePromise(of: Ending.self)
        let (arrivals, continuation) = AsyncStream<[UInt8]>.makeStream()
        let channel: any Channel
        do {
            channel = try await open(port, on: loop, continuation, ended)
        } catch {
            ended.fail(error)
            throw error
        }
        // Nothing here may wait for ever: a test that does is ended by its connection.
        loop.scheduleTask(in: Loopback.patience) { channel.close(promise: nil) }
        return Client(channel, arrivals, ended.futureResult)
    }

    private static func open(
        _ port: Int,
        on loop: any EventLoop,
        _ continuation: AsyncStream<[UInt8]>.Continuation,
        _ ended: EventLoopPromise<Ending>
    ) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Collector(continuation: continuation, ended: ended)
                    )
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func finish() async throws { try await channel.close(mode: .output) }

    /// Reads until so many bytes have come, or no more will.
    func receive(_ count: Int) async -> String {
        var bytes: [UInt8] = []
        for await more in arrivals {
            bytes += more
            if bytes.count >= count { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func ending() async throws -> Ending { try await ended.get() }

    func close() async throws { try? await channel.close() }

    /// Sends without waiting for anybody to take it.
    func push(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    var isOpen: Bool { channel.isActive }

    /// Ends with an RST (SO_LINGER with no time).
    func reset() async throws {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await channel.close()
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<[UInt8]>.Continuation
    private let ended: EventLoopPromise<Client.Ending>

    init(continuation: AsyncStream<[UInt8]>.Continuation, ended: EventLoopPromise<Client.Ending>) {
        self.continuation = continuation
        self.ended = ended
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        ended.succeed(.fin)
        continuation.finish()
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended.succeed(.reset)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended.succeed(.fin)
        continuation.finish()
    }
}
