// SPDX-License-Identifier: Apache-2.0
import DataPlane
import FaultModel
import Testing

@Suite struct QuotaTests {
    private let second: Int64 = 1_000_000_000

    private func limit(_ quota: UInt64, per interval: Duration = .seconds(1)) -> RateLimit {
        RateLimit(quota: quota, interval: interval, key: .client, headers: .ietf, retryAfter: .none)
    }

    @Test func `a quota is granted exactly, and each grant says another remainder`() async throws {
        let tally = SharedTally()
        let limit = limit(100)
        let taken = try await Threads.each { _ in
            (0..<500).compactMap { _ in tally.takeQuota(limit, for: .rule, at: 5) }
        }.flatMap(\.self)
        let granted = taken.filter(\.isGranted)
        #expect(taken.count == 500 * Threads.count)
        #expect(granted.map(\.remaining).sorted() == Array(0..<100))
        #expect(taken.allSatisfy { $0.resetsIn == 1_000_000_000 })
        #expect(tally.fired == 0, "a quota fires nothing by itself")
    }

    @Test func `a window begins with its key's first request and ends at its time`() {
        let tally = SharedTally()
        let (a, b) = (Keys.values.scope(1), Keys.values.scope(2))
        let limit = limit(1)
        #expect(tally.takeQuota(limit, for: a, at: 0)?.isGranted == true)
        #expect(tally.takeQuota(limit, for: b, at: second / 2)?.isGranted == true)
        let refused = tally.takeQuota(limit, for: a, at: second - 1)
        #expect(refused == Quota(isGranted: false, remaining: 0, resetsIn: 1))
        let again = tally.takeQuota(limit, for: a, at: second)
        #expect(again == Quota(isGranted: true, remaining: 0, resetsIn: second))
        #expect(tally.takeQuota(limit, for: b, at: second)?.isGranted == false)
    }

    @Test func `a full table takes new keys again once windows have ended`() {
        let news = News()
        let tally = SharedTally { news.add($0) }
        let limit = limit(1)
        for key in 0..<SharedTally.maximumKeys {
            #expect(tally.takeQuota(limit, for: Keys.clients.scope(key), at: 0) != nil)
        }
        let beyond = Keys.clients.scope(-1)
        #expect(tally.takeQuota(limit, for: beyond, at: second - 1) == nil)
        #expect(tally.uncounted == 1)
        #expect(news.all == [.keysAreFull])
        for key in 1...SharedTally.maximumKeys {
            #expect(tally.takeQuota(limit, for: Keys.clients.scope(-key), at: second) != nil)
        }
        #expect(tally.takeQuota(limit, for: Keys.clients.scope(1), at: second) == nil)
    }

    @Test func `an interval beyond all time traps nothing`() {
        let tally = SharedTally()
        let endless = limit(1, per: .nanoseconds(Int64.max))
        #expect(tally.takeQuota(endless, for: .rule, at: .max - 1)?.isGranted == true)
        #expect(tally.takeQuota(endless, for: .rule, at: .max - 1)?.isGranted == false)
    }
}

@Suite struct TokenBucketTests {
    private let rate: ByteRate
    private let millisecond: Int64 = 1_000_000

    init() throws { rate = try ByteRate(bytesPerSecond: 1_000_000) }

    @Test func `reservations of many threads follow each other without gap or overlap`()
        async throws
    {
        let bucket = SharedTally().bucket(for: nil)
        let rate = rate
        let times = try await Threads.each { _ in
            (0..<500).map { _ in bucket.reserve(bytes: 1_000, rate: rate, burst: .zero, at: 0) }
        }.flatMap(\.self).sorted()
        #expect(times == (0..<500 * Threads.count).map { Int64($0) * millisecond })
    }

    @Test func `idle time lends the burst and no more`() throws {
        let bucket = TokenBucket()
        let burst = try ByteCount(2_000)
        func reserve(at now: Int64) -> Int64 {
            bucket.reserve(bytes: 1_000, rate: rate, burst: burst, at: now) - now
        }
        let start = 50 * millisecond
        #expect((0..<5).map { _ in reserve(at: start) / millisecond } == [0, 0, 0, 1, 2])
        let later = start + 1_000 * millisecond
        #expect((0..<4).map { _ in reserve(at: later) / millisecond } == [0, 0, 0, 1])
    }

    @Test func `a stalled rate never lets go, and spends nothing`() throws {
        let bucket = TokenBucket()
        let stalled = try ByteRate(bytesPerSecond: 0)
        #expect(bucket.reserve(bytes: 1, rate: stalled, burst: .zero, at: 7) == .max)
        #expect(bucket.reserve(bytes: 1, rate: rate, burst: .zero, at: 7) == 7)
    }

    @Test func `no count and no rate traps`() throws {
        let bucket = TokenBucket()
        let slow = try ByteRate(bytesPerSecond: .leastNonzeroMagnitude)
        for now in [0, 1, Int64.max] {
            _ = bucket.reserve(bytes: .max, rate: slow, burst: try ByteCount(.max), at: now)
            _ = bucket.reserve(bytes: -1, rate: rate, burst: .zero, at: now)
        }
        #expect(bucket.reserve(bytes: 1, rate: rate, burst: .zero, at: 0) == .max)
    }

    @Test func `a rule has one bucket for each proxy and one for all, until it is removed`() {
        let tally = SharedTally()
        #expect(tally.bucket(for: "a") === tally.bucket(for: "a"))
        #expect(tally.bucket(for: "a") !== tally.bucket(for: "b"))
        #expect(tally.bucket(for: nil) === tally.bucket(for: nil))
        #expect(tally.bucket(for: nil) !== tally.bucket(for: "a"))
        #expect(tally.bucket(for: nil) === tally.withFreshBudget().bucket(for: nil))
        #expect(tally.bucket(for: nil) !== SharedTally().bucket(for: nil))
    }
}
