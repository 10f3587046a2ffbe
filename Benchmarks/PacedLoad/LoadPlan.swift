// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOCore

/// What is asked of a run, checked: no value of it can be wrong any more.
struct LoadPlan: Sendable {
    /// Every latency is kept, 8 bytes each, and so many at most.
    static let mostRequests = 10_000_000
    /// Connections that are being opened at the same time, fewer than any listener's backlog.
    static let openingAtOnce = 64

    let server: SocketAddress
    /// What the `Host` field says.
    let authority: String
    let path: String
    let connections: Int
    /// Requests a second.
    let rate: Int
    /// All requests of the run.
    let total: Int
    /// The status of a right answer.
    let expected: Int
    /// Seconds between the warm connections and the first request.
    let settle: Double
    /// Seconds for the connections to warm up, and again for the last answers.
    let patience: Double

    /// When a request is due, after the first one.
    func due(_ request: Int) -> TimeAmount {
        // Within Int64: at most ten million requests, a second apart.
        .nanoseconds(Int64(request) * 1_000_000_000 / Int64(rate))
    }

    /// Requests take turns, so that each connection has every `connections`-th.
    func connection(of request: Int) -> Int { request % connections }

    static func address(parsing text: String) throws -> SocketAddress {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0,
            let address = try? SocketAddress(ipAddress: String(parts[0]), port: Int(port))
        else {
            throw ValidationError(
                "'\(text)' is no server; write an address and a port: 127.0.0.1:80."
            )
        }
        return address
    }
}

extension TimeAmount {
    /// For values that were checked to be small.
    init(seconds: Double) { self = .nanoseconds(Int64(seconds * 1_000_000_000)) }
}
