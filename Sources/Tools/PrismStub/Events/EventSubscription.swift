// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// One reader's place in the stream of events.
package struct EventSubscription: Sendable {
    /// Events taken at once, so that one reader's turn stays short.
    static let batchSize = 64

    let hub: EventHub
    let id: Int
    let wakes: AsyncStream<Void>
    let endings: AsyncStream<EventHub.Ending>

    /// Goes on from the event with this number: the first event taken next is that one.
    @discardableResult
    package func replay(from sequence: Int) -> EventHub.Position {
        hub.place(id, at: sequence)
    }

    /// The events after the last ones taken, after the notice of a replay that was not exact;
    /// empty when the reader has caught up.
    package func take() -> [ByteBuffer] {
        hub.take(id, atMost: Self.batchSize)
    }

    /// Waits until the subscription is over; nil when the waiting task was cancelled.
    package func ending() async -> EventHub.Ending? {
        for await ending in endings { return ending }
        return nil
    }

    package func cancel() {
        hub.unsubscribe(id)
    }
}
