// SPDX-License-Identifier: Apache-2.0
import EventRecords
import NIOCore

/// Looks how late an event loop comes to what is due; only while it carries connections.
final class LagSampler {
    /// Between two looks.
    static let interval = TimeAmount.milliseconds(10)

    private(set) var lags = Histogram(.lateness)
    private let loop: any EventLoop
    private var next: Scheduled<Void>?

    init(_ loop: any EventLoop) { self.loop = loop }

    func start() { if next == nil { schedule() } }

    func stop() {
        next?.cancel()
        next = nil
    }

    private func schedule() {
        let due = NIODeadline.now() + Self.interval
        next = loop.assumeIsolated().scheduleTask(deadline: due) { [self] in
            lags.record((NIODeadline.now() - due).nanoseconds)
            schedule()
        }
    }
}
