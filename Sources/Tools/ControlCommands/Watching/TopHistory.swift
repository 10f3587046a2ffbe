// SPDX-License-Identifier: Apache-2.0
import AdminContract

/// What the proxy said at one moment.
struct TopSample: Sendable {
    var status: StatusReply
    var rules: [RuleReply]
    var metrics: MetricsReader
}

/// The last moments, from which rates and latencies follow.
struct TopHistory: Sendable {
    /// Moments that are kept: latencies are of about the last ten.
    static let length = 11
    /// Faults that are kept for the last lines.
    static let maximumFaults = 100

    private var samples: [TopSample] = []
    private(set) var faults: [EventLine] = []

    var last: TopSample? { samples.last }

    /// Whether there is a moment before the last one to compare it with.
    var hasRates: Bool { samples.count > 1 }

    mutating func add(_ sample: TopSample, faults new: [EventLine]) {
        // A run that began anew has nothing to do with the one before.
        if let last, last.status.started != sample.status.started { self = TopHistory() }
        samples = samples.suffix(Self.length - 1) + [sample]
        faults = (faults + new).suffix(Self.maximumFaults)
    }

    /// How much a counter grew in a second, between the last two moments.
    func rate(_ name: String, _ labels: [String: String]) -> Double? {
        guard hasRates, let last, let seconds = seconds(from: samples[samples.count - 2]) else {
            return nil
        }
        let before = samples[samples.count - 2].metrics.sum(name, labels)
        return max(0, last.metrics.sum(name, labels) - before) / seconds
    }

    /// Of the exchanges of the kept moments, how many of a thousand were failures: 5xx, or none.
    func failureShare(of proxy: String) -> Double? {
        let all = growth("chaosproxy_exchanges_total", ["proxy": proxy])
        guard all > 0 else { return nil }
        let failed = ["5xx", "none"].reduce(0.0) { sum, name in
            sum + growth("chaosproxy_exchanges_total", ["proxy": proxy, "status_class": name])
        }
        return failed / all
    }

    /// The time, in nanoseconds, within which this share of the last exchanges ended.
    ///
    /// Estimated as Prometheus does: evenly spread inside a bucket; of the last, its beginning.
    func latency(_ share: Double, of proxy: String) -> Int64? {
        var buckets: [(bound: Double, count: Double)] = []
        for sample in last?.metrics["chaosproxy_exchange_seconds_bucket"] ?? []
        where sample.labels["proxy"] == proxy {
            guard let le = sample.labels["le"], let bound = Double(le) else { continue }
            let name = "chaosproxy_exchange_seconds_bucket"
            buckets.append((bound, growth(name, ["proxy": proxy, "le": le])))
        }
        buckets.sort { $0.bound < $1.bound }
        guard let total = buckets.last?.count, total > 0 else { return nil }
        let rank = share * total
        var (lower, below) = (0.0, 0.0)
        for (bound, count) in buckets {
            if count >= rank, count > below {
                guard bound.isFinite else { break }
                lower += (bound - lower) * (rank - below) / (count - below)
                break
            }
            if bound.isFinite { lower = bound }
            below = count
        }
        return Int64(lower * 1e9)
    }

    private func growth(_ name: String, _ labels: [String: String]) -> Double {
        guard let first = samples.first, let last, hasRates else { return 0 }
        return max(0, last.metrics.sum(name, labels) - first.metrics.sum(name, labels))
    }

    private func seconds(from sample: TopSample) -> Double? {
        guard let last, last.status.uptime > sample.status.uptime else { return nil }
        return Double(last.status.uptime - sample.status.uptime) / 1e9
    }
}
