// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import SocketLoops

@Suite struct AlarmTests {
    @Test func `alarms ring in the order of their times, and of their setting`() throws {
        let loop = SocketLoop(PollPoller())
        var generator = SeededNumbers(seed: 3)
        var rung: [Int] = []
        var alarms: [Alarm] = []
        var expected: [(time: Int64, order: Int, number: Int)] = []
        for number in 0..<300 {
            let alarm = Alarm(on: loop) { rung.append(number) }
            alarms.append(alarm)
            alarm.set(for: Int64.random(in: 1...50, using: &generator))
        }
        // Some are set again, some are cancelled.
        for (order, number) in (0..<300).shuffled(using: &generator).enumerated() {
            let time: Int64? = order % 5 == 0 ? nil : Int64.random(in: 51...90, using: &generator)
            alarms[number].set(for: time)
            if let time { expected.append((time, order, number)) }
        }
        #expect(loop.alarms.earliest == expected.map(\.time).min())
        while loop.alarms.ringNext(at: 70) {}
        #expect(rung.count == expected.filter { $0.time <= 70 }.count)
        while loop.alarms.ringNext(at: 1_000) {}
        #expect(rung == expected.sorted { ($0.time, $0.order) < ($1.time, $1.order) }.map(\.number))
        #expect(loop.alarms.earliest == nil && alarms.allSatisfy { $0.time == nil })
    }

    @Test func `an alarm may be set again while it rings, and rings at its new time`() {
        let loop = SocketLoop(PollPoller())
        var times: [Int64] = []
        var alarm: Alarm?
        alarm = Alarm(on: loop) {
            times.append(Int64(times.count))
            if times.count < 3 { alarm?.set(for: Int64(times.count) * 10) }
        }
        alarm?.set(for: 5)
        for now in [4, 5, 9, 10, 20, 30] as [Int64] { while loop.alarms.ringNext(at: now) {} }
        #expect(times.count == 3)
        alarm?.retire()
    }

    @Test func `a retired alarm never rings`() {
        let loop = SocketLoop(PollPoller())
        var rings = 0
        let alarm = Alarm(on: loop) { rings += 1 }
        alarm.set(for: 1)
        alarm.retire()
        alarm.set(for: 2)
        while loop.alarms.ringNext(at: 10) {}
        #expect(rings == 0)
    }
}
