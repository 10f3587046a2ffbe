// SPDX-License-Identifier: Apache-2.0
import FaultModel
@testable import FlowEngine
import TestSupport

/// A lane under random shapes, beside a shadow that knows what was sent and what has left.
struct LaneSimulation {
    /// What went wrong first, if anything.
    private(set) var complaint: String?

    private var lane = LanePlaybook()
    private var numbers: SeededNumbers
    private var sent: [UInt8] = []
    private var held: [UInt8] = []
    private var received: [UInt8] = []
    /// Places at which a byte was changed while a rule said so.
    private var altered: Set<Int> = []
    private var serial: UInt64 = 0
    private var isCorrupting = false
    private var hasFinished = false

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    mutating func run(steps: Int) {
        for _ in 0..<steps where complaint == nil {
            switch numbers.below(10) {
            case 0...4: arrive()
            case 5, 6: pass(.milliseconds(numbers.below(30)))
            case 7: obey(lane.sever(numbers.once(in: 4)))
            default: reshape()
            }
            check()
        }
        obey(lane.end())
        pass(.milliseconds(5))
        obey(lane.sever(false))
        isCorrupting = false
        obey(lane.reshape { $0 = .open })
        check()
        guard complaint == nil else { return }
        if received.count != sent.count { complaint = "an open lane still holds something" }
        if !hasFinished { complaint = "an open lane did not pass the end on" }
    }

    private mutating func arrive() {
        let bytes = (0..<numbers.below(3_000) + 1).map {
            UInt8(truncatingIfNeeded: $0 ^ sent.count)
        }
        sent += bytes
        held += bytes
        let wasOpen = lane.lane.shape == .open && lane.lane.heldBytes == 0 && !lane.lane.isSevered
        let effects = lane.arrive(bytes.count)
        if wasOpen, effects != [.forward(.serverToClient, bytes.count)] {
            complaint = "the open shape held something"
        }
        obey(effects)
    }

    private mutating func pass(_ duration: Duration) {
        let end = lane.now + duration
        var wakes = 0
        while let wakeAt = lane.lane.wakeAt, wakeAt <= end, wakes < 10_000 {
            obey(lane.wake())
            wakes += 1
        }
        if wakes == 10_000 { complaint = "the lane wakes without end" }
        lane.now = end
    }

    private mutating func reshape() {
        var shape = Shape()
        if numbers.once(in: 3) { shape.delay = Int64(numbers.below(20)) * 1_000_000 }
        if numbers.once(in: 3) {
            shape.rate = try? ByteRate(bytesPerSecond: Double(numbers.below(3) * 100_000))
        }
        if numbers.once(in: 6) { shape.isHeld = true }
        if numbers.once(in: 3) { shape.endDelay = 3_000_000 }
        // Now and then the same faults stay, and have to go on.
        shape.counted = numbers.once(in: 4) ? lane.lane.shape.counted : counted()
        isCorrupting = shape.counted.contains { $0.isCorrupting }
        obey(lane.reshape { $0 = shape })
    }

    private mutating func counted() -> [CountedFault] {
        let chance = (try? Probability(0.02)) ?? .never
        let faults: [Fault] = [
            .stall(
                Stall(
                    after: .of(numbers.below(2_000)),
                    for: numbers.once(in: 2) ? nil : .milliseconds(20),
                    toward: .client
                )
            ),
            .loss(Loss(rate: chance, timeout: .milliseconds(3), toward: .client)),
            .slice(Slice(size: 100...900, every: .milliseconds(1), toward: .client)),
            .corrupt(
                Corrupt(
                    rate: numbers.once(in: 5) ? .always : chance,
                    mode: numbers.pick([.flip, .zero, .random]),
                    skip: .zero,
                    toward: .client
                )
            ),
        ]
        return faults.filter { _ in numbers.once(in: 3) }.map { fault in
            serial += 1
            return CountedFault.sample(fault, serial: serial, lane.lane, lane.now)
        }
    }

    private mutating func obey(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .forward(_, let count):
                received += held.prefix(count)
                held.removeFirst(count)
            case .alter(_, let offset, let alteration):
                if !isCorrupting { complaint = "changed without a rule" }
                held[offset] = alteration.applied(to: held[offset])
                altered.insert(received.count + offset)
            case .finish: hasFinished = true
            default: complaint = "unasked for: \(effect)"
            }
        }
    }

    private mutating func check() {
        guard complaint == nil else { return }
        if lane.lane.heldBytes != held.count || lane.lane.passed != UInt64(received.count) {
            complaint = "the lane has lost count"
        }
        let from = max(0, received.count - 10_000)
        for place in from..<received.count where !altered.contains(place) {
            if received[place] != sent[place] { complaint = "byte \(place) is another" }
        }
    }
}

extension CountedFault {
    var isCorrupting: Bool { firing.fault.word == "corrupt" }
}
