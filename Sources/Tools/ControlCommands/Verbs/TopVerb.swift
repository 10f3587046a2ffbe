// SPDX-License-Identifier: Apache-2.0
import AdminClient
import AdminContract
import ArgumentParser
import RuleFiles

struct TopVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch proxies, rules and faults live.",
        discussion: """
            Rates are of the last interval; latencies and the share of failures (5xx, or no answer) \
            of the last ten. On a terminal it goes on until Ctrl-C; into a pipe it writes frames \
            one after the other.
            """
    )

    static let intervals = Duration.milliseconds(100)...Duration.seconds(3_600)
    /// Records that are looked through for faults at once.
    static let maximumRecords: UInt64 = 500

    @Option(
        help: "The time between two frames, such as 500ms; at least 100ms.",
        transform: { text in
            guard let interval = Duration(quantity: text), intervals.contains(interval) else {
                throw ValidationError("'\(text)' is not a time from 100ms to 1h")
            }
            return interval
        }
    )
    var interval = Duration.seconds(1)
    @Flag(help: "Show one frame and end.") var once = false
    @Option(help: "Show so many frames and end.") var count: Int?
    @OptionGroup var admin: AdminOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count takes a number from 1") }
        if once, count != nil { throw ValidationError("--once is --count 1: give one of them") }
    }

    func run() async throws {
        let screen = TopScreen(surroundings: .current)
        guard screen.surroundings.isTerminal else { return try await watch(screen) }
        let signals = try RelayedSignals.take().signals
        try screen.enter()
        defer { screen.leave() }
        let ending = try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask {
                try await watch(screen)
                return nil
            }
            group.addTask {
                for await signal in signals { return signal.number }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        // Ctrl-C is how a person ends it.
        if let ending, ending != RelayedSignals.interruption {
            throw CommandOutcome(code: 128 + ending)
        }
    }

    private func watch(_ screen: TopScreen) async throws {
        try await admin.client { client in
            var history = TopHistory()
            var left = once ? 1 : count ?? .max
            var trouble: String?
            while true {
                do {
                    let (sample, faults) = try await look(client, after: history)
                    history.add(sample, faults: faults)
                    trouble = nil
                } catch let failure as AdminFailure
                    where screen.surroundings.isTerminal && history.last != nil
                {
                    // A person may be about to start it again.
                    trouble = failure.description
                }
                // Without a moment before, a pipe would be told of no rates.
                if history.hasRates || screen.surroundings.isTerminal && left > 1 {
                    try screen.show(TopFrame(history: history, trouble: trouble))
                    left -= 1
                }
                guard left > 0 else { return }
                try await Task.sleep(for: interval)
            }
        }
    }

    private func look(
        _ client: AdminClient,
        after history: TopHistory
    ) async throws -> (TopSample, [EventLine]) {
        let status = try await client.send(.look("status")).decoded(StatusReply.self)
        let rules = try await client.send(.look("rules")).decoded(RulesReply.self).rules
        let page = try await client.send(AdminRequest(.get, "/metrics"))
        let newest = status.events.newest
        let known = history.last.map { $0.status.started == status.started } == true
        let seen = known ? history.last?.status.events.newest ?? 0 : 0
        let since = max(seen, newest - min(newest, Self.maximumRecords))
        var faults: [EventLine] = []
        let query = "/v1/events?follow=false&kind=fault&since=\(since)"
        try await client.lines(of: AdminRequest(.get, query)) { line in
            guard let event = try? AdminJSON.decode(EventLine.self, from: line),
                event.kind == "fault", event.sequence <= newest
            else { return }
            faults = (faults + [event]).suffix(TopHistory.maximumFaults)
        }
        let metrics = MetricsReader(String(decoding: page.body, as: UTF8.self))
        return (TopSample(status: status, rules: rules, metrics: metrics), faults)
    }
}
