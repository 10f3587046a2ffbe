// SPDX-License-Identifier: Apache-2.0
import FaultModel
import WireFormats

// Connections whose protocol their first bytes decide (`protocol: auto`).
extension ConnectionFlow {
    /// A client that is silent for so long waits for the server to speak first, as no client of
    /// HTTP does.
    static let longestSilence = Duration.milliseconds(200)

    /// Decides by what the client has sent, if that is enough.
    ///
    /// - Returns: how many bytes were taken.
    mutating func takeUndecided(
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        switch FirstBytes(bytes) {
        case .unclear: return 0
        case .http:
            decisionDeadline = nil
            mode = .idle
            return take(fromClient: bytes, at: now, emitting: &effects)
        case .other:
            becomeStream(at: now, emitting: &effects)
            return take(fromClient: bytes, at: now, emitting: &effects)
        }
    }

    /// Takes the connection for a stream, also where nothing has come that could tell.
    mutating func becomeStream(at now: Moment, emitting effects: inout [Effect]) {
        decisionDeadline = nil
        mode = .streaming
        beginStream(at: now, emitting: &effects)
        if unreadFromClient > 0 { effects.append(.reread(.clientToServer)) }
    }
}
