// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1
import Synchronization

/// What all connections share: the world behind its lock, the event stream and the counters.
package final class PrismState: Sendable {
    package let events: EventHub
    package let bounds: PrismBounds
    let counters: RequestCounters
    private let world: Mutex<World>
    private let uploads = Mutex(0)
    private let clock: WallClock
    private let startedAt = ContinuousClock.now

    package init(bounds: PrismBounds, clock: WallClock) throws {
        self.bounds = bounds
        self.clock = clock
        events = EventHub(bounds: bounds)
        counters = RequestCounters()
        var world = World(bounds: bounds, clock: clock, events: events)
        try world.seed()
        self.world = Mutex(world)
    }

    var uptime: Duration { ContinuousClock.now - startedAt }
    var timestamp: String { clock.timestamp() }

    func change<Result: Sendable>(
        _ body: (inout World) throws(Refusal) -> Result
    ) throws(Refusal) -> Result {
        try world.withLock { (world) throws(Refusal) in try body(&world) }
    }

    /// The world as it is now; a copy, so that slow answers are made without the lock.
    var snapshot: World { world.withLock { $0 } }

    /// One beat: tasks advance, a sample is kept and `system.health` is published.
    ///
    /// Time enters the service here only, so a test that makes the beats itself has no clock in it.
    package func beat() {
        let sample = figures(of: snapshot, timestamp: clock.timestamp())
        world.withLock { world in
            world.advanceTasks()
            world.keep(sample: sample)
            world.publish("system.health", ["overall_status": .string(world.overallStatus)])
        }
    }

    /// Takes one of `maximumUploads` places; every success is paired with one `endUpload`.
    func beginUpload() throws(Refusal) {
        let isAdmitted = uploads.withLock { count in
            guard count < bounds.maximumUploads else { return false }
            count += 1
            return true
        }
        guard isAdmitted else {
            throw Refusal(
                .serviceUnavailable,
                "too_many_uploads",
                "maximumUploads, \(bounds.maximumUploads), are in progress. Try again."
            ).with("Retry-After", "1")
        }
    }

    func endUpload() {
        uploads.withLock { $0 -= 1 }
    }
}
