// SPDX-License-Identifier: Apache-2.0
import FaultModel

// Rules that wait for bytes of a stream.
extension ConnectionFlow {
    /// Passes on what arrived on a stream, once the rules that wait for bytes have seen it.
    ///
    /// - Returns: how many bytes were taken: all.
    mutating func takeStream(
        _ direction: Direction,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) -> Int {
        if !stream.searches.isEmpty { search(bytes, direction, at: now, emitting: &effects) }
        if mode == .over {
            effects.append(.drop(direction, bytes.count))
        } else {
            admit(direction, bytes.count, at: now, emitting: &effects)
        }
        return bytes.count
    }

    /// Looks through a chunk before it is admitted, so that what is found acts on it already.
    private mutating func search(
        _ bytes: borrowing Span<UInt8>,
        _ direction: Direction,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let place =
            direction == .clientToServer
            ? toServer.arrivedBytes - stream.beganToServer
            : toClient.arrivedBytes - stream.beganToClient
        var found: [ByteSearch] = []
        var kept = 0
        for position in stream.searches.indices {
            var progress = ByteSearch.Progress.goesOn
            if stream.searches[position].direction == direction {
                progress = stream.searches[position].look(at: bytes, from: place)
            }
            if progress == .found { found.append(stream.searches[position]) }
            guard progress == .goesOn else { continue }
            stream.searches.swapAt(kept, position)
            kept += 1
        }
        stream.searches.removeLast(stream.searches.count - kept)
        if !found.isEmpty { begin(found, at: now, emitting: &effects) }
    }

    private mutating func begin(
        _ found: [ByteSearch],
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let head = stream.head
        let decided = rules.decideBytes(
            found,
            request: stream.request,
            in: head.span,
            about: UnitFacts(stream.unit, on: facts),
            in: Circumstances(now: now.nanoseconds),
            tallies: &tallies
        )
        guard !decided.isPass else { return }
        stream.plan.add(decided, since: now, toServer: toServer.passed, toClient: toClient.passed)
        record(decided, perChunk: true, unit: stream.unit, emitting: &effects)
        reshapeStream(at: now, emitting: &effects)
    }
}
