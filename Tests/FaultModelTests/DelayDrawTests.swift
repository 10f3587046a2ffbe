// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import FaultModel

/// What delays are drawn with, beside the system's own functions.
@Suite struct DelayDrawTests {
    @Test func `the logarithm is the system's to fourteen digits`() {
        for exponent in stride(from: -300.0, through: 300, by: 0.37) {
            let x = pow(10, exponent)
            #expect(abs(Real.log(x) - Foundation.log(x)) <= 1e-14 * abs(Foundation.log(x)) + 1e-15)
        }
        #expect(Real.log(1) == 0)
        #expect(Real.log(0) < -700 && Real.log(-1) < -700 && Real.log(.infinity) > 700)
    }

    @Test func `the exponential function is the system's to thirteen digits`() {
        for x in stride(from: -700.0, through: 700, by: 0.83) {
            #expect(abs(Real.exp(x) / Foundation.exp(x) - 1) < 1e-13, "e to the power of \(x)")
        }
        #expect(Real.exp(0) == 1 && Real.exp(-1_000) == 0)
        #expect(Real.exp(1_000) == .greatestFiniteMagnitude)
    }

    @Test func `the quantile of the normal distribution undoes its cumulative function`() {
        for p in stride(from: 0.0005, to: 1, by: 0.0005) {
            let back = Foundation.erfc(-Real.probit(p) / 2.0.squareRoot()) / 2
            #expect(abs(back - p) < 4e-10, "of \(p)")
        }
        #expect(Real.probit(0.5) == 0)
        #expect(abs(Real.probit(0.99) - 2.326_347_874) < 1e-8)
        #expect(Real.probit(0).isFinite && Real.probit(1).isFinite)
    }

    @Test func `each distribution has the quantiles that its parameters name`() {
        func seconds(_ spread: Delay.Distribution, _ fraction: Double) -> Double {
            delay(spread).value(at: fraction).inSeconds
        }
        let uniform = Delay.Distribution.uniform(lower: .seconds(1), upper: .seconds(3))
        #expect(seconds(uniform, 0) == 1 && seconds(uniform, 0.5) == 2)
        let normal = Delay.Distribution.normal(mean: .seconds(5), deviation: .seconds(1))
        #expect(abs(seconds(normal, 0.5) - 5) < 1e-8)
        #expect(abs(seconds(normal, 0.841_344_746) - 6) < 1e-7)
        let lognormal = Delay.Distribution.lognormal(median: .seconds(1), p99: .seconds(10))
        #expect(
            abs(seconds(lognormal, 0.5) - 1) < 1e-8 && abs(seconds(lognormal, 0.99) - 10) < 1e-7
        )
        let exponential = Delay.Distribution.exponential(mean: .seconds(2))
        #expect(seconds(exponential, 0) == 0)
        #expect(abs(seconds(exponential, 0.5) - 2 * Foundation.log(2)) < 1e-8)
        let pareto = Delay.Distribution.pareto(minimum: .seconds(1), shape: 2)
        #expect(seconds(pareto, 0) == 1 && abs(seconds(pareto, 0.75) - 2) < 1e-8)
    }

    @Test(arguments: [
        (Delay.Distribution.uniform(lower: .seconds(1), upper: .seconds(3)), 2.0),
        (.normal(mean: .seconds(10), deviation: .seconds(1)), 10),
        (.exponential(mean: .seconds(2)), 2),
        (.lognormal(median: .seconds(1), p99: .seconds(3)), 1.118),
        (.pareto(minimum: .seconds(1), shape: 3), 1.5),
    ])
    func `the mean of evenly spread draws is the distribution's`(
        spread: Delay.Distribution,
        mean: Double
    ) {
        let count = 100_000
        let sum = (0..<count).reduce(0.0) { sum, position in
            let fraction = (Double(position) + 0.5) / Double(count)
            return sum + delay(spread).value(at: fraction).inSeconds
        }
        #expect(abs(sum / Double(count) / mean - 1) < 0.005)
    }

    @Test func `no draw is below nothing, above its maximum or longer than a day`() {
        let spreads: [Delay.Distribution] = [
            .normal(mean: .zero, deviation: .seconds(1_000_000)),
            .exponential(mean: .seconds(1_000_000)), .pareto(minimum: .seconds(1), shape: 0.01),
            .lognormal(median: .milliseconds(1), p99: .seconds(1_000_000)),
            .fixed(.seconds(Int64.max)),
        ]
        for spread in spreads {
            for fraction in [0, 1e-9, 0.5, 0.999_999, 1 - 0x1p-53] {
                let drawn = delay(spread).value(at: fraction)
                #expect(drawn >= .zero && drawn <= Delay.longest)
                #expect(delay(spread, max: .seconds(3)).value(at: fraction) <= .seconds(3))
            }
        }
    }

    private func delay(_ spread: Delay.Distribution, max: Duration? = nil) -> Delay {
        Delay(spread, max: max, toward: .client, atConnect: false)
    }
}
