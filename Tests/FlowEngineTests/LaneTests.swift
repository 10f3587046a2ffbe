// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// One direction alone, by timetable: what arrives, when, and what may leave.
@Suite struct LaneTests {
    @Test func `an open lane lets every chunk go at once`() {
        var lane = LanePlaybook()
        #expect(lane.arrive(100) == [.forward(.serverToClient, 100)])
        #expect(lane.end() == [.finish(.client)])
        #expect(lane.lane.isFinished && lane.lane.wakeAt == nil && lane.lane.passed == 100)
    }

    @Test func `a chunk never overtakes the delayed chunk in front of it`() {
        var lane = LanePlaybook()
        #expect(lane.reshape { $0.delay = 50_000_000 } == [])
        #expect(lane.arrive(100) == [])
        #expect(lane.reshape { $0.delay = 1_000_000 } == [])
        lane.now = lane.now + .microseconds(500)
        #expect(lane.arrive(7) == [])
        #expect(lane.wakeAt == .milliseconds(1))
        #expect(lane.wake() == [.forward(.serverToClient, 100)])
        #expect(lane.end() == [])
        #expect(lane.wake() == [.forward(.serverToClient, 7), .finish(.client)])
    }

    @Test func `the end of the source waits behind what is held`() {
        var lane = LanePlaybook()
        _ = lane.reshape { $0.isHeld = true }
        #expect(lane.arrive(5) == [] && lane.end(.rst) == [] && lane.wakeAt == nil)
        #expect(lane.lane.hasEnded && !lane.lane.isFinished)
        #expect(lane.reshape { $0.isHeld = false } == [.forward(.serverToClient, 5), .end(.rst)])
    }

    @Test(arguments: [1, 100, 1_000, 64_000, 1_000_000, 1e9])
    func `a rate lets pass what it says`(bytesPerSecond: Double) throws {
        var lane = LanePlaybook()
        let rate = try ByteRate(bytesPerSecond: bytesPerSecond)
        _ = lane.reshape { $0.rate = rate }
        // Two seconds' worth, and what passes in one interval at the start.
        let total = max(2, Int(bytesPerSecond * 2))
        _ = lane.arrive(total)
        lane.run()
        #expect(lane.lane.passed == UInt64(total) && lane.lane.heldBytes == 0)
        let expected = Double(total) / bytesPerSecond
        let slack = max(0.005, 1 / bytesPerSecond) + 1e-6
        #expect(lane.now.seconds <= expected + 1e-6 && lane.now.seconds >= expected - slack)
    }

    @Test func `a burst passes at once after idle time and not twice`() throws {
        var lane = LanePlaybook()
        let rate = try ByteRate(bytesPerSecond: 1_000)
        let burst = try ByteCount(500)
        _ = lane.reshape {
            $0.rate = rate
            $0.burst = burst
        }
        _ = lane.arrive(2_000)
        #expect((500...505).contains(lane.lane.passed))
        lane.run()
        #expect((1.49...1.51).contains(lane.now.seconds))
        _ = lane.arrive(100)
        #expect(lane.lane.passed < 2_010, "no idle time has filled the bucket again")
    }

    @Test func `a rate of nothing holds until it changes`() throws {
        var lane = LanePlaybook()
        let stalled = try ByteRate(bytesPerSecond: 0)
        _ = lane.reshape { $0.rate = stalled }
        #expect(lane.arrive(9) == [] && lane.wakeAt == nil)
        #expect(lane.reshape { $0.rate = nil } == [.forward(.serverToClient, 9)])
    }

    @Test func `a cut lets exactly its bytes pass, and a change of shape lifts it`() {
        var lane = LanePlaybook()
        _ = lane.arrive(10)
        _ = lane.reshape { $0.cutAt = 15 }
        #expect(!lane.lane.isCut)
        #expect(lane.arrive(20) == [.forward(.serverToClient, 5)])
        #expect(lane.lane.isCut && lane.lane.heldBytes == 15)
        #expect(lane.end() == [], "a cut lane does not finish")
        #expect(
            lane.reshape { $0.cutAt = nil } == [.forward(.serverToClient, 15), .finish(.client)]
        )
    }

    @Test func `cutting here lets go what is held, but never past an earlier cut`() {
        var lane = LanePlaybook()
        _ = lane.reshape { $0.delay = 1_000_000 }
        _ = lane.arrive(10)
        #expect(lane.cutHere() == [])
        _ = lane.arrive(5)
        #expect(lane.wake() == [.forward(.serverToClient, 10)])
        #expect(lane.lane.isCut && lane.lane.heldBytes == 5)

        var early = LanePlaybook()
        _ = early.reshape {
            $0.delay = 1_000_000
            $0.cutAt = 4
        }
        _ = early.arrive(10)
        _ = early.cutHere()
        #expect(early.wake() == [.forward(.serverToClient, 4)])
        #expect(early.lane.isCut)
    }

    @Test func `promise 5: a lane says when it holds enough`() {
        var lane = LanePlaybook()
        _ = lane.reshape { $0.isHeld = true }
        _ = lane.arrive(99)
        #expect(!lane.lane.isFull(limit: 100))
        _ = lane.arrive(1)
        #expect(lane.lane.isFull(limit: 100))
        for _ in 2..<Lane.maximumHeldChunks { _ = lane.arrive(1) }
        #expect(lane.lane.isFull(limit: .max), "however small the chunks are")
        lane.lane.discardHeld()
        #expect(lane.lane.heldBytes == 0 && !lane.lane.isFull(limit: 100))
    }

    @Test func `what a delay held is measured by how late it left, and only that`() {
        var lane = LanePlaybook()
        _ = lane.arrive(1)
        _ = lane.reshape { $0.delay = 50_000_000 }
        _ = lane.arrive(5)
        lane.now = lane.now + .milliseconds(53)
        #expect(lane.wake() == [.forward(.serverToClient, 5)])
        #expect(lane.lane.delayErrors.total == 1 && lane.lane.delayErrors.sum == 3_000_000)
        _ = lane.arrive(7)
        lane.now = lane.now + .milliseconds(20)
        #expect(lane.reshape { $0.delay = 1_000_000 } == [.forward(.serverToClient, 7)])
        #expect(lane.lane.delayErrors.total == 1, "a change of rules makes nothing late")
        var taken = Histogram(.lateness)
        lane.lane.delayErrors.drain(into: &taken)
        #expect(taken.total == 1 && lane.lane.delayErrors.isEmpty)
    }

    @Test func `a delay beyond the end of time traps nothing`() {
        var lane = LanePlaybook()
        lane.now = Moment(nanoseconds: 1_000)
        _ = lane.reshape { $0.delay = .max }
        #expect(lane.arrive(1) == [])
        #expect(lane.lane.wakeAt == Moment(nanoseconds: .max))
        #expect(lane.reshape { $0.delay = 0 } == [.forward(.serverToClient, 1)])
    }
}

/// A lane toward the client, and a clock that moves when it is told to.
struct LanePlaybook {
    var lane = Lane(.serverToClient)
    var now = Moment.start

    /// From now.
    var wakeAt: Duration? {
        lane.wakeAt.map { .nanoseconds($0.nanoseconds) }
    }

    mutating func arrive(_ count: Int) -> [Effect] {
        play { $0.arrived(count, at: $1, emitting: &$2) }
    }

    mutating func end(_ how: Close.How = .fin) -> [Effect] {
        play { $0.ended(how, at: $1, emitting: &$2) }
    }

    mutating func reshape(_ change: (inout Shape) -> Void) -> [Effect] {
        var shape = lane.shape
        change(&shape)
        return play { $0.reshape(shape, at: $1, emitting: &$2) }
    }

    mutating func sever(_ isSevered: Bool) -> [Effect] {
        play { $0.sever(isSevered, at: $1, emitting: &$2) }
    }

    mutating func cutHere() -> [Effect] { play { $0.cutHere(at: $1, emitting: &$2) } }

    /// Goes on to the moment the lane asked for.
    mutating func wake() -> [Effect] {
        guard let wakeAt = lane.wakeAt else { return [] }
        now = max(now, wakeAt)
        return play { $0.woke(at: $1, emitting: &$2) }
    }

    mutating func run() {
        var wakes = 0
        while lane.wakeAt != nil, wakes < 100_000 {
            _ = wake()
            wakes += 1
        }
    }

    private mutating func play(
        _ event: (inout Lane, Moment, inout [Effect]) -> Void
    ) -> [Effect] {
        var effects: [Effect] = []
        event(&lane, now, &effects)
        return effects
    }
}

extension Moment {
    var seconds: Double { Double(nanoseconds) / 1e9 }
}
