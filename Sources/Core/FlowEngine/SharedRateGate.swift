// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Takes its turn at a token bucket that connections share, one small piece after the other.
struct SharedRateGate: Equatable, Sendable {
    let fault: CountedFault
    private let rate: ByteRate
    private let burst: ByteCount
    /// The piece that was reserved: what is left of it, and when it may leave.
    private var piece = 0
    private var pieceAt = Moment(nanoseconds: .min)

    init(_ fault: CountedFault, _ bandwidth: Bandwidth) {
        self.fault = fault
        rate = bandwidth.rate
        burst = bandwidth.burst
    }

    mutating func permits(_ count: Int, at now: Moment, orAt again: inout Moment?) -> Int {
        guard !rate.isStalled, let bucket = fault.firing.bucket else { return 0 }
        if piece == 0 {
            piece = min(count, Lane.pace(of: rate))
            pieceAt = Moment(
                nanoseconds: bucket.reserve(
                    bytes: piece,
                    rate: rate,
                    burst: burst,
                    at: now.nanoseconds
                )
            )
        }
        guard pieceAt <= now else {
            again = pieceAt
            return 0
        }
        return min(count, piece)
    }

    mutating func left(_ count: Int) { piece -= min(count, piece) }
}
