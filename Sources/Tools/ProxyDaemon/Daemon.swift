// SPDX-License-Identifier: Apache-2.0
import AdminContract
import ControlPlane
import DataPlane
import EventJournal
import EventRecords
import FaultModel
import Logging
import NIOCore
import NIOPosix
import RuleFiles
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The composition root: makes both planes, joins them, and runs until a signal.
struct Daemon {
    static let maximumEventLoops = 256
    /// For the admin server to end its streams, once the connections have ended.
    static let adminStopTime = Duration.seconds(2)

    let configuration: Configuration
    let configurationPath: String
    let socketPath: String
    /// From the command line; wins over the file's.
    let seed: UInt64?
    let drain: Duration
    let eventLoops: Int?
    let allowProduction: Bool
    let eventFile: EventFile?
    /// TCP proxies listen at ports that the system chooses, whatever the file says.
    let usesFreePorts: Bool
    /// The end of standard input ends the run as a signal does.
    let endsWithInput: Bool
    let logger: Logger

    /// Why the run could not begin.
    struct Failure: Error {
        let message: String
    }

    /// The parts that live as long as the run.
    private struct Parts {
        let log: EventLog
        let plane: TrafficPlane
        let state: DesiredState
        let services: ServiceGroup
        /// Yields once when the admin socket answers.
        let listening: AsyncStream<Void>
    }

    func run() async throws {
        // A peer that goes away is told by the write that fails, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        let loops = eventLoops ?? System.coreCount
        try Descriptors.prepare(eventLoops: loops)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let log = EventLog(wallOrigin: SystemTime.nanosecondsSince1970)
        let drawn = Self.drawnNumber()
        let recording = try eventFile?.start(log, seed: seed ?? configuration.seed ?? drawn)
        let plane = try TrafficPlane(
            eventLoops: loops,
            log: log,
            services: .daemon(wallOrigin: log.wallOrigin),
            keeping: Descriptors.kept
        )
        let parts = assemble(log, plane, seed: seed ?? drawn)
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await Narrator(log: log, logger: logger).run() }
                tasks.addTask { try await parts.services.run() }
                do {
                    try await begin(parts, &tasks)
                    await serve(parts, signals)
                } catch {
                    await end(parts)
                    await recording?.end()
                    throw error
                }
                await end(parts)
                try await tasks.waitForAll()
            }
            await recording?.end()
        } catch let failure as AdminFailure {
            let error = failure.reply.error
            throw Failure(message: error.message + (error.hint.map { "; \($0)" } ?? ""))
        }
        await plane.stop()
    }

    private static func drawnNumber() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    private func assemble(_ log: EventLog, _ plane: TrafficPlane, seed runSeed: UInt64) -> Parts {
        var configuration = configuration
        configuration.seed = seed ?? configuration.seed
        let state = DesiredState(
            configuration,
            seed: runSeed,
            allowProduction: allowProduction,
            traffic: JoinedPlanes(plane: plane),
            log: log,
            clock: RunTimekeeper(log),
            drawNumber: { Self.drawnNumber() },
            makeTally: { SharedTally(tell: $0) }
        )
        let (listening, continuation) = AsyncStream<Void>.makeStream()
        let server = AdminServer(
            socket: socketPath,
            state: state,
            log: log,
            info: RunInfo(version: ProductVersion.current, pid: getpid()),
            logger: logger,
            onListening: { continuation.yield() }
        )
        var quiet = logger
        quiet.logLevel = max(.critical, logger.logLevel)
        var options = ServiceGroupConfiguration(
            services: [
                .init(
                    service: AdminService(server: server, onEnd: { continuation.finish() }),
                    successTerminationBehavior: .gracefullyShutdownGroup
                )
            ],
            logger: quiet
        )
        options.maximumGracefulShutdownDuration = Self.adminStopTime
        return Parts(
            log: log,
            plane: plane,
            state: state,
            services: ServiceGroup(configuration: options),
            listening: listening
        )
    }

    /// Waits for the admin socket, puts the configuration in force, and says what there is.
    private func begin(
        _ parts: Parts,
        _ tasks: inout ThrowingTaskGroup<Void, any Error>
    ) async throws {
        var listening = parts.listening.makeAsyncIterator()
        guard await listening.next() != nil else {
            // The admin server has ended before it listened: its error says why.
            parts.log.finish()
            while try await tasks.next() != nil {}
            throw Failure(message: "the admin socket could not be opened")
        }
        try await parts.state.start()
        var lines = "seed \(await parts.state.seed)\nadmin unix:\(socketPath)\n"
        let views = Dictionary(
            await parts.plane.proxies().map { ($0.name, $0.address) },
            uniquingKeysWith: { first, _ in first }
        )
        for proxy in configuration.proxies.map(\.definition) {
            let address = (views[proxy.name] ?? nil) ?? "disabled"
            let upstreams = proxy.upstreams.map(\.description).joined(separator: ",")
            lines += "proxy \(proxy.name) \(proxy.transport.rawValue) \(address) -> \(upstreams)\n"
        }
        StandardStream.output.write(lines + "ready\n")
    }

    /// Obeys signals until one ends the run and the connections have ended.
    private func serve(_ parts: Parts, _ signals: UnixSignalsSequence) async {
        await withTaskGroup(of: Void.self) { tasks in
            var isStopping = false
            let (drained, continuation) = AsyncStream<Void>.makeStream()
            tasks.addTask {
                for await signal in signals {
                    if signal == .sighup {
                        await reload(parts.state)
                    } else if isStopping {
                        logger.notice("stopped at once by a second signal")
                        exit(1)
                    } else {
                        isStopping = true
                        continuation.yield()
                    }
                }
            }
            if endsWithInput {
                tasks.addTask {
                    for await _ in StandardInput.ending() {}
                    continuation.yield()
                }
            }
            for await _ in drained { break }
            logger.notice("stopping; connections may take \(drain) to end")
            await parts.plane.drain(within: drain)
            tasks.cancelAll()
        }
    }

    private func reload(_ state: DesiredState) async {
        do {
            var next = try Configuration.load(
                path: configurationPath,
                allowProduction: allowProduction
            )
            next.seed = seed ?? next.seed
            if usesFreePorts { next = next.onFreePorts }
            _ = try await state.replace(with: next)
            logger.notice("read \(configurationPath) again")
        } catch let error as AdminFailure {
            logger.error("\(configurationPath) was not taken: \(error.reply.error.message)")
        } catch {
            logger.error("\(configurationPath) was not taken: \(error)")
        }
    }

    private func end(_ parts: Parts) async {
        await parts.plane.drain(within: .zero)
        await parts.state.stop()
        parts.log.finish()
        await parts.services.triggerGracefulShutdown()
    }
}

/// The admin server, and the news of its end.
private struct AdminService: Service {
    let server: AdminServer
    let onEnd: @Sendable () -> Void

    func run() async throws {
        defer { onEnd() }
        try await server.run()
    }
}
