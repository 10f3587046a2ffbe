// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import Foundation
import Synchronization
import Testing

@testable import EventFiles

@Suite(.timeLimit(.minutes(15))) struct EventRecorderTests {
    @Test func `the file ends with the last record of the log`() async throws {
        try await EventFolder.with { folder in
            let log = EventLog(wallOrigin: 0)
            let disk = EventDisk(try folder.file(limit: 1 << 20, count: 2))
            async let run: Void = EventRecorder(log, to: disk).run()
            for number in 0..<5_000 { log.note("\(number)") }
            log.finish()
            await run
            await disk.close()
            let lines = try events(folder.lines()?.dropFirst())
            #expect(lines.map(\.message) == (0..<5_000).map(String.init))
            #expect(lines.map(\.sequence) == Array(1...5_000))
        }
    }

    @Test func `a slow disk is told how many records it missed, and the log never waits`()
        async throws
    {
        let log = EventLog(wallOrigin: 0, capacity: 8)
        let store = FakeStore(blocked: true)
        async let run: Void = EventRecorder(log, to: store).run()
        log.note("first")
        await store.waitForCalls(1)
        for number in 0..<100 { log.note("\(number)") }
        #expect(log.newest == 101)
        store.unblock()
        log.finish()
        await run
        let lines = try events(store.lines)
        #expect(lines.map(\.kind) == ["notice", "missed"] + Array(repeating: "notice", count: 8))
        #expect(lines[1].missed == 92 && lines[1].sequence == 93)
        #expect(lines.last?.message == "99")
        #expect(log.missed(by: .file) == 92 && log.missed(by: .follower) == 0)
    }

    @Test func `a disk that fails is told of once, and tried until it works`() async throws {
        let log = EventLog(wallOrigin: 0)
        let store = FakeStore(failures: 4)
        async let run: Void = EventRecorder(log, to: store, retryInterval: .zero).run()
        log.note("kept")
        await store.waitForCalls(5)
        while !log.hasNotice("event-log.recovered") { await Task.yield() }
        log.finish()
        await run
        let lines = try events(store.lines)
        #expect(lines.map(\.code) == ["test", "event-log.failing", "event-log.recovered"])
        #expect(lines[1].message?.contains("disk full") == true)
    }

    @Test func `a disk that fails for good does not keep a run from its end`() async throws {
        let log = EventLog(wallOrigin: 0)
        let store = FakeStore(failures: .max)
        log.note("lost")
        log.finish()
        await EventRecorder(log, to: store, retryInterval: .zero).run()
        #expect(store.lines.isEmpty && log.hasNotice("event-log.failing"))
    }

    private func events(_ lines: (some Sequence<String>)?) throws -> [EventLine] {
        try #require(lines).map { try AdminJSON.decode(EventLine.self, from: Data($0.utf8)) }
    }
}

extension EventLog {
    fileprivate func note(_ message: String) {
        append(.notice(NoticeRecord(code: "test", message: message, proxy: nil, connection: nil)))
    }

    fileprivate func hasNotice(_ code: String) -> Bool {
        read(after: 0, limit: .max).records.contains { record in
            guard case .notice(let notice) = record.body else { return false }
            return notice.code == code
        }
    }
}

/// Keeps lines in memory, when and as often as a test lets it.
private final class FakeStore: LineStore {
    private struct State {
        var lines: [String] = []
        var waiting: [String] = []
        var failures: Int
        var calls = 0
        var isBlocked: Bool
    }

    private let state: Mutex<State>

    init(failures: Int = 0, blocked: Bool = false) {
        state = Mutex(State(failures: failures, isBlocked: blocked))
    }

    var lines: [String] { state.withLock { $0.lines } }

    func unblock() { state.withLock { $0.isBlocked = false } }

    func waitForCalls(_ count: Int) async {
        while state.withLock({ $0.calls < count }) { await Task.yield() }
    }

    func append(_ lines: [String]) async throws(DiskFailure) {
        state.withLock { $0.calls += 1 }
        while state.withLock({ $0.isBlocked }) { await Task.yield() }
        let fails = state.withLock { state in
            state.waiting += lines
            state.failures -= 1
            if state.failures >= 0 { return true }
            state.lines += state.waiting
            state.waiting = []
            return false
        }
        if fails { throw DiskFailure("disk full") }
    }
}
