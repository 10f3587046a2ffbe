// SPDX-License-Identifier: Apache-2.0

/// A moment of civil time, for display only: durations are taken from a clock that never goes back.
package struct WallTime: Hashable, Sendable, CustomStringConvertible {
    /// Leap seconds are not counted, as in Unix time.
    package let nanosecondsSince1970: Int64

    package init(nanosecondsSince1970: Int64) { self.nanosecondsSince1970 = nanosecondsSince1970 }

    /// RFC 3339, in UTC, with nine digits of the second: `2026-03-01T12:00:00.000000001Z`.
    package var description: String {
        let (seconds, nanoseconds) = nanosecondsSince1970.flooredQuotientAndRemainder(
            dividingBy: 1_000_000_000
        )
        let (days, second) = seconds.flooredQuotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.civilDate(days: days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let hour = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
        return "\(date)T\(hour):\(padded(second % 60, 2)).\(padded(nanoseconds, 9))Z"
    }

    /// The Gregorian date so many days after 1 January 1970.
    ///
    /// Counted in years that begin on 1 March, so that a leap day is the last of its year; a cycle
    /// of 400 years has 146,097 days.
    private static func civilDate(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (cycle, dayOfCycle) = (days + 719_468).flooredQuotientAndRemainder(dividingBy: 146_097)
        let leapDays = dayOfCycle / 1_460 - dayOfCycle / 36_524 + dayOfCycle / 146_096
        let yearOfCycle = (dayOfCycle - leapDays) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day)
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
