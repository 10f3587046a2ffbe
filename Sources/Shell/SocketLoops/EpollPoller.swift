// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
import CEpoll

/// epoll(7), edge-triggered: a socket is registered once, and never again while it lives.
final class EpollPoller: Poller {
    let needsRearming = false

    private let descriptor: CInt
    private let events: UnsafeMutableBufferPointer<chaos_event>

    static func makeDescriptor() throws(SocketError) -> CInt {
        let descriptor = chaos_epoll_create()
        guard descriptor >= 0 else { throw .last }
        return descriptor
    }

    /// - Parameter descriptor: of ``makeDescriptor()``; closed with the poller.
    init(_ descriptor: CInt) {
        self.descriptor = descriptor
        events = .allocate(capacity: Int(CHAOS_MAXIMUM_EVENTS))
    }

    deinit {
        Descriptor.close(descriptor)
        events.deallocate()
    }

    func watch(_ descriptor: CInt, as token: UInt64) throws(SocketError) {
        guard chaos_epoll_add(self.descriptor, descriptor, token) == 0 else { throw .last }
    }

    func rearm(_ descriptor: CInt, _ readiness: Readiness) {}

    /// Closing does it: no other descriptor stands for the same socket.
    func forget(_ descriptor: CInt) {}

    func wait(atMost nanoseconds: Int64?, _ found: (_ token: UInt64, Readiness) -> Void) {
        // Interrupted by a signal it has found nothing, and the caller comes back.
        let count = chaos_epoll_wait(descriptor, events.baseAddress, nanoseconds ?? -1)
        for position in 0..<max(0, Int(count)) {
            let event = events[position]
            found(event.token, Readiness(rawValue: event.readiness))
        }
    }
}
#endif
