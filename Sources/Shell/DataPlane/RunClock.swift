// SPDX-License-Identifier: Apache-2.0
import EventJournal
import FaultModel
import FlowEngine
import NIOCore

/// The time of the run, as the event log counts it, from the event loops' monotonic clock.
struct RunClock: Sendable {
    private let origin: Int64

    init(_ log: EventLog) {
        origin = Int64(NIODeadline.now().uptimeNanoseconds) - log.elapsed
    }

    var now: Moment {
        Moment(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds) - origin)
    }

    /// The event loop's name for a moment.
    func deadline(_ moment: Moment) -> NIODeadline {
        let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(origin)
        return .uptimeNanoseconds(UInt64(max(0, overflow ? .max : sum)))
    }
}

extension TimeAmount {
    init(_ duration: Duration) { self = .nanoseconds(duration.nanoseconds) }
}
