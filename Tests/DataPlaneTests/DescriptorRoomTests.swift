// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import DataPlane

/// How descriptors are divided, and who waits for them.
@Suite struct DescriptorRoomTests {
    /// Counts how often a listener is woken.
    private final class Wakes: Sendable {
        let count = Atomic<Int>(0)

        var now: Int { count.load(ordering: .relaxed) }
    }

    private let wakes: Wakes
    private let listener: ListenerName

    init() {
        let wakes = Wakes()
        self.wakes = wakes
        listener = ListenerName(id: 1) { wakes.count.add(1, ordering: .relaxed) }
    }

    private func room(
        _ limit: Int,
        own: Int = 10,
        kept: Int = 20,
        listeners: Int = 2
    )
        -> DescriptorRoom
    {
        let room = DescriptorRoom(limit: limit, kept: kept)
        #expect(room.settle(listeners: listeners) { own })
        return room
    }

    private func admit(_ count: Int, to room: DescriptorRoom) {
        for _ in 0..<count { room.enter() }
    }

    @Test func `connections have what is neither open, nor kept, nor the listeners'`() {
        let room = room(100)
        #expect(room.maximum == (100 - 10 - 20 - 2 * 3) / 2)
        #expect(room.settle(listeners: 12) { 0 })
        #expect(room.maximum == (100 - 10 - 20 - 12 * 3) / 2, "what is open is asked once")
    }

    @Test func `a listener that finds no room is woken once there is`() {
        let room = room(100)
        admit(31, to: room)
        #expect(room.admits(listener))
        admit(2, to: room)
        #expect(!room.admits(listener))
        room.leave()
        #expect(wakes.now == 0, "one too many has left")
        room.leave()
        #expect(wakes.now == 1)
        #expect(room.admits(listener))
        room.leave()
        #expect(wakes.now == 1, "it does not wait any more")
    }

    @Test func `a listener that has closed is not woken`() {
        let room = room(100)
        admit(32, to: room)
        #expect(!room.admits(listener))
        room.forget(listener)
        room.leave()
        #expect(wakes.now == 0)
    }

    @Test func `fewer listeners make room, and wake who waits`() {
        let room = room(100)
        admit(32, to: room)
        #expect(!room.admits(listener))
        #expect(room.settle(listeners: 0))
        #expect(wakes.now == 1)
    }

    @Test func `more listeners than there are descriptors for are refused, and as many are not`() {
        let room = room(100)
        #expect(!room.settle(listeners: 23))
        #expect(room.maximum == 32, "a refusal changes nothing")
        // One too many for each listener.
        admit(34, to: room)
        #expect(room.settle(listeners: 2))
        #expect(!room.settle(listeners: 4))
        #expect(room.settle(listeners: 1))
    }

    @Test func `running out is news again when an eighth of the places has become free`() {
        let room = room(100)
        admit(32, to: room)
        for _ in 0..<3 { room.leave() }
        #expect(!room.isEased)
        room.leave()
        #expect(room.isEased)
        #expect(Easing.mark(below: 1) == 0)
    }

    @Test func `what is open is counted`() throws {
        let before = DescriptorLimit.open()
        #expect(before >= 3)
        #expect(before <= DescriptorLimit.current)
    }
}
