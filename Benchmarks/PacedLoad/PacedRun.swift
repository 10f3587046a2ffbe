// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One run, on one event loop: opens connections, warms each up, then asks by the clock.
final class PacedRun {
    private let plan: LoadPlan
    private let loop: any EventLoop
    private let result: EventLoopPromise<LoadReport>
    private var connections: [PacedConnection] = []
    private var opened = 0
    private var warm = 0
    /// Of the first request; `nil` while connections warm up.
    private var start: NIODeadline?
    private var next = 0
    private var isOver = false

    private var latencies: [Int64] = []
    private var lateness: [Int64] = []
    private var errors = 0
    private var queued = 0

    private init(_ plan: LoadPlan, on loop: any EventLoop, result: EventLoopPromise<LoadReport>) {
        self.plan = plan
        self.loop = loop
        self.result = result
        latencies.reserveCapacity(plan.total)
        lateness.reserveCapacity(plan.total)
    }

    /// - Throws: `LoadFailure` when connections could not be opened and warmed up.
    static func measure(_ plan: LoadPlan, on loop: any EventLoop) async throws -> LoadReport {
        let result = loop.makePromise(of: LoadReport.self)
        loop.execute { PacedRun(plan, on: loop, result: result).begin() }
        return try await result.futureResult.get()
    }
}

// MARK: Opening

extension PacedRun {
    private func begin() {
        loop.assumeIsolated().scheduleTask(in: TimeAmount(seconds: plan.patience)) { [self] in
            guard start == nil else { return }
            failWarmUp(because: "\(plan.patience) seconds were over")
        }
        for _ in 0..<min(plan.connections, LoadPlan.openingAtOnce) { openNext() }
    }

    private func openNext() {
        guard opened < plan.connections, !isOver else { return }
        opened += 1
        let connection = PacedConnection(requestHead) { [self] due, outcome in
            conclude(due, outcome)
        }
        let handler = NIOLoopBound(connection, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(TimeAmount(seconds: plan.patience))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(handler.value)
                }
            }
            .connect(to: plan.server)
            .assumeIsolated()
            .whenComplete { [self] outcome in
                switch outcome {
                case .success(let channel):
                    connection.opened(channel)
                    connections.append(connection)
                    connection.ask(due: .now())
                case .failure(let error):
                    fail(.unreachable(server: plan.authority, cause: "\(error)"))
                }
            }
    }

    private var requestHead: HTTPRequestHead {
        HTTPRequestHead(
            version: .http1_1,
            method: .GET,
            uri: plan.path,
            headers: ["Host": plan.authority]
        )
    }

    /// The first answer of a connection: the next one is opened, or the clock started.
    private func warmed(_ outcome: PacedConnection.Outcome) {
        switch outcome {
        case .answered(let status) where status == plan.expected: warm += 1
        case .answered(let status):
            return failWarmUp(because: "one was answered \(status), not \(plan.expected)")
        case .lost: return failWarmUp(because: "one was closed without an answer")
        }
        guard warm == plan.connections else { return openNext() }
        FileHandle.standardError.write(Data("warm\n".utf8))
        let first = NIODeadline.now() + TimeAmount(seconds: plan.settle)
        start = first
        loop.assumeIsolated().scheduleTask(deadline: first) { [self] in pace(from: first) }
    }
}

// MARK: Asking

extension PacedRun {
    /// Asks for all that is due by now, and comes back for the next.
    private func pace(from start: NIODeadline) {
        while next < plan.total {
            let due = start + plan.due(next)
            let now = NIODeadline.now()
            guard due <= now else {
                loop.assumeIsolated().scheduleTask(deadline: due) { [self] in pace(from: start) }
                return
            }
            lateness.append((now - due).nanoseconds)
            let connection = connections[plan.connection(of: next)]
            if connection.isBusy { queued += 1 }
            next += 1
            connection.ask(due: due)
        }
        loop.assumeIsolated().scheduleTask(in: TimeAmount(seconds: plan.patience)) { [self] in
            finish()
        }
    }

    private func conclude(_ due: NIODeadline, _ outcome: PacedConnection.Outcome) {
        guard !isOver else { return }
        guard let start else { return warmed(outcome) }
        guard due >= start else { return }
        if case .answered(let status) = outcome, status == plan.expected {
            latencies.append((NIODeadline.now() - due).nanoseconds)
        } else {
            errors += 1
        }
        if latencies.count + errors == plan.total { finish() }
    }
}

// MARK: Ending

extension PacedRun {
    private func finish() {
        guard !isOver else { return }
        end()
        result.succeed(
            LoadReport(
                requests: plan.total,
                answered: latencies.count,
                errors: errors,
                unanswered: plan.total - latencies.count - errors,
                queued: queued,
                connections: plan.connections,
                rate: plan.rate,
                latency: Quantiles(nanoseconds: latencies),
                lateness: Quantiles(nanoseconds: lateness)
            )
        )
    }

    private func failWarmUp(because cause: String) {
        fail(.warmUp(server: plan.authority, warm: warm, of: plan.connections, cause: cause))
    }

    private func fail(_ failure: LoadFailure) {
        guard !isOver else { return }
        end()
        result.fail(failure)
    }

    private func end() {
        isOver = true
        for connection in connections { connection.close() }
    }
}
