// SPDX-License-Identifier: Apache-2.0

/// A moment at which to be called, that can be set again and again.
///
/// Belongs to one loop and is used on its thread alone. Setting it for the time that it has costs a
/// comparison; another time costs the logarithm of how many are set.
package final class Alarm {
    /// Nanoseconds of the monotonic clock; `nil`: not set.
    package private(set) var time: Int64?
    fileprivate var position = -1
    fileprivate var ring: (() -> Void)?
    private let queue: AlarmQueue

    /// - Parameter ring: called once for each time that is set, on the loop's thread.
    package init(on loop: SocketLoop, _ ring: @escaping () -> Void) {
        queue = loop.alarms
        self.ring = ring
    }

    /// Rings at this time of the monotonic clock, in place of any that was set before.
    package func set(for time: Int64?) {
        guard time != self.time else { return }
        self.time = time
        if let time { queue.place(self, at: time) } else { queue.remove(self) }
    }

    package func cancel() { set(for: nil) }

    /// Never rings again, and lets go of what it would have called.
    package func retire() {
        cancel()
        ring = nil
    }

    fileprivate func expire() { time = nil }
}

/// The alarms of one loop, the earliest first; those of one time ring in the order of their setting.
final class AlarmQueue {
    /// A binary heap, with the times beside the alarms so that comparing touches no object.
    private var heap: [Entry] = []
    private var lastOrdinal: UInt64 = 0

    private struct Entry {
        let time: Int64
        let ordinal: UInt64
        let alarm: Alarm

        func precedes(_ other: Entry) -> Bool {
            time == other.time ? ordinal < other.ordinal : time < other.time
        }
    }

    var earliest: Int64? { heap.first?.time }

    /// Calls the earliest alarm that is due; says whether there was one.
    func ringNext(at now: Int64) -> Bool {
        guard let first = heap.first, first.time <= now else { return false }
        remove(first.alarm)
        first.alarm.expire()
        first.alarm.ring?()
        return true
    }

    fileprivate func place(_ alarm: Alarm, at time: Int64) {
        remove(alarm)
        lastOrdinal += 1
        heap.append(Entry(time: time, ordinal: lastOrdinal, alarm: alarm))
        alarm.position = heap.count - 1
        rise(from: heap.count - 1)
    }

    fileprivate func remove(_ alarm: Alarm) {
        let position = alarm.position
        guard position >= 0 else { return }
        alarm.position = -1
        let last = heap.removeLast()
        guard position < heap.count else { return }
        put(last, at: position)
        rise(from: position)
        sink(from: last.alarm.position)
    }

    private func put(_ entry: Entry, at position: Int) {
        heap[position] = entry
        entry.alarm.position = position
    }

    private func rise(from start: Int) {
        let entry = heap[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.precedes(heap[parent]) else { break }
            put(heap[parent], at: position)
            position = parent
        }
        if position != start { put(entry, at: position) }
    }

    private func sink(from start: Int) {
        let entry = heap[start]
        var position = start
        while true {
            var child = position * 2 + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(entry) else { break }
            put(heap[child], at: position)
            position = child
        }
        if position != start { put(entry, at: position) }
    }
}
