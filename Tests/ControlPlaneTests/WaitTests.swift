// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct WaitTests {
    private static let second: Int64 = 1_000_000_000
    /// Without a schedule: whoever waits for a time is a waiter.
    private static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http }
        rules:
          - { id: a/b.c, then: [hang], limit: { times: 3 } }
        """

    /// Asks to wait, and plays `script` once the waiter waits; then time passes until it answers.
    private func wait(
        _ condition: String,
        timeout: String = "10s",
        on bench: Bench,
        after script: () async throws -> Void = {}
    ) async throws -> (status: Int, value: DocumentValue) {
        async let answer = bench.ask(
            "POST",
            "/v1/wait",
            #"{"for": \#(condition), "timeout": "\#(timeout)"}"#
        )
        while bench.time.sleeperCount == 0 { await Task.yield() }
        try await script()
        let passing = Task { while !Task.isCancelled { await bench.passMillisecond() } }
        defer { passing.cancel() }
        let (status, value, _) = try await answer
        #expect(bench.routes.waiters.count == 0)
        return (status, value)
    }

    @Test func `a rule is waited for until it fired so often`() async throws {
        let bench = try await Bench(Self.document)
        let tally = try #require(bench.traffic.last?.rules.first { $0.rule.id == "a/b.c" }?.tally)
        let answer = try await wait(#"{"rule": "a/b.c", "fired": 3}"#, on: bench) {
            for _ in 1...3 { _ = tally.claimFiring(FiringClaim(scope: .rule, times: nil)) }
        }
        #expect(answer.status == 200)
        #expect(answer.value["message"]?.text == "rule `a/b.c` fired 3 of 3 times")
        #expect(answer.value["generation"] == .int(1))
    }

    @Test func `what does not happen in time says how far it got`() async throws {
        let bench = try await Bench(Self.document)
        let tally = try #require(bench.traffic.last?.rules.first { $0.rule.id == "a/b.c" }?.tally)
        for _ in 1...2 { _ = tally.countMatch(in: .rule) }
        let answer = try await wait(
            #"{"rule": "a/b.c", "matched": 3}"#,
            timeout: "1s",
            on: bench
        )
        #expect(answer.status == 504)
        #expect(answer.value["error"]?["code"]?.text == "wait.timeout")
        #expect(
            answer.value["error"]?["message"]?.text
                == "rule `a/b.c` matched 2 of 3 times, after 1000 ms"
        )
        #expect(bench.time.now >= Self.second)
    }

    @Test(arguments: [
        #"{"generation": 1}"#, #"{"ready": true}"#, #"{"rule": "a/b.c", "fired": 0}"#,
        #"{"proxy": "prism", "connections": 1}"#,
    ])
    func `what holds already is answered at once`(condition: String) async throws {
        let bench = try await Bench(Self.document)
        let answer = try await bench.ask("POST", "/v1/wait", #"{"for": \#(condition)}"#)
        #expect(answer.status == 200)
        #expect(answer.value["waited"] == .int(0))
    }

    @Test(arguments: [
        (#"{"rule": "none", "fired": 1}"#, "rule.unknown"),
        (#"{"proxy": "none", "connections": 0}"#, "proxy.unknown"),
    ])
    func `what does not exist is not waited for`(condition: String, code: String) async throws {
        let bench = try await Bench(Self.document)
        let answer = try await bench.ask("POST", "/v1/wait", #"{"for": \#(condition)}"#)
        #expect(answer.status == 404)
        #expect(answer.value["error"]?["code"]?.text == code)
        #expect(bench.routes.waiters.count == 0)
    }

    @Test func `a rule that is removed meanwhile ends the wait`() async throws {
        let bench = try await Bench(Self.document)
        let answer = try await wait(#"{"rule": "a/b.c", "fired": 1}"#, on: bench) {
            _ = try await bench.ask("DELETE", "/v1/rules/a%2Fb.c")
        }
        #expect(answer.status == 404)
    }

    @Test func `a generation is waited for until it is in force`() async throws {
        let bench = try await Bench(Self.document)
        let answer = try await wait(#"{"generation": 2}"#, on: bench) {
            _ = try await bench.ask("POST", "/v1/rules/a%2Fb.c/disable")
        }
        #expect(answer.value["generation"] == .int(2))
    }

    @Test func `idleness begins anew with traffic, and not with an administrator`() async throws {
        let bench = try await Bench(Self.document)
        let traffic = TrafficRecords(log: bench.log)
        bench.time.advance(to: Self.second)
        let answer = try await wait(#"{"idle": "1s"}"#, on: bench) {
            traffic.exchange(to: Self.second + Self.second / 2)
            bench.time.advance(to: Self.second * 2)
            _ = try await bench.ask("POST", "/v1/rules/a%2Fb.c/disable")
        }
        #expect(answer.status == 200)
        let waited = try #require(answer.value["waited"]?.number)
        #expect(waited >= Self.second * 3 / 2)
        #expect(waited < Self.second * 2)
    }

    @Test func `the end of the run ends every wait`() async throws {
        let bench = try await Bench(Self.document)
        let answer = try await wait(#"{"rule": "a/b.c", "fired": 1}"#, on: bench) {
            bench.log.finish()
        }
        #expect(answer.status == 503)
        #expect(answer.value["error"]?["code"]?.text == "wait.stopping")
    }

    @Test func `who no longer waits leaves the place`() async throws {
        let bench = try await Bench(Self.document)
        let waiting = Task {
            try await bench.ask("POST", "/v1/wait", #"{"for": {"generation": 9}}"#)
        }
        while bench.time.sleeperCount == 0 { await Task.yield() }
        #expect(bench.routes.waiters.count == 1)
        waiting.cancel()
        _ = try await waiting.value
        #expect(bench.routes.waiters.count == 0)
        #expect(bench.time.sleeperCount == 0)
    }

    @Test func `waiters are bounded`() async throws {
        let bench = try await Bench(Self.document)
        let seats = (0..<Waiter.maximum).compactMap { _ in bench.routes.waiters.enter() }
        #expect(seats.count == Waiter.maximum)
        let answer = try await bench.ask("POST", "/v1/wait", #"{"for": {"ready": true}}"#)
        #expect(answer.status == 503)
        #expect(answer.value["error"]?["code"]?.text == "wait.too-many")
        seats.forEach { $0.leave() }
    }

    @Test(arguments: [("GET", 405), ("POST", 415)])
    func `a wait is sent as JSON`(method: String, status: Int) async throws {
        let bench = try await Bench(Self.document)
        #expect(try await bench.ask(method, "/v1/wait").status == status)
    }
}

extension Bench {
    /// Lets 1 ms pass, once somebody waits for time to pass.
    fileprivate func passMillisecond() async {
        if time.sleeperCount > 0 { time.advance(to: time.now + 1_000_000) }
        await Task.yield()
    }
}

extension DocumentValue {
    fileprivate var number: Int64? {
        guard case .int(let number) = self else { return nil }
        return number
    }
}
