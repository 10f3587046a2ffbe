// SPDX-License-Identifier: Apache-2.0
import EventRecords
import SocketLoops

/// Looks how late an event loop comes to what is due; only while it carries connections.
final class LagSampler {
    /// Nanoseconds between two looks.
    static let interval: Int64 = 10_000_000

    private(set) var lags = Histogram(.lateness)
    private let loop: SocketLoop
    private var due: Int64 = 0
    private lazy var alarm = Alarm(on: loop) { [unowned self] in look() }

    init(_ loop: SocketLoop) { self.loop = loop }

    func start() { if alarm.time == nil { schedule() } }

    func stop() { alarm.cancel() }

    private func look() {
        lags.record(SocketLoop.now - due)
        schedule()
    }

    private func schedule() {
        due = SocketLoop.now + Self.interval
        alarm.set(for: due)
    }
}
