// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import TestSupport
import Testing

@testable import WireFormats

@Suite struct RateLimitFieldsTests {
    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ] as [(Int64, String)]
    )
    func `a date is that of RFC 9110`(seconds: Int64, text: String) {
        #expect(HTTPDate.text(at: seconds * 1_000_000_000 + 999_999_999) == text)
    }

    @Test(arguments: SeededNumbers.seeds(50))
    func `any date is the one that Foundation writes`(seed: UInt64) {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<40 {
            let second = Int64(numbers.below(18_000_000_000)) - 9_000_000_000
            let date = Date(timeIntervalSince1970: Double(second))
            #expect(HTTPDate.text(at: second * 1_000_000_000) == formatter.string(from: date))
        }
        for extreme in [Int64.min, .max] { #expect(HTTPDate.text(at: extreme).utf8.count == 29) }
    }

    @Test func `the fields tell policy and rest, and a refusal when to come again`() {
        #expect(
            lines(.ietf, .seconds, granted: true)
                == ["RateLimit-Policy: \"a\\\"b\";q=100;w=60", "RateLimit: \"a\\\"b\";r=50;t=31"]
        )
        #expect(
            lines(.x, .date, granted: false)
                == [
                    "X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 50", "X-RateLimit-Reset: 31",
                    "Retry-After: Thu, 01 Jan 1970 00:00:31 GMT",
                ]
        )
        #expect(lines(.none, .seconds, granted: false) == ["Retry-After: 31"])
        #expect(lines(.none, .none, granted: false) == [])
        #expect(lines(.x, .seconds, granted: true).count == 3)
    }

    @Test func `values beyond what fields can say are held back`() {
        let limit = RateLimit(
            quota: .max,
            interval: .nanoseconds(1),
            key: .rule,
            headers: .ietf,
            retryAfter: .date
        )
        let quota = Quota(isGranted: false, remaining: .max, resetsIn: .max)
        let fields = RateLimitFields.fields(
            rule: "é\n",
            limit: limit,
            quota: quota,
            wallTime: .max
        )
        #expect(fields[0].value == "\"__\";q=999999999999999;w=1")
        #expect(fields[1].value == "\"__\";r=999999999999999;t=9223372037")
        #expect(fields[2].value == HTTPDate.text(at: .max))
        let past = Quota(isGranted: false, remaining: 0, resetsIn: -5)
        let late = RateLimitFields.fields(rule: "a", limit: limit, quota: past, wallTime: 0)
        #expect(late[1].value == "\"a\";r=0;t=0")
    }

    private func lines(
        _ style: RateLimit.HeaderStyle,
        _ retryAfter: RateLimit.RetryAfter,
        granted: Bool
    ) -> [String] {
        let limit = RateLimit(
            quota: 100,
            interval: .seconds(60),
            key: .client,
            headers: style,
            retryAfter: retryAfter
        )
        let quota = Quota(isGranted: granted, remaining: 50, resetsIn: 30_000_000_001)
        return RateLimitFields.fields(rule: "a\"b", limit: limit, quota: quota, wallTime: 0)
            .map { "\($0.name): \($0.value)" }
    }
}
