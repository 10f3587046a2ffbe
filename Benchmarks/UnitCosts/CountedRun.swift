// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where a counted run begins and ends.
///
/// The counter of instructions is told to write down what it has at each call, by this name: see
/// `Benchmarks/bench`. Counting the calls gives the function something to do, so that it is called.
@c(unit_costs_boundary)
@inline(never)
func boundary() {
    boundaries.wrappingAdd(1, ordering: .relaxed)
}

private let boundaries = Atomic<Int>(0)

/// Where all the work ends up.
private let results = Atomic<Int>(0)

extension Benchmark {
    /// What is told of it, in columns.
    var line: String { "\(name)\t\(unit)\t\(units)\t\(isTimed ? "timed" : "exact")" }

    /// Does the units once to warm up, and once between two boundaries.
    func count() throws {
        let work = try prepare()
        keep(try work(units))
        print(line)
        boundary()
        let result = try work(units)
        boundary()
        keep(result)
    }

    /// How long one unit takes, in nanoseconds: the median of several runs.
    ///
    /// - Parameter runs: At least 1.
    func time(runs: Int) throws -> Double {
        let work = try prepare()
        keep(try work(units))
        let clock = ContinuousClock()
        var times: [Double] = []
        for _ in 0..<runs {
            let start = clock.now
            keep(try work(units))
            times.append((clock.now - start) / .nanoseconds(1) / Double(units))
        }
        times.sort()
        return times[times.count / 2]
    }

    private func keep(_ result: Int) { results.wrappingAdd(result, ordering: .relaxed) }
}
