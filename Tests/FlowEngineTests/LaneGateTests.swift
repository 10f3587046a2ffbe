// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Synchronization
import TestSupport
import Testing

@testable import FlowEngine

/// Faults that keep count in a lane, by timetable.
@Suite struct LaneGateTests {
    // MARK: slice

    @Test func `a slice makes writes of its sizes, each at its own moment`() {
        var lane = LanePlaybook()
        let slice = Slice(size: 80...120, every: .milliseconds(5), toward: .client)
        _ = lane.begin(.slice(slice))
        var writes = lane.arrive(1_000).compactMap(\.forwarded)
        #expect(writes.count == 1)
        while lane.lane.wakeAt != nil {
            let before = lane.now
            let effects = lane.wake()
            #expect(effects.count == 1 && lane.now == before + .milliseconds(5))
            writes += effects.compactMap(\.forwarded)
        }
        #expect(writes.reduce(0, +) == 1_000)
        #expect(writes.dropLast().allSatisfy { (80...120).contains($0) })
        #expect(Set(writes.dropLast()).count > 2, "sizes are drawn")
    }

    @Test func `a write takes what is there, and the next one still keeps its distance`() {
        var lane = LanePlaybook()
        _ = lane.begin(.slice(Slice(size: 10...10, every: .milliseconds(5), toward: .client)))
        #expect(lane.arrive(4) == [.forward(.serverToClient, 4)])
        #expect(lane.arrive(7) == [])
        #expect(lane.arrive(7) == [])
        #expect(lane.wake() == [.forward(.serverToClient, 10)])
        #expect(lane.now == Moment(nanoseconds: 5_000_000))
        #expect(lane.reshape { $0.counted = [] } == [.forward(.serverToClient, 4)])
    }

    // MARK: stall

    @Test func `a stall lets its bytes pass, then nothing for its time, then everything`() {
        var lane = LanePlaybook()
        _ = lane.begin(.stall(Stall(after: .of(17), for: .seconds(10), toward: .client)))
        #expect(lane.arrive(10) == [.forward(.serverToClient, 10)])
        lane.now = lane.now + .seconds(3)
        #expect(lane.arrive(10) == [.forward(.serverToClient, 7)])
        #expect(lane.arrive(5) == [] && lane.end() == [])
        #expect(lane.wake() == [.forward(.serverToClient, 8), .finish(.client)])
        #expect(lane.now.seconds == 13)
    }

    @Test func `a stall without a time holds the end too, and lets both go with its rule`() {
        var lane = LanePlaybook()
        _ = lane.begin(.stall(Stall(after: .of(2), for: nil, toward: .client)))
        #expect(lane.arrive(2) == [.forward(.serverToClient, 2)])
        #expect(lane.end() == [] && lane.lane.wakeAt == nil)
        #expect(lane.reshape { $0.counted = [] } == [.finish(.client)])
    }

    @Test func `a stall goes on where it was when another rule comes`() {
        var lane = LanePlaybook()
        _ = lane.begin(.stall(Stall(after: .zero, for: .seconds(1), toward: .client)))
        _ = lane.arrive(1)
        lane.now = lane.now + .milliseconds(900)
        #expect(lane.reshape { $0.delay = 1 } == [])
        #expect(lane.wakeAt == .seconds(1))
    }

    // MARK: loss

    @Test func `a lost segment and all behind it wait one timeout for each loss, doubling`()
        throws
    {
        let always = try Probability(1)
        var lane = LanePlaybook()
        _ = lane.begin(.loss(Loss(rate: always, timeout: .microseconds(1), toward: .client)))
        #expect(lane.arrive(Loss.segmentSize + 1) == [])
        #expect(lane.wakeAt == .microseconds(32_767), "15 losses in a row are the most")
        #expect(lane.wake() == [.forward(.serverToClient, Loss.segmentSize)])
        #expect(lane.wakeAt == .microseconds(65_534))
        #expect(lane.reshape { $0.counted = [] } == [.forward(.serverToClient, 1)])
    }

    @Test func `which segments are lost does not depend on chunks, and none goes missing`() throws {
        func stalls(chunk: Int) throws -> [Int64] {
            var lane = LanePlaybook()
            let loss = Loss(
                rate: try Probability(0.05),
                timeout: .milliseconds(200),
                toward: .client
            )
            _ = lane.begin(.loss(loss))
            var left = 400_000
            while left > 0 {
                _ = lane.arrive(min(chunk, left))
                left -= chunk
            }
            var waits: [Int64] = []
            while let wake = lane.lane.wakeAt {
                waits.append(wake.nanoseconds - lane.now.nanoseconds)
                _ = lane.wake()
            }
            #expect(lane.lane.passed == 400_000 && lane.lane.heldBytes == 0)
            return waits
        }
        let waits = try stalls(chunk: 1_000)
        #expect(try waits == stalls(chunk: 65_536) && waits == stalls(chunk: 400_000))
        #expect((4...28).contains(waits.count), "5 % of 274 segments, about 14")
        let rungs = Set((1...15).map { Int64(200_000_000) * (1 << $0 - 1) })
        #expect(waits.allSatisfy(rungs.contains))
    }

    // MARK: corrupt

    @Test(arguments: [Corrupt.Mode.flip, .zero, .random])
    func `bytes are changed in place at the places drawn, however they are cut`(
        mode: Corrupt.Mode
    ) throws {
        func received(chunk: Int) throws -> [UInt8] {
            let corrupt = Corrupt(
                rate: try Probability(0.01),
                mode: mode,
                skip: .of(500),
                toward: .client
            )
            let flow = FlowPlaybook(.tcp, [rule([.corrupt(corrupt)])])
            let sent = [UInt8](repeating: 0x55, count: 20_000)
            for start in stride(from: 0, to: sent.count, by: chunk) {
                flow.arrive(.serverToClient, Array(sent[start..<min(start + chunk, sent.count)]))
            }
            flow.pass(.zero)
            return flow.sentToClient
        }
        let whole = try received(chunk: 20_000)
        #expect(try whole == received(chunk: 1) && whole == received(chunk: 777))
        #expect(whole.count == 20_000 && whole.prefix(500).allSatisfy { $0 == 0x55 })
        let changed = whole.filter { $0 != 0x55 }
        #expect((140...250).contains(changed.count), "1 % of 19,500")
        switch mode {
        case .flip: #expect(changed.allSatisfy { ($0 ^ 0x55).nonzeroBitCount == 1 })
        case .zero: #expect(changed.allSatisfy { $0 == 0 })
        case .random: #expect(Set(changed).count > 50)
        }
    }

    @Test func `every byte is changed where the chance is one, in bounded steps`() throws {
        let corrupt = Corrupt(rate: .always, mode: .zero, skip: .zero, toward: .client)
        var lane = LanePlaybook()
        _ = lane.begin(.corrupt(corrupt))
        var effects = lane.arrive(100_000)
        var altered = 0
        while true {
            altered += effects.count - 1
            #expect(effects.count <= 2 * CorruptGate.maximumAlterations + 1)
            guard lane.lane.wakeAt != nil else { break }
            effects = lane.wake()
        }
        #expect(altered == 100_000 && lane.lane.passed == 100_000)
        #expect(lane.now == .start)
    }

    @Test func `only bytes that leave while the rule is in force are changed`() {
        let corrupt = Corrupt(rate: .always, mode: .zero, skip: .zero, toward: .both)
        let flow = FlowPlaybook(.tcp)
        flow.server("aa")
        flow.adopt([rule([.corrupt(corrupt)])])
        flow.server("bb")
        flow.client("cc")
        flow.adopt([])
        flow.server("dd")
        #expect(flow.toClient == "aa\0\0dd" && flow.toServer == "\0\0")
    }

    // MARK: rates that are shared

    @Test func `connections that share a rate get it together and no more`() throws {
        let rate = try ByteRate(bytesPerSecond: 10_000)
        let bucket = PlainBucket()
        var lanes = [LanePlaybook(), LanePlaybook()]
        let bandwidth = Bandwidth(rate: rate, burst: .zero, toward: .client, share: .rule)
        for position in lanes.indices {
            _ = lanes[position].begin(.bandwidth(bandwidth), bucket: bucket)
            _ = lanes[position].arrive(5_000)
        }
        while let next = lanes.indices.filter({ lanes[$0].lane.wakeAt != nil })
            .min(by: { lanes[$0].lane.wakeAt ?? .start < lanes[$1].lane.wakeAt ?? .start })
        {
            _ = lanes[next].wake()
        }
        #expect(lanes.allSatisfy { $0.lane.passed == 5_000 })
        let ends = lanes.map(\.now.seconds)
        #expect(ends.allSatisfy { (0.95...1.0).contains($0) }, "1 s for both, \(ends)")
    }

    @Test func `an own rate and a shared one apply together, and go with their rules`() throws {
        let bandwidth = Bandwidth(
            rate: try ByteRate(bytesPerSecond: 1_000),
            burst: .zero,
            toward: .client,
            share: .proxy
        )
        let own = try ByteRate(bytesPerSecond: 500)
        var lane = LanePlaybook()
        _ = lane.begin(.bandwidth(bandwidth), bucket: PlainBucket())
        _ = lane.reshape { $0.rate = own }
        _ = lane.arrive(1_000)
        while lane.lane.wakeAt != nil, lane.now.seconds < 1 { _ = lane.wake() }
        #expect((495...505).contains(lane.lane.passed))
        _ = lane.reshape { $0.rate = nil }
        #expect(lane.lane.heldBytes > 400)
        _ = lane.reshape { $0.counted = [] }
        #expect(lane.lane.heldBytes == 0)
    }

    // MARK: slow-close

    @Test func `a slow close waits behind the last byte or the end, whichever came later`() {
        var lane = LanePlaybook()
        _ = lane.reshape {
            $0.endDelay = 2_000_000_000
            $0.delay = 1_000_000_000
        }
        _ = lane.arrive(5)
        #expect(lane.end() == [])
        #expect(lane.wake() == [.forward(.serverToClient, 5)])
        #expect(lane.wake() == [.finish(.client)] && lane.now.seconds == 3)

        var idle = LanePlaybook()
        _ = idle.reshape { $0.endDelay = 2_000_000_000 }
        #expect(idle.arrive(5) == [.forward(.serverToClient, 5)])
        idle.now = idle.now + .seconds(9)
        #expect(idle.end() == [] && idle.wakeAt == .seconds(11))
        #expect(idle.reshape { $0.endDelay = 0 } == [.finish(.client)])
    }

    @Test func `a slow close does not delay an abort`() {
        var lane = LanePlaybook()
        _ = lane.reshape { $0.endDelay = 2_000_000_000 }
        #expect(lane.end(.rst) == [.end(.rst)])
    }

    // MARK: cuts

    @Test func `a severed lane lets nothing go, whatever its shape, until it is joined again`() {
        var lane = LanePlaybook()
        #expect(lane.sever(true) == [])
        #expect(lane.arrive(5) == [] && lane.lane.wakeAt == nil)
        #expect(lane.reshape { $0.delay = 5 } == [] && lane.reshape { $0.delay = 0 } == [])
        #expect(lane.end() == [])
        #expect(lane.sever(false) == [.forward(.serverToClient, 5), .finish(.client)])
    }

    // MARK: all at once

    @Test(arguments: SeededNumbers.seeds(300))
    func `whatever shapes come and go, bytes keep their order and none is lost or held for ever`(
        seed: UInt64
    ) {
        var simulation = LaneSimulation(seed: seed)
        simulation.run(steps: 120)
        #expect(simulation.complaint == nil, "CHAOS_SEED=\(seed)")
    }
}

/// A bucket for all who ask, without a burst.
final class PlainBucket: SharedBucket, Sendable {
    private let next = Mutex(Int64(0))

    func reserve(bytes: Int, rate: ByteRate, burst: ByteCount, at now: Int64) -> Int64 {
        next.withLock { next in
            let at = max(next, now)
            next = at + Int64(Double(bytes) / rate.bytesPerSecond * 1e9)
            return at
        }
    }
}

extension ByteCount {
    static func of(_ count: Int) -> ByteCount { (try? ByteCount(count)) ?? .zero }
}

extension Effect {
    var forwarded: Int? { if case .forward(_, let count) = self { count } else { nil } }
}

extension LanePlaybook {
    /// Adds a fault that counts from here.
    mutating func begin(
        _ fault: Fault,
        serial: UInt64 = 1,
        bucket: (any SharedBucket)? = nil
    ) -> [Effect] {
        let counted = CountedFault.sample(fault, serial: serial, bucket: bucket, lane, now)
        return reshape { $0.counted.append(counted) }
    }
}

extension CountedFault {
    static func sample(
        _ fault: Fault,
        serial: UInt64,
        bucket: (any SharedBucket)? = nil,
        _ lane: Lane,
        _ now: Moment
    ) -> CountedFault {
        let firing = Firing(
            rule: "r\(serial)",
            serial: serial,
            fault: fault,
            position: 0,
            draw: Draw(
                stream: Draw.Stream(seed: 5, proxy: "p", rule: "r\(serial)"),
                connection: 1,
                unit: 0
            ),
            toss: nil,
            bucket: bucket
        )
        return CountedFault(firing, origin: 0, start: lane.passed, since: now)
    }
}
