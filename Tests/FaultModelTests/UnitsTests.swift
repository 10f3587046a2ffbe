// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Testing

@Suite struct UnitsTests {
    @Test func `what is out of range is refused`() {
        #expect(throws: ByteCount.Negative.self) { try ByteCount(-1) }
        for rate in [-1, .nan, .infinity] {
            #expect(throws: ByteRate.OutOfRange.self) { try ByteRate(bytesPerSecond: rate) }
        }
        for value in [-0.1, 1.1, .nan] {
            #expect(throws: Probability.OutOfRange.self) { try Probability(value) }
        }
    }

    @Test func `durations too long for 64 bits are held at their bound`() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.seconds(9_223_372_036).nanoseconds == 9_223_372_036_000_000_000)
        #expect(
            Duration(secondsComponent: 9_223_372_036, attosecondsComponent: 999_999_999_999_999_999)
                .nanoseconds == .max
        )
        #expect(Duration.milliseconds(1_500).inSeconds == 1.5)
    }
}

@Suite struct DelayTests {
    @Test func `a uniform delay lies between its bounds`() {
        let distribution = Delay.Distribution.uniform(
            lower: .milliseconds(150),
            upper: .milliseconds(250)
        )
        let delay = Delay(distribution, max: nil, toward: .client, atConnect: false)
        #expect(delay.value(at: 0) == .milliseconds(150))
        #expect(delay.value(at: 0.5) == .milliseconds(200))
        #expect(delay.value(at: 0x1.fffffffffffffp-1) <= .milliseconds(250))
        let bounded = Delay(
            distribution,
            max: .milliseconds(180),
            toward: .client,
            atConnect: false
        )
        #expect(bounded.value(at: 0.9) == .milliseconds(180))
    }
}
