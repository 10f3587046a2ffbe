// SPDX-License-Identifier: Apache-2.0
import TestSupport
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import Foundation
import RuleFiles
import Synchronization
import Testing

@testable import ControlPlane

/// A data plane that only remembers what it was told.
final class FakeTraffic: TrafficControl {
    private let state = Mutex(
        (
            snapshots: [Snapshot](), failure: TrafficFailure?.none, figures: TrafficFigures(),
            isHeld: false
        )
    )

    var snapshots: [Snapshot] { state.withLock { $0.snapshots } }
    var last: Snapshot? { snapshots.last }

    func refuse(with failure: TrafficFailure?) { state.withLock { $0.failure = failure } }

    func apply(_ snapshot: Snapshot) async throws(TrafficFailure) {
        repeat { await Task.yield() } while state.withLock { $0.isHeld }
        let failure = state.withLock { state in
            if state.failure == nil { state.snapshots.append(snapshot) }
            return state.failure
        }
        if let failure { throw failure }
    }

    /// Lets no change come into force meanwhile.
    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    func proxies() async -> [ProxyView] {
        (last?.proxies ?? []).map {
            ProxyView(
                name: $0.name,
                address: "127.0.0.1:4321",
                liveConnections: 1,
                totalConnections: 2,
                bytesToServer: 3,
                bytesToClient: 4
            )
        }
    }

    func figures() async -> TrafficFigures { state.withLock { $0.figures } }

    func tell(_ figures: TrafficFigures) { state.withLock { $0.figures = figures } }

    func connections() async -> [ConnectionView] {
        [
            ConnectionView(
                connection: ConnectionName(id: 1, proxy: "prism", ordinal: 1),
                client: "127.0.0.1:9",
                upstream: nil,
                opened: 0,
                bytesToServer: 0,
                bytesToClient: 0,
                exchanges: 0,
                bufferedBytes: 0,
                rules: []
            )
        ]
    }

    func close(connection id: UInt64, how: Close.How) async -> Bool { id == 1 }
}

/// Time that passes only when a test says so.
final class ManualTime: Timekeeper {
    private struct State {
        var now: Int64 = 0
        var sleepers: [UInt64: (until: Int64, continuation: CheckedContinuation<Void, Never>)] = [:]
        var nextSleeper: UInt64 = 0
    }

    private let state = Mutex(State())

    var now: Int64 { state.withLock { $0.now } }

    /// How many wait for a time that has not come.
    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func wait(until time: Int64) async {
        let id = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.withLock { state in
                    if state.now >= time || Task.isCancelled { return true }
                    state.sleepers[id] = (time, continuation)
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    func advance(to time: Int64) {
        let due = state.withLock { state in
            state.now = time
            let due = state.sleepers.filter { $0.value.until <= time }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}

/// Numbers that are never the same.
final class FakeNumbers: Sendable {
    private let last = Mutex(UInt64(0))

    func next() -> UInt64 {
        last.withLock { last in
            last += 1
            return last
        }
    }
}

/// A control plane over a fake data plane, asked in process.
struct Bench {
    let traffic = FakeTraffic()
    let time = ManualTime()
    let numbers = FakeNumbers()
    let log: EventLog
    let state: DesiredState
    let routes: AdminRoutes

    static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http }
        rules:
          - { id: a/b.c, then: [hang], limit: { times: 3 } }
          - { id: late, then: [hang], limit: { after: 5s, for: 10s } }
        """

    /// - Parameter capacity: Of the event log, in records.
    init(
        _ document: String = Bench.document,
        capacity: Int = 8,
        makeTally: @escaping DesiredState.MakeTally = { LocalTally(tell: $0) }
    ) async throws {
        log = EventLog(wallOrigin: 0, capacity: capacity)
        state = DesiredState(
            try Configuration.parse(text: document, file: "test.yaml"),
            seed: 7,
            allowProduction: false,
            traffic: traffic,
            log: log,
            clock: time,
            drawNumber: { [numbers] in numbers.next() },
            makeTally: makeTally
        )
        routes = AdminRoutes(
            state: state,
            log: log,
            info: RunInfo(version: "1", pid: 1),
            followers: FollowerGate()
        )
        try await state.start()
    }

    func ask(
        _ method: String,
        _ target: String,
        _ body: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> (status: Int, value: DocumentValue, headers: [String: String]) {
        var all = headers
        if body != nil, all["content-type"] == nil { all["content-type"] = "application/json" }
        let answer: AdminAnswer
        do {
            answer = await routes.answer(
                try AdminRequest(
                    method: method,
                    target: target,
                    headers: all,
                    body: Array((body ?? "").utf8)
                )
            )
        } catch {
            answer = AdminRoutes.answer(error)
        }
        var value = DocumentValue.null
        if case .bytes(let bytes) = answer.body, !bytes.isEmpty {
            value = try DocumentValue(json: bytes)
        }
        return (
            answer.status, value,
            Dictionary(answer.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        )
    }

    func serial(of id: String) -> UInt64? {
        traffic.last?.rules.first { $0.rule.id == id }?.serial
    }

    /// Suspends until the data plane was given so many snapshots.
    func waitForSnapshots(_ count: Int) async {
        while traffic.snapshots.count < count { await Task.yield() }
    }
}
