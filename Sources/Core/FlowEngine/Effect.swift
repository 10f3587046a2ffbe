// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel

/// What the shell must do, in order.
///
/// The shell keeps two rows of bytes for each direction: what has arrived and is *unread*, and
/// behind its lane's gate what is *held*. Effects name bytes only by their number.
package enum Effect: Equatable, Sendable {
    /// Move the first unread bytes to the end of what is held.
    case admit(Direction, Int)
    /// Forget the first unread bytes.
    case drop(Direction, Int)
    /// Write the first held bytes to the direction's destination.
    case forward(Direction, Int)
    /// Change one held byte, so far behind the first, which is about to leave.
    case alter(Direction, Int, Alteration)
    /// Put these bytes at the end of what is held.
    case insert(Direction, [UInt8])
    /// Put a copy of the first unread bytes at the end of what is held; they stay unread.
    case copy(Direction, Int)
    /// Forget everything that is held and cleared to leave in this direction.
    case discardHeld(Direction)
    /// Connect to the upstream.
    case dial
    /// Close the connection to the server; the client's goes on.
    case disconnect
    /// Show the unread bytes of this direction again: there is use for them now.
    case reread(Direction)
    /// Nothing more will be written toward this end: half-close it once all is sent.
    case finish(End)
    /// Both connections are over.
    case end(Close.How)
    /// Write this into the event log.
    case record(EventRecord.Body)
}
