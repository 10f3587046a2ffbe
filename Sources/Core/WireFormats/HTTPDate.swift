// SPDX-License-Identifier: Apache-2.0

/// The date of HTTP fields, an IMF-fixdate (RFC 9110, 5.6.7), such as
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
    /// - Parameter wallTime: nanoseconds since 1970; the part of a second is left out.
    package static func text(at wallTime: Int64) -> String {
        let (days, second) = floorDivided(floorDivided(wallTime, 1_000_000_000).quotient, 86_400)
        let date = civil(days)
        let weekday = weekdays[Int(floorDivided(days + 4, 7).remainder)]
        let time = [second / 3_600, second / 60 % 60, second % 60].map { padded($0, 2) }
        return "\(weekday), \(padded(date.day, 2)) \(months[Int(date.month) - 1]) "
            + "\(padded(date.year, 4)) \(time.joined(separator: ":")) GMT"
    }

    /// The date in the Gregorian calendar, by days since 1970.
    ///
    /// Years are counted from March, so that the leap day is the last one.
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // 719,468 days lie between 0000-03-01 and 1970-01-01; 146,097 are 400 years.
        let (era, dayOfEra) = floorDivided(days + 719_468, 146_097)
        let leaps = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leaps) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivided(
        _ value: Int64,
        _ divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
