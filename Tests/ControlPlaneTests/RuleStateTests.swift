// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import TestSupport
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct BudgetTests {
    private func bench(_ budget: Limit.Budget) async throws -> (Bench, FiringClaim) {
        let bench = try await Bench(Bench.empty)
        var entry = try RuleParser.rule(json: Array(#"{"id":"b","then":["hang"]}"#.utf8))
        entry.rule.limit.budget = budget
        _ = try await bench.state.addRule(entry, from: nil)
        return (bench, FiringClaim(scope: .rule, times: nil, budget: budget))
    }

    private func waitUntilOff(_ bench: Bench) async throws {
        while await (try bench.state.rule("b")).enabled { await Task.yield() }
    }

    @Test func `a budget that is used up disables its rule, and the log says which`() async throws {
        let (bench, claim) = try await bench(.init(requests: 2))
        let rule = try #require(bench.traffic.last?.rules.first)
        #expect(rule.tally.claimFiring(claim))
        #expect(try await bench.state.rule("b").enabled)
        #expect(rule.tally.claimFiring(claim))
        try await waitUntilOff(bench)
        #expect(bench.traffic.last?.rules.isEmpty == true)
        let records = bench.log.read(after: 0, limit: 10).records
        guard case .state(let last)? = records.last?.body else {
            Issue.record("the last record is no change")
            return
        }
        #expect(last.change == "rule.exhausted" && last.subject == "b")
        #expect(last.detail == "the budget of requests is used up")
        #expect(last.generation == bench.traffic.last?.generation)
        let reply = try await bench.state.rule("b")
        #expect(reply.exhausted == "requests" && reply.fired == 2 && reply.active == 2)
        await bench.state.stop()
    }

    @Test func `a rule that is enabled again has a whole budget and its old counts`() async throws {
        let (bench, claim) = try await bench(.init(requests: 1))
        let old = try #require(bench.traffic.last?.rules.first)
        #expect(old.tally.claimFiring(claim))
        try await waitUntilOff(bench)
        let reply = try await bench.state.enableRule("b", for: nil, from: nil)
        #expect(reply.enabled && reply.exhausted == nil && reply.fired == 1)
        let new = try #require(bench.traffic.last?.rules.first)
        #expect(new.serial > old.serial)
        #expect(!old.tally.claimFiring(claim))
        #expect(new.tally.claimFiring(claim))
        try await waitUntilOff(bench)
        #expect(bench.changes.filter { $0 == "rule.exhausted" }.count == 2)
        await bench.state.stop()
    }

    @Test func `a change that the data plane refuses leaves the budget as it was`() async throws {
        let (bench, claim) = try await bench(.init(requests: 1))
        let rule = try #require(bench.traffic.last?.rules.first)
        #expect(rule.tally.claimFiring(claim))
        try await waitUntilOff(bench)
        bench.traffic.refuse(with: TrafficFailure(code: "listen.failed", message: "x", proxy: nil))
        await #expect(throws: AdminFailure.self) {
            try await bench.state.enableRule("b", for: nil, from: nil)
        }
        #expect(try await bench.state.rule("b").exhausted == "requests")
        await bench.state.stop()
    }

    @Test func `keys that are not counted any more are noticed once`() async throws {
        let bench = try await Bench(
            Bench.empty,
            makeTally: { LocalTally(maximumScopes: 1, tell: $0) }
        )
        let entry = try RuleParser.rule(json: Array(#"{"id":"b","then":["hang"]}"#.utf8))
        _ = try await bench.state.addRule(entry, from: nil)
        let tally = try #require(bench.traffic.last?.rules.first).tally
        for key in UInt8(0)..<4 { _ = tally.countMatch(in: .value([key])) }
        let notices = bench.log.read(after: 0, limit: 10).records.compactMap {
            if case .notice(let notice) = $0.body { notice } else { nil }
        }
        #expect(notices.map(\.code) == ["limit.keys"])
        #expect(notices.first?.message.hasPrefix("b counts") == true)
        #expect(try await bench.state.rule("b").uncounted == 3)
        await bench.state.stop()
    }
}

@Suite(.timeLimit(.minutes(15))) struct LearningTests {
    private func add(
        _ bench: Bench,
        isEnabled: Bool,
        _ limit: (inout Limit) -> Void = { _ in }
    ) async throws {
        let json = #"{"id":"s","enabled":\#(isEnabled),"then":["hang"]}"#
        var entry = try RuleParser.rule(json: Array(json.utf8))
        entry.rule.then = [.stale(Stale(maxAge: nil, headers: true))]
        limit(&entry.rule.limit)
        _ = try await bench.state.addRule(entry, from: nil)
    }

    @Test func `a stale rule that is off only learns, under one serial until it is on`()
        async throws
    {
        let bench = try await Bench(Bench.empty)
        try await add(bench, isEnabled: false)
        let learner = try #require(bench.traffic.last?.rules.first)
        #expect(learner.onlyLearns)
        _ = try await bench.state.resetCounters(ofRule: "s", from: nil)
        #expect(bench.traffic.last?.rules.first?.serial == learner.serial)
        #expect(try await bench.state.rule("s").inForce == false)
        _ = try await bench.state.enableRule("s", for: nil, from: nil)
        let acting = try #require(bench.traffic.last?.rules.first)
        #expect(!acting.onlyLearns && acting.serial > learner.serial)
        _ = try await bench.state.disableRule("s", from: nil)
        let again = try #require(bench.traffic.last?.rules.first)
        #expect(again.onlyLearns && again.serial > acting.serial)
        #expect(bench.traffic.last?.remembering == ["s"])
        await bench.state.stop()
    }

    @Test func `before after and outside its window a stale rule only learns`() async throws {
        let bench = try await Bench(Bench.empty)
        try await add(bench, isEnabled: true) {
            $0.after = .seconds(1)
            $0.window = Limit.Window(on: .seconds(1), every: .seconds(2))
        }
        var seen: [Bool?] = []
        for time in 0..<5 {
            try await bench.pass(to: Int64(time) * 1_000_000_000)
            seen.append(bench.traffic.last?.rules.first?.onlyLearns)
        }
        #expect(seen == [true, false, true, false, true])
        await bench.state.stop()
    }

    @Test func `in a panic nothing is learnt, and nothing is forgotten`() async throws {
        let bench = try await Bench(Bench.empty)
        try await add(bench, isEnabled: false)
        _ = try await bench.ask("POST", "/v1/panic")
        #expect(bench.traffic.last?.rules.isEmpty == true)
        #expect(bench.traffic.last?.remembering == ["s"])
        _ = try await bench.ask("POST", "/v1/unpanic")
        #expect(bench.traffic.last?.rules.first?.onlyLearns == true)
        _ = try await bench.state.removeRule("s", from: nil)
        #expect(bench.traffic.last?.remembering == [])
        await bench.state.stop()
    }
}
