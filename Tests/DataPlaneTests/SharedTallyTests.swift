// SPDX-License-Identifier: Apache-2.0
import DataPlane
import FaultModel
import Synchronization
import Testing

@Suite struct SharedTallyTests {
    @Test func `no more than the times allowed are claimed, however many ask at once`()
        async throws
    {
        let tally = SharedTally()
        let claimed = try await Threads.each { _ in
            (0..<1_000).count { _ in tally.claimFiring(FiringClaim(scope: .rule, times: 100)) }
        }
        #expect(claimed.reduce(0, +) == 100)
        #expect(tally.fired == 100)
        #expect(tally.active == 100)
    }

    @Test(arguments: [Keys.clients, .values, .connections])
    func `each key has its own times, exact however many ask at once`(keys: Keys) async throws {
        let tally = SharedTally()
        let claimed = try await Threads.each { thread in
            (0..<1_000).count { ordinal in
                let scope = keys.scope((ordinal &+ thread) % 10)
                return tally.countMatch(in: scope) != nil
                    && tally.claimFiring(FiringClaim(scope: scope, times: 7))
            }
        }
        #expect(claimed.reduce(0, +) == 70)
        #expect(tally.fired == 70)
        #expect(tally.matches == 1_000 * UInt64(Threads.count))
        #expect(tally.countMatch(in: keys.scope(3)) == 100 * UInt64(Threads.count) + 1)
    }

    @Test(arguments: [Keys.clients, .values, .connections])
    func `a key beyond the table is let pass, counted, and told of once`(keys: Keys) {
        let news = News()
        let tally = SharedTally { news.add($0) }
        for key in 0..<SharedTally.maximumKeys {
            #expect(tally.countMatch(in: keys.scope(key)) == 1)
        }
        #expect(tally.uncounted == 0)
        for _ in 0..<3 { #expect(tally.countMatch(in: keys.scope(-1)) == nil) }
        #expect(!tally.claimFiring(FiringClaim(scope: keys.scope(-1), times: nil)))
        #expect(tally.countMatch(in: keys.scope(0)) == 2)
        #expect(tally.uncounted == 3)
        #expect(news.all == [.keysAreFull])
    }

    @Test(arguments: [Keys.clients, .values, .connections])
    func `who looks at a key's counters changes none of them`(keys: Keys) throws {
        let tally = SharedTally()
        _ = tally.countMatch(in: keys.scope(1))
        _ = tally.countMatch(in: keys.scope(1))
        _ = tally.claimFiring(FiringClaim(scope: keys.scope(1), times: nil))
        for _ in 0..<2 {
            #expect(try #require(tally.counts(in: keys.scope(1))) == (2, 1))
            #expect(try #require(tally.counts(in: keys.scope(2))) == (0, 0))
            #expect(try #require(tally.counts(in: .rule)) == (2, 1))
        }
    }

    @Test func `never more than concurrent are active, and each that ends makes room`()
        async throws
    {
        let tally = SharedTally()
        let (live, most) = (Gauge(), Gauge())
        let claim = FiringClaim(scope: .rule, times: nil, concurrent: 3)
        let claimed = try await Threads.each { _ in
            (0..<5_000).count { _ in
                guard tally.claimFiring(claim) else { return false }
                most.raise(to: live.add(1))
                _ = live.add(-1)
                tally.endFiring()
                return true
            }
        }
        #expect(most.value <= 3)
        #expect(claimed.reduce(0, +) == Int(tally.fired))
        #expect(tally.active == 0)
        #expect((0..<5).count { _ in tally.claimFiring(claim) } == 3)
        tally.endFiring()
        #expect((0..<5).count { _ in tally.claimFiring(claim) } == 1)
    }

    @Test func `a claim that concurrent refuses costs none of its times`() {
        let tally = SharedTally()
        let claim = FiringClaim(scope: .rule, times: 2, concurrent: 1)
        #expect(tally.claimFiring(claim))
        #expect(!tally.claimFiring(claim))
        tally.endFiring()
        #expect(tally.claimFiring(claim))
        tally.endFiring()
        #expect(!tally.claimFiring(claim))
        #expect(tally.fired == 2)
    }

    // MARK: The budget

    @Test func `a budget of requests is used up exactly, and that is told once`() async throws {
        let news = News()
        let tally = SharedTally { news.add($0) }
        let claim = FiringClaim(scope: .rule, times: nil, budget: .init(requests: 100))
        let claimed = try await Threads.each { _ in
            (0..<1_000).count { _ in tally.claimFiring(claim) }
        }
        #expect(claimed.reduce(0, +) == 100)
        #expect(tally.exhausted == .requests)
        #expect(news.all == [.exhausted(.requests)])
    }

    @Test func `a budget of clients hits no more distinct clients, however many ask at once`()
        async throws
    {
        let tally = SharedTally()
        let hit = Mutex(Set<Int>())
        _ = try await Threads.each { thread in
            for client in 0..<200 {
                let address = IPAddress(ipv4: UInt32((client + thread * 7) % 200))
                let claim = FiringClaim(
                    scope: .rule,
                    times: nil,
                    budget: .init(clients: 20),
                    client: address
                )
                if tally.claimFiring(claim) {
                    hit.withLock { _ = $0.insert((client + thread * 7) % 200) }
                }
            }
        }
        #expect(hit.withLock(\.count) == 20)
        #expect(tally.exhausted == .clients)
    }

    @Test func `a budget of connections counts each connection once`() {
        let tally = SharedTally()
        let budget = Limit.Budget(connections: 2)
        func claims(new: Bool) -> Bool {
            tally.claimFiring(
                FiringClaim(scope: .rule, times: nil, budget: budget, isNewConnection: new)
            )
        }
        #expect(claims(new: true))
        #expect(claims(new: false) && claims(new: false))
        #expect(tally.exhausted == nil)
        #expect(claims(new: true))
        #expect(tally.exhausted == .connections)
        #expect(!claims(new: false))
    }

    @Test func `bytes use a budget up as they pass, and nothing fires after`() async throws {
        let news = News()
        let tally = SharedTally { news.add($0) }
        let claim = FiringClaim(scope: .rule, times: nil, budget: .init(bytes: 160_000))
        #expect(tally.claimFiring(claim))
        tally.spend(bytes: 0)
        #expect(tally.exhausted == nil)
        _ = try await Threads.each { _ in
            for _ in 0..<999 { tally.spend(bytes: 10) }
        }
        #expect(tally.exhausted == nil)
        tally.spend(bytes: 159)
        #expect(tally.exhausted == nil)
        tally.spend(bytes: 1)
        #expect(tally.exhausted == .bytes)
        tally.spend(bytes: .max)
        tally.spend(bytes: .max)
        #expect(!tally.claimFiring(claim))
        #expect(news.all == [.exhausted(.bytes)])
    }

    @Test func `a fresh budget is whole, and the counters are those that were`() {
        let news = News()
        let old = SharedTally { news.add($0) }
        let claim = FiringClaim(scope: .rule, times: 3, budget: .init(requests: 2))
        #expect(old.claimFiring(claim) && old.claimFiring(claim) && !old.claimFiring(claim))
        let fresh = old.withFreshBudget()
        #expect(fresh.exhausted == nil && old.exhausted == .requests)
        #expect(fresh.active == 2)
        #expect(fresh.claimFiring(claim))
        #expect(!fresh.claimFiring(claim), "times goes on")
        old.endFiring()
        #expect(fresh.active == 2 && fresh.fired == 3)
        #expect(news.all == [.exhausted(.requests)])
    }
}

/// What may have counters of its own.
enum Keys: Sendable, CaseIterable {
    case clients, values, connections

    func scope(_ key: Int) -> TallyScope {
        switch self {
        case .clients: .client(IPAddress(ipv4: UInt32(truncatingIfNeeded: key)))
        case .values: .value(Array("\(key)".utf8))
        case .connections: .connection(proxy: "p", ordinal: UInt64(truncatingIfNeeded: key))
        }
    }
}

/// What a tally told, in order.
final class News: Sendable {
    private let heard = Mutex<[TallyNews]>([])

    var all: [TallyNews] { heard.withLock(\.self) }

    func add(_ news: TallyNews) { heard.withLock { $0.append(news) } }
}

final class Gauge: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .sequentiallyConsistent) }

    func add(_ count: Int) -> Int {
        number.wrappingAdd(count, ordering: .sequentiallyConsistent).newValue
    }

    func raise(to value: Int) { _ = number.max(value, ordering: .sequentiallyConsistent) }
}
