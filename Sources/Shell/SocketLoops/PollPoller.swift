// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// poll(2), for systems without epoll(7): a wait costs as much as there are descriptors.
///
/// Tells changes only, as epoll's edges do: a direction that was found ready is not asked about
/// again before a read or a write has found that it no longer is.
final class PollPoller: Poller {
    let needsRearming = true

    private var asked: [pollfd] = []
    private var tokens: [UInt64] = []
    private var places: [CInt: Int] = [:]
    /// Where the next round of events begins, so that the first descriptors do not starve the last.
    private var start = 0

    func watch(_ descriptor: CInt, as token: UInt64) throws(SocketError) {
        places[descriptor] = asked.count
        asked.append(
            pollfd(fd: descriptor, events: Int16(POLLIN | POLLPRI | POLLOUT), revents: 0)
        )
        tokens.append(token)
    }

    func rearm(_ descriptor: CInt, _ readiness: Readiness) {
        guard let place = places[descriptor] else { return }
        if readiness.contains(.readable) { asked[place].events |= Int16(POLLIN | POLLPRI) }
        if readiness.contains(.writable) { asked[place].events |= Int16(POLLOUT) }
    }

    func forget(_ descriptor: CInt) {
        guard let place = places.removeValue(forKey: descriptor) else { return }
        let last = asked.count - 1
        if place != last {
            asked[place] = asked[last]
            tokens[place] = tokens[last]
            places[asked[place].fd] = place
        }
        asked.removeLast()
        tokens.removeLast()
    }

    func wait(atMost nanoseconds: Int64?, _ found: (_ token: UInt64, Readiness) -> Void) {
        // Where nothing is asked of a descriptor its errors are still told, again and again.
        var quiet: [Int: CInt] = [:]
        for place in asked.indices where asked[place].events == 0 {
            quiet[place] = asked[place].fd
            asked[place].fd = -1
        }
        let milliseconds = nanoseconds.map { min(($0 + 999_999) / 1_000_000, Int64(CInt.max)) }
        let count = poll(&asked, nfds_t(asked.count), CInt(milliseconds ?? -1))
        for (place, descriptor) in quiet { asked[place].fd = descriptor }
        guard count > 0 else { return }
        for (token, readiness) in events() { found(token, readiness) }
    }

    /// What has been found, a bounded part of it; the rest is found again.
    private func events() -> [(token: UInt64, Readiness)] {
        var events: [(UInt64, Readiness)] = []
        for step in asked.indices where events.count < PollerBounds.eventsAtOnce {
            let place = (start + step) % asked.count
            let told = CInt(asked[place].revents)
            asked[place].revents = 0
            guard told != 0 else { continue }
            var readiness: Readiness = []
            if told & CInt(POLLIN) != 0 { readiness.insert(.readable) }
            if told & CInt(POLLOUT) != 0 { readiness.insert(.writable) }
            if told & CInt(POLLPRI) != 0 { readiness.insert(.urgent) }
            if told & CInt(POLLHUP | POLLERR | POLLNVAL) != 0 {
                readiness.insert(.ended)
                if told & CInt(POLLERR | POLLNVAL) != 0 { readiness.insert(.failed) }
                asked[place].events = 0
            }
            asked[place].events &= ~Int16(truncatingIfNeeded: told)
            events.append((tokens[place], readiness))
        }
        start = asked.isEmpty ? 0 : (start + 1) % asked.count
        return events
    }
}

/// A poller's share of the system, had before its thread begins, because having it can fail.
struct PollerSource: Sendable {
    #if os(Linux)
    private let descriptor: CInt

    init() throws(SocketError) { descriptor = try EpollPoller.makeDescriptor() }

    func makePoller() -> any Poller { EpollPoller(descriptor) }

    func discard() { Descriptor.close(descriptor) }
    #else
    init() throws(SocketError) {}

    func makePoller() -> any Poller { PollPoller() }

    func discard() {}
    #endif
}
