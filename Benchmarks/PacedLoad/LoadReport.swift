// SPDX-License-Identifier: Apache-2.0

/// What a run found: the line that is printed.
struct LoadReport: Encodable, Sendable {
    /// Requests that were due.
    let requests: Int
    /// Requests answered with the expected status.
    let answered: Int
    /// Answers with another status, and requests whose connection was lost.
    let errors: Int
    /// Requests that no answer came to within the patience.
    let unanswered: Int
    /// Requests that found their connection busy when they were due.
    let queued: Int
    let connections: Int
    /// Requests due in a second.
    let rate: Int
    /// Right answers, from when each request was due.
    let latency: Quantiles
    /// How much later than due the program got to a request.
    let lateness: Quantiles
}

/// Microseconds, each the nearest rank of all values; zeros where there are none.
struct Quantiles: Encodable, Sendable {
    let p50: Double
    let p90: Double
    let p99: Double
    let max: Double

    /// - Parameter nanoseconds: In any order.
    init(nanoseconds: [Int64]) {
        let sorted = nanoseconds.sorted()
        func rank(_ percent: Int) -> Double {
            guard !sorted.isEmpty else { return 0 }
            let place = (sorted.count * percent + 99) / 100
            return (Double(sorted[Swift.max(place, 1) - 1]) / 100).rounded() / 10
        }
        (p50, p90, p99, max) = (rank(50), rank(90), rank(99), rank(100))
    }
}

/// Why nothing could be measured.
enum LoadFailure: Error, CustomStringConvertible {
    case unreachable(server: String, cause: String)
    case warmUp(server: String, warm: Int, of: Int, cause: String)

    var description: String {
        switch self {
        case .unreachable(let server, let cause):
            "cannot connect to \(server): \(cause)"
        case .warmUp(let server, let warm, let wanted, let cause):
            "\(server): \(warm) of \(wanted) connections had their first answer, then \(cause)"
        }
    }
}
