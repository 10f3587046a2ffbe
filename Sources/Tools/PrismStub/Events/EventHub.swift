// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The stream of events: numbered without gaps from 0, kept for replay, handed out by cursor.
///
/// A subscriber holds no copies. It has a cursor into the shared history, so ten thousand slow
/// readers cost ten thousand integers. A reader that falls further behind than its bound, or
/// behind the oldest event kept, is cut off and counted: it learns of the loss, and everybody
/// else keeps their pace.
package final class EventHub: Sendable {
    /// Why a subscription is over.
    package enum Ending: Sendable, Hashable {
        case overflowed
        case serviceStopping
    }

    /// What a request to start from another event led to.
    package enum Position: Sendable, Hashable {
        case exact
        /// The asked-for events are no longer kept; the stream goes on at `oldest`.
        case gap(oldest: Int)
        /// The asked-for event does not exist yet; the stream goes on at `next`.
        case ahead(next: Int)
    }

    fileprivate struct Subscriber {
        var cursor: Int
        /// Where live events began when the cursor was last placed; older ones are replay, which
        /// the reader asked for and which therefore do not count as its queue.
        var liveFrom: Int
        /// What the reader is told before its next event, when it did not get what it asked for.
        var notice: ByteBuffer?
        let wake: AsyncStream<Void>.Continuation
        let ending: AsyncStream<Ending>.Continuation
    }

    fileprivate struct State {
        var kept: [ByteBuffer] = []
        var next = 0
        var subscribers: [Int: Subscriber] = [:]
        var nextSubscriber = 0
        var overflows = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let bounds: PrismBounds

    package init(bounds: PrismBounds) {
        self.bounds = bounds
    }

    package var subscriberCount: Int { state.withLock { $0.subscribers.count } }
    package var overflowCount: Int { state.withLock { $0.overflows } }
    package var nextSequence: Int { state.withLock { $0.next } }

    package func publish(_ type: String, _ data: JSONValue, at timestamp: String) {
        state.withLock { state in
            let event: JSONValue = [
                "sequence": JSONValue(state.next), "type": .string(type),
                "timestamp": .string(timestamp), "data": data,
            ]
            state.keep(ByteBuffer(string: event.text), atMost: bounds.maximumKeptEvents)
            for (id, subscriber) in state.subscribers {
                let queued = state.next - max(subscriber.cursor, subscriber.liveFrom)
                if queued > bounds.maximumQueuedEvents || subscriber.cursor < state.oldest {
                    state.overflows += 1
                    state.end(id, .overflowed)
                } else {
                    subscriber.wake.yield()
                }
            }
        }
    }

    /// A new subscription from the next event on; nil when there are `maximumSubscribers`.
    package func subscribe() -> EventSubscription? {
        let (wake, wakes) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (ending, endings) = AsyncStream<Ending>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        let id: Int? = state.withLock { state in
            guard state.subscribers.count < bounds.maximumSubscribers else { return nil }
            let id = state.nextSubscriber
            state.nextSubscriber += 1
            state.subscribers[id] = Subscriber(
                cursor: state.next,
                liveFrom: state.next,
                wake: wakes,
                ending: endings
            )
            if state.isStopping { state.end(id, .serviceStopping) }
            return id
        }
        return id.map { EventSubscription(hub: self, id: $0, wakes: wake, endings: ending) }
    }

    /// Ends every subscription, and those still to come.
    package func stop() {
        state.withLock { state in
            state.isStopping = true
            for id in Array(state.subscribers.keys) { state.end(id, .serviceStopping) }
        }
    }

    func place(_ id: Int, at sequence: Int) -> Position {
        state.withLock { state in
            let start = min(max(sequence, state.oldest), state.next)
            state.subscribers[id]?.cursor = start
            state.subscribers[id]?.liveFrom = state.next
            let position: Position =
                if sequence > state.next {
                    .ahead(next: state.next)
                } else if sequence < state.oldest {
                    .gap(oldest: state.oldest)
                } else {
                    .exact
                }
            state.subscribers[id]?.notice = position.notice(requested: sequence)
                .map { ByteBuffer(string: $0.text) }
            state.subscribers[id]?.wake.yield()
            return position
        }
    }

    func take(_ id: Int, atMost count: Int) -> [ByteBuffer] {
        state.withLock { state in
            guard let cursor = state.subscribers[id]?.cursor else { return [] }
            let end = min(cursor + count, state.next)
            let notice = state.subscribers[id]?.notice
            state.subscribers[id]?.cursor = end
            state.subscribers[id]?.notice = nil
            let events = (cursor..<end).map { state.kept[$0 % bounds.maximumKeptEvents] }
            return (notice.map { [$0] } ?? []) + events
        }
    }

    func unsubscribe(_ id: Int) {
        state.withLock { $0.subscribers[id] = nil }
    }
}

extension EventHub.State {
    fileprivate var oldest: Int { next - kept.count }

    fileprivate mutating func keep(_ event: ByteBuffer, atMost limit: Int) {
        if kept.count < limit { kept.append(event) } else { kept[next % limit] = event }
        next += 1
    }

    fileprivate mutating func end(_ id: Int, _ ending: EventHub.Ending) {
        guard let subscriber = subscribers.removeValue(forKey: id) else { return }
        subscriber.ending.yield(ending)
        subscriber.ending.finish()
        subscriber.wake.finish()
    }
}
