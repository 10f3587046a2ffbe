// SPDX-License-Identifier: Apache-2.0
import FlowEngine
import NIOCore

/// A timer that can be set again and again; setting it for the time it has costs a comparison.
final class Alarm {
    private let loop: any EventLoop
    private let clock: RunClock
    private var scheduled: (at: Moment, task: Scheduled<Void>)?

    init(_ context: LoopContext) {
        loop = context.loop
        clock = context.clock
    }

    /// Rings once at the moment; `nil` cancels.
    func set(for moment: Moment?, then ring: @escaping () -> Void) {
        guard moment != scheduled?.at else { return }
        scheduled?.task.cancel()
        scheduled = moment.map { moment in
            let task = loop.assumeIsolated().scheduleTask(deadline: clock.deadline(moment)) {
                self.scheduled = nil
                ring()
            }
            return (moment, task)
        }
    }

    func cancel() {
        scheduled?.task.cancel()
        scheduled = nil
    }
}
