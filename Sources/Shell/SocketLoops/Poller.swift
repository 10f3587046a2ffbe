// SPDX-License-Identifier: Apache-2.0

/// What has become possible with a descriptor since that was last said; as `chaos_readiness`.
struct Readiness: OptionSet, Sendable {
    let rawValue: UInt8

    static let readable = Readiness(rawValue: 1)
    static let writable = Readiness(rawValue: 2)
    /// The peer has ended, or the socket has failed: reading will say which, behind what is unread.
    static let ended = Readiness(rawValue: 4)
    /// The connection is gone: the peer has reset it, or cannot be reached any more.
    static let failed = Readiness(rawValue: 8)
    /// A byte is marked as urgent; reads stop before it (RFC 6093).
    static let urgent = Readiness(rawValue: 16)
}

/// Waits for sockets, and tells changes only: what is ready and stays so is told once.
protocol Poller: AnyObject {
    /// Whether the poller has to be told when a descriptor is no longer ready; see ``rearm(_:_:)``.
    var needsRearming: Bool { get }

    /// Begins to watch a descriptor, which is told of by its token.
    func watch(_ descriptor: CInt, as token: UInt64) throws(SocketError)

    /// A read or a write has found the descriptor not ready.
    func rearm(_ descriptor: CInt, _ readiness: Readiness)

    /// The descriptor is about to be closed.
    func forget(_ descriptor: CInt)

    /// Waits until something is ready.
    ///
    /// - Parameters:
    ///   - nanoseconds: how long at most; `nil`: until something happens.
    ///   - found: called for each that is ready; at most ``PollerBounds/eventsAtOnce`` times.
    func wait(atMost nanoseconds: Int64?, _ found: (_ token: UInt64, Readiness) -> Void)
}

enum PollerBounds {
    /// So many events are handled before the loop looks at its alarms again.
    ///
    /// The same bound as `CHAOS_MAXIMUM_EVENTS`.
    static let eventsAtOnce = 64
}
