// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// A point in the run, in nanoseconds since it began, on a clock that never goes back.
///
/// Sixty-four bits and not a `Duration`, because lanes compare and add these for every chunk.
package struct Moment: Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static let start = Moment(nanoseconds: 0)

    package static func < (left: Moment, right: Moment) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The sum, held at the far end of time where it would not fit.
    package static func + (moment: Moment, duration: Duration) -> Moment {
        moment.advanced(by: duration.nanoseconds)
    }

    package func advanced(by nanoseconds: Int64) -> Moment {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return Moment(nanoseconds: overflow ? (nanoseconds < 0 ? .min : .max) : sum)
    }
}
