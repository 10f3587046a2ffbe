// SPDX-License-Identifier: Apache-2.0
import ControlPlane
import DataPlane
import NIOCore

/// What the process does with the descriptors that the system lets it have.
enum Descriptors {
    /// No connection of a client takes these: they are for the admin socket's connections, for the
    /// files of the event log, for resolving names, and for what the system's libraries open.
    static let kept = AdminServer.maximumConnections + 32
    /// An event loop's own: epoll, and what wakes it.
    static let perEventLoop = 3
    /// Open before any event loop is, and the admin socket.
    static let others = 16

    /// Raises the limit, and refuses to begin where it does not suffice: an event loop that gets no
    /// descriptor ends the process without a word for its user.
    ///
    /// - Parameter loops: those that carry connections; the admin socket has one for each core.
    static func prepare(eventLoops loops: Int) throws(Daemon.Failure) {
        DescriptorLimit.raise()
        let needed = (loops + System.coreCount) * perEventLoop + others + kept
        guard DescriptorLimit.current > needed else {
            throw Daemon.Failure(
                message:
                    "the limit of open files is \(DescriptorLimit.current), and \(loops) event "
                    + "loops need more than \(needed); raise it (ulimit -n), or ask for fewer with "
                    + "--event-loops"
            )
        }
    }
}
