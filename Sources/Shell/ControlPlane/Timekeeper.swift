// SPDX-License-Identifier: Apache-2.0
package import EventJournal

/// Tells the time of the run, in nanoseconds since it began, and waits for a time of it.
package protocol Timekeeper: Sendable {
    var now: Int64 { get }

    /// Returns at the time, or earlier when the task is cancelled.
    func wait(until time: Int64) async
}

/// The time of the run as its event log tells it.
package struct RunTimekeeper: Timekeeper {
    private let log: EventLog

    package init(_ log: EventLog) { self.log = log }

    package var now: Int64 { log.elapsed }

    package func wait(until time: Int64) async {
        try? await Task.sleep(for: .nanoseconds(max(0, time - now)))
    }
}
