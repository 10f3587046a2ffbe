// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct WindowTests {
    private static let second: Int64 = 1_000_000_000

    /// A bench without rules, and a rule with these limits added to it.
    private func bench(_ limit: (inout Limit) -> Void) async throws -> Bench {
        let bench = try await Bench(Bench.empty)
        var entry = try RuleParser.rule(json: Array(#"{"id":"w","then":["hang"]}"#.utf8))
        limit(&entry.rule.limit)
        _ = try await bench.state.addRule(entry, from: nil)
        return bench
    }

    @Test func `windows are counted from after, and for goes on outside them`() async throws {
        let bench = try await bench {
            $0.after = .seconds(5)
            $0.window = Limit.Window(on: .seconds(2), every: .seconds(10))
            $0.duration = .seconds(21)
        }
        var serials: [UInt64] = []
        for (time, isOpen) in [
            (4, false), (5, true), (7, false), (15, true), (17, false), (25, true), (26, false),
        ] {
            try await bench.pass(to: Int64(time) * Self.second)
            let serial = bench.serial(of: "w")
            #expect((serial != nil) == isOpen, "at \(time) s")
            if let serial { serials.append(serial) }
        }
        #expect(serials.count == 3 && serials == Array(Set(serials)).sorted())
        #expect(try await bench.state.rule("w").enabled == false)
        #expect(
            bench.changes == [
                "config.applied", "rule.added", "rule.started", "rule.window-closed",
                "rule.window-opened",
                "rule.window-closed", "rule.window-opened", "rule.expired",
            ]
        )
        await bench.state.stop()
    }

    @Test func `a ramp, the counters and what connections count go through the windows`()
        async throws
    {
        let bench = try await bench {
            $0.after = .seconds(5)
            $0.window = Limit.Window(on: .seconds(2), every: .seconds(10))
        }
        try await bench.pass(to: 5 * Self.second)
        let first = try #require(bench.traffic.last?.rules.first)
        try await bench.pass(to: 7 * Self.second)
        #expect(bench.traffic.last?.rules.isEmpty == true)
        #expect(bench.traffic.last?.pausedTerms == [first.term])
        try await bench.pass(to: 15 * Self.second)
        let second = try #require(bench.traffic.last?.rules.first)
        #expect(second.serial > first.serial)
        #expect(second.tally === first.tally)
        #expect(second.since == 5 * Self.second && first.since == second.since)
        #expect(second.term == first.term)
        _ = try await bench.state.disableRule("w", from: nil)
        #expect(bench.traffic.last?.pausedTerms == [])
        _ = try await bench.state.enableRule("w", for: nil, from: nil)
        try await bench.pass(to: 20 * Self.second)
        let third = try #require(bench.traffic.last?.rules.first)
        #expect(third.since == 20 * Self.second)
        #expect(third.term > second.term)
        await bench.state.stop()
    }

    @Test func `time that no alarm saw leaves the window where it belongs`() async throws {
        let bench = try await bench {
            $0.window = Limit.Window(on: .milliseconds(100), every: .milliseconds(250))
        }
        try await bench.pass(to: 3_600 * Self.second + 300_000_000)
        #expect(bench.serial(of: "w") != nil)
        let reply = try await bench.state.rule("w")
        #expect(reply.window == RuleReply.Window(open: true, changesIn: 50_000_000))
        try await bench.pass(to: 3_600 * Self.second + 350_000_000)
        #expect(bench.serial(of: "w") == nil)
        let closed = try await bench.state.rule("w")
        #expect(closed.window == RuleReply.Window(open: false, changesIn: 150_000_000))
        #expect(closed.enabled && !closed.inForce && closed.startsIn == nil)
        await bench.state.stop()
    }

    @Test func `fast windows do not flood the event log`() async throws {
        let bench = try await bench {
            $0.window = Limit.Window(on: .milliseconds(50), every: .milliseconds(100))
        }
        for edge in 1...300 { try await bench.pass(to: Int64(edge) * 50_000_000) }
        let edges = bench.changes.filter { $0.hasPrefix("rule.window") }
        #expect(edges.count <= WindowPhaseBounds.edges)
        #expect(bench.log.newest == 2 + UInt64(WindowPhaseBounds.edges))
        guard case .state(let last)? = bench.log.read(after: 0, limit: 100).records.last?.body
        else {
            Issue.record("the last record is no change")
            return
        }
        #expect(last.detail == "its further windows are not recorded")
        await bench.state.stop()
    }

    @Test func `in a panic windows wake nobody, and after it they are where they would be`()
        async throws
    {
        let bench = try await bench {
            $0.window = Limit.Window(on: .seconds(2), every: .seconds(10))
        }
        _ = try await bench.ask("POST", "/v1/panic")
        let generation = await bench.state.generation
        #expect(await bench.state.draft.deadline == nil)
        bench.time.advance(to: 13 * Self.second)
        _ = try await bench.ask("POST", "/v1/unpanic")
        #expect(await bench.state.generation == generation + 1)
        #expect(bench.serial(of: "w") == nil)
        #expect(await bench.state.draft.deadline == 20 * Self.second)
        await bench.state.stop()
    }
}

private enum WindowPhaseBounds {
    static let edges = RuleBook.WindowPhase.maximumRecordedEdges
}

extension Bench {
    static let empty = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http }
        """

    /// Lets time pass, and suspends until all that is due then has been done.
    func pass(to time: Int64) async throws {
        self.time.advance(to: time)
        while let deadline = await state.draft.deadline, deadline <= time { await Task.yield() }
    }
}
