// SPDX-License-Identifier: Apache-2.0
import EventJournal
import FlowEngine
import SocketLoops

/// The time of the run, as the event log counts it, from the loops' monotonic clock.
struct RunClock: Sendable {
    private let origin: Int64

    init(_ log: EventLog) { origin = SocketLoop.now - log.elapsed }

    var now: Moment { Moment(nanoseconds: SocketLoop.now - origin) }

    /// The loops' name for a moment.
    func time(of moment: Moment) -> Int64 {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(origin)
        return overflow ? .max : sum
    }
}
