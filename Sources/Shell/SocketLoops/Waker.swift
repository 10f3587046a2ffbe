// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import CEpoll
import Glibc
#else
import Darwin
#endif

/// Wakes a loop from another thread: a descriptor that becomes readable.
final class Waker: Sendable {
    let reading: CInt
    private let writing: CInt

    init() throws(SocketError) {
        #if canImport(Glibc)
        reading = chaos_eventfd()
        guard reading >= 0 else { throw .last }
        writing = reading
        #else
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .last }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        #endif
    }

    deinit {
        Descriptor.close(reading)
        if writing != reading { Descriptor.close(writing) }
    }

    /// A full pipe has been written to before, and wakes just as well.
    func wake() {
        var one: UInt64 = 1
        _ = write(writing, &one, MemoryLayout<UInt64>.size)
    }

    func drain() {
        var counts: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let size = MemoryLayout.size(ofValue: counts)
        while read(reading, &counts, size) == size {}
    }
}
