// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PrismStub
import Testing

@Suite(.timeLimit(.minutes(15)))
struct EventTests {
    private func sequences(_ events: [ByteBuffer]) -> [Int] {
        events.compactMap { event in
            (try? JSONValue(parsing: event.readableBytesView))?["sequence"]?.integer.map(Int.init)
        }
    }

    private func hub(kept: Int, queued: Int) -> EventHub {
        var bounds = PrismBounds.defaults
        bounds.maximumKeptEvents = kept
        bounds.maximumQueuedEvents = queued
        return EventHub(bounds: bounds)
    }

    @Test func `events are numbered from 0 without a gap`() throws {
        let hub = hub(kept: 8, queued: 8)
        let reader = try #require(hub.subscribe())
        for _ in 0..<3 { hub.publish("t", [:], at: "now") }
        #expect(sequences(reader.take()) == [0, 1, 2])
        #expect(reader.take().isEmpty)
    }

    @Test func `a replay starts with the event it names, as long as that is kept`() throws {
        let hub = hub(kept: 4, queued: 4)
        let reader = try #require(hub.subscribe())
        for number in 0..<6 {
            hub.publish("t", [:], at: "now")
            #expect(sequences(reader.take()) == [number])
        }
        #expect(reader.replay(from: 3) == .exact)
        #expect(sequences(reader.take()) == [3, 4, 5])
    }

    @Test func `a replay of what is no longer kept says so first`() throws {
        let hub = hub(kept: 4, queued: 4)
        for _ in 0..<6 { hub.publish("t", [:], at: "now") }
        let reader = try #require(hub.subscribe())
        #expect(reader.replay(from: 0) == .gap(oldest: 2))
        let taken = reader.take()
        let notice = try JSONValue(parsing: taken[0].readableBytesView)
        #expect(notice == ["type": "replay.gap", "requested": 0, "oldest": 2, "missing": 2])
        #expect(sequences(taken) == [2, 3, 4, 5])
    }

    @Test func `a replay of the future waits for it`() throws {
        let hub = hub(kept: 4, queued: 4)
        let reader = try #require(hub.subscribe())
        #expect(reader.replay(from: 9) == .ahead(next: 0))
        #expect(reader.take().count == 1)
        #expect(reader.take().isEmpty)
    }

    @Test func `a reader that falls behind its queue is cut off and counted, others are not`()
        async throws
    {
        let hub = hub(kept: 16, queued: 3)
        let slow = try #require(hub.subscribe())
        let quick = try #require(hub.subscribe())
        for _ in 0..<4 {
            #expect(hub.overflowCount == 0)
            hub.publish("t", [:], at: "now")
            _ = quick.take()
        }
        #expect(hub.overflowCount == 1)
        #expect(hub.subscriberCount == 1)
        #expect(await slow.ending() == .overflowed)
    }

    @Test func `what a reader asked to replay does not count as its queue`() throws {
        let hub = hub(kept: 16, queued: 3)
        for _ in 0..<10 { hub.publish("t", [:], at: "now") }
        let reader = try #require(hub.subscribe())
        #expect(reader.replay(from: 0) == .exact)
        for _ in 0..<3 { hub.publish("t", [:], at: "now") }
        #expect(hub.overflowCount == 0)
        #expect(sequences(reader.take()) == Array(0...12))
    }

    @Test func `there are no more subscribers than the bound`() throws {
        var bounds = PrismBounds.defaults
        bounds.maximumSubscribers = 1
        let hub = EventHub(bounds: bounds)
        let first = try #require(hub.subscribe())
        #expect(hub.subscribe() == nil)
        first.cancel()
        #expect(hub.subscribe() != nil)
    }
}
