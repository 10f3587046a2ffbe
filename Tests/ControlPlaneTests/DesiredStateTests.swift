// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct DesiredStateTests {
    @Test func `a rule acts after its after and stops after its for`() async throws {
        let bench = try await Bench()
        #expect(bench.serial(of: "late") == nil)
        bench.time.advance(to: 5_000_000_000)
        await bench.waitForSnapshots(2)
        #expect(bench.serial(of: "late") != nil)
        bench.time.advance(to: 15_000_000_000)
        await bench.waitForSnapshots(3)
        #expect(bench.serial(of: "late") == nil)
        while await bench.state.generation < 3 { await Task.yield() }
        #expect(try await bench.state.rule("late").enabled == false)
        let words = bench.log.read(after: 0, limit: 100).records.compactMap {
            if case .state(let record) = $0.body { record.change } else { nil }
        }
        #expect(words == ["config.applied", "rule.started", "rule.expired"])
        await bench.state.stop()
    }

    @Test func `a rule that stays as it is keeps its serial and its counts`() async throws {
        let bench = try await Bench()
        let before = try #require(bench.traffic.last?.rules.first)
        _ = before.tally.countMatch(in: .rule)
        let document = await bench.state.document().document
        _ = try await bench.state.replace(with: Configuration.parse(json: document.json))
        let after = try #require(bench.traffic.last?.rules.first)
        #expect(after.serial == before.serial)
        #expect(after.tally === before.tally)
        #expect(bench.traffic.last?.generation == 2)
    }

    @Test func `a rule that was off has a new serial and its old counts`() async throws {
        let bench = try await Bench()
        let before = try #require(bench.traffic.last?.rules.first)
        _ = before.tally.countMatch(in: .rule)
        _ = try await bench.state.disableRule("a/b.c", from: nil)
        #expect(bench.serial(of: "a/b.c") == nil)
        let reply = try await bench.state.enableRule("a/b.c", for: nil, from: nil)
        #expect(reply.matches == 1)
        #expect(try #require(bench.serial(of: "a/b.c")) > before.serial)
        #expect(try await bench.state.resetCounters(ofRule: "a/b.c", from: nil).matches == 0)
    }

    @Test func `a change that the data plane refuses changes nothing`() async throws {
        let bench = try await Bench()
        bench.traffic.refuse(
            with: TrafficFailure(code: "listen.in-use", message: "taken", proxy: "x")
        )
        let failure = await #expect(throws: AdminFailure.self) {
            try await bench.state.disableRule("a/b.c", from: nil)
        }
        #expect(failure?.status == 409)
        bench.traffic.refuse(with: nil)
        #expect(try await bench.state.rule("a/b.c").enabled)
        #expect(await bench.state.generation == 1)
    }

    @Test func `changes come one after another`() async throws {
        let bench = try await Bench()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let entry = try RuleParser.rule(
                        json: Array(#"{"id":"n\#(number)","then":["hang"]}"#.utf8)
                    )
                    _ = try await bench.state.addRule(entry, from: nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(bench.traffic.snapshots.map(\.generation) == Array(1...51))
        #expect(Set(bench.traffic.last?.rules.map(\.serial) ?? []).count == 51)
    }

    @Test func `enabling for a time ends by itself`() async throws {
        let bench = try await Bench()
        let reply = try await bench.state.enableRule("a/b.c", for: .seconds(30), from: nil)
        #expect(reply.expiresIn == 30_000_000_000)
        bench.time.advance(to: 30_000_000_000)
        while await (try bench.state.rule("a/b.c")).enabled { await Task.yield() }
        await bench.state.stop()
    }
}
