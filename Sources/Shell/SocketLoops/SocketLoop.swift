// SPDX-License-Identifier: Apache-2.0
import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One thread's sockets and alarms: waits until something can be done, and has it done.
///
/// Everything here is used on that thread alone, so nothing is locked; ``LoopThread`` owns the
/// thread and brings work from others. A socket is read and written where it stands: into one
/// buffer that all sockets of the loop share, and out of it again.
package final class SocketLoop {
    /// Bytes that one read takes at most.
    ///
    /// Large reads are what makes bulk transfer cheap; one buffer of this size serves all.
    package static let readSize = 262_144

    let alarms = AlarmQueue()
    let poller: any Poller
    /// What was read last; its storage is used again unless somebody has kept it.
    var readBuffer = ByteBuffer()
    private var slots: [Slot] = []
    private var vacancies: [Int] = []
    private var deferred: [any Deferred] = []
    private var running: [any Deferred] = []

    /// A watched descriptor's place; the generation tells its events from its predecessor's.
    private struct Slot {
        var watched: (any Watched)?
        var generation: UInt32 = 0
    }

    init(_ poller: any Poller) { self.poller = poller }

    /// Nanoseconds of the monotonic clock (clock_gettime(2)).
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    // MARK: What is watched

    func watch(_ descriptor: CInt, for watched: any Watched) throws(SocketError) -> UInt64 {
        let place = vacancies.popLast() ?? slots.count
        if place == slots.count { slots.append(Slot()) }
        let token = UInt64(slots[place].generation) << 32 | UInt64(place)
        do {
            try poller.watch(descriptor, as: token)
        } catch {
            vacancies.append(place)
            throw error
        }
        slots[place].watched = watched
        return token
    }

    func unwatch(_ descriptor: CInt, _ token: UInt64) {
        poller.forget(descriptor)
        let place = Int(token & 0xffff_ffff)
        slots[place].watched = nil
        slots[place].generation &+= 1
        vacancies.append(place)
    }

    /// Reads once, into the buffer that all sockets share; nothing in it: the peer has ended.
    func read(_ descriptor: CInt) -> Result<ByteBuffer, SocketError> {
        readBuffer.clear(minimumCapacity: Self.readSize)
        var failure: SocketError?
        readBuffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.readSize) { place in
            let part = UnsafeMutableRawBufferPointer(rebasing: place[..<Self.readSize])
            switch Descriptor.read(descriptor, into: part) {
            case .success(let count): return count
            case .failure(let error):
                failure = error
                return 0
            }
        }
        return failure.map { .failure($0) } ?? .success(readBuffer)
    }

    // MARK: What is done

    /// Has this one's turn come again after every other socket that is ready has had its own.
    package func `defer`(_ work: any Deferred) { deferred.append(work) }

    /// Waits for something to do, and does it.
    func turn() {
        poller.wait(atMost: patience()) { token, readiness in
            let place = Int(token & 0xffff_ffff)
            guard slots[place].generation == UInt32(token >> 32) else { return }
            slots[place].watched?.ready(readiness)
        }
        // What becomes due meanwhile waits until sockets have had their turn.
        if alarms.earliest != nil {
            let now = Self.now
            while alarms.ringNext(at: now) {}
        }
        guard !deferred.isEmpty else { return }
        swap(&deferred, &running)
        for work in running { work.proceed() }
        running.removeAll(keepingCapacity: true)
    }

    /// How long the next wait may be.
    private func patience() -> Int64? {
        guard deferred.isEmpty else { return 0 }
        return alarms.earliest.map { max(0, $0 - Self.now) }
    }
}

/// What a loop tells of its descriptor.
protocol Watched: AnyObject {
    func ready(_ readiness: Readiness)
}

/// What has more to do than one turn allows.
package protocol Deferred: AnyObject {
    func proceed()
}
