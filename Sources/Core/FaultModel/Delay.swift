// SPDX-License-Identifier: Apache-2.0

/// Holds each unit for a time; order is kept, and a stream keeps its rate.
package struct Delay: Hashable, Sendable {
    package var distribution: Distribution
    /// Upper bound on what is drawn; `nil`: none.
    package var max: Duration?
    package var toward: Toward
    /// Hold the dial of the upstream, not the bytes.
    package var atConnect: Bool
    /// Draw for each chunk of an exchange too, and not once for the whole of it; default false.
    package var perChunk: Bool

    package init(
        _ distribution: Distribution,
        max: Duration?,
        toward: Toward,
        atConnect: Bool,
        perChunk: Bool = false
    ) {
        self.distribution = distribution
        self.max = max
        self.toward = toward
        self.atConnect = atConnect
        self.perChunk = perChunk
    }

    /// How delays are spread; each is drawn by inversion, so one fraction gives one delay.
    package enum Distribution: Hashable, Sendable {
        case fixed(Duration)
        /// Every value from lower to upper is equally likely; `200ms ± 50ms` is 150 ms to 250 ms.
        case uniform(lower: Duration, upper: Duration)
        /// Below zero counts as zero.
        case normal(mean: Duration, deviation: Duration)
        /// Half are below the median, 99 % below `p99`.
        case lognormal(median: Duration, p99: Duration)
        case exponential(mean: Duration)
        /// At least `minimum`; the smaller the shape, the heavier the tail.
        case pareto(minimum: Duration, shape: Double)
    }

    /// No drawn delay is longer: 24 h.
    package static let longest = Duration.seconds(86_400)

    /// The delay that a fraction in `0..<1` stands for.
    package func value(at fraction: Double) -> Duration {
        let drawn = min(Swift.max(quantile(fraction), .zero), Self.longest)
        return max.map { min(drawn, $0) } ?? drawn
    }

    private func quantile(_ fraction: Double) -> Duration {
        switch distribution {
        case .fixed(let duration): return duration
        case .uniform(let lower, let upper): return lower + (upper - lower) * fraction
        case .normal(let mean, let deviation):
            return Self.seconds(mean.inSeconds + deviation.inSeconds * Real.probit(fraction))
        case .lognormal(let median, let p99):
            // The quantile of 99 % lies this many deviations above the median.
            let spread = Real.log(p99.inSeconds / median.inSeconds) / Real.probit(0.99)
            return Self.seconds(median.inSeconds * Real.exp(spread * Real.probit(fraction)))
        case .exponential(let mean):
            return Self.seconds(-mean.inSeconds * Real.log(1 - fraction))
        case .pareto(let minimum, let shape):
            return Self.seconds(minimum.inSeconds * Real.exp(-Real.log(1 - fraction) / shape))
        }
    }

    /// Held within 0 and ``longest`` before it becomes a whole number of nanoseconds.
    private static func seconds(_ seconds: Double) -> Duration {
        guard seconds > 0 else { return .zero }
        guard seconds < longest.inSeconds else { return longest }
        return .nanoseconds(Int64(seconds * 1e9))
    }
}
