// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import Foundation
import RuleFiles
import Synchronization
import TestSupport

@testable import ControlPlane

/// A request to the admin socket, before it is one.
struct AdminAttempt: CustomStringConvertible {
    var method: String
    var target: String
    var body: [UInt8]?
    var headers: [String: String] = [:]

    init(_ method: String, _ target: String, _ body: DocumentValue? = nil) {
        self.method = method
        self.target = target
        self.body = body?.json
    }

    var description: String {
        "\(method) \(target) \(headers) \(String(decoding: (body ?? []).prefix(600), as: UTF8.self))"
    }
}

/// Random requests, and what has to be true after each of them.
struct AdminSequence {
    static let document = """
        version: 1
        proxies:
          web: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080", protocol: http, tags: [api] }
          db: { listen: "127.0.0.1:0", upstream: "127.0.0.1:5432" }
        rules:
          - { id: r0, then: [hang] }
          - { id: r1, then: [stale], enabled: false }
        partitions:
          - { id: p0, proxy: db, flap: { down: 1s, up: 2s } }

        """

    let bench: Bench
    var numbers: SeededNumbers
    var random: RandomRules
    /// The last requests and their status, for a person who looks for the cause.
    private(set) var story: [String] = []
    /// What was not as it has to be; empty while all is well.
    private(set) var complaints: [String] = []
    private var serials = SerialWatch()
    private var seenSnapshots = 0

    /// What is compared before and after a request that was refused.
    private struct Standing: Equatable {
        var generation: UInt64
        var config: [UInt8]
        var rules: RulesReply
        var partitions: PartitionsReply
        var leases: LeasesReply
        var snapshots: Int
    }

    struct Reply {
        var status: Int
        var headers: [String: String]
        var bytes: [UInt8]
    }

    init(seed: UInt64) async throws {
        bench = try await Bench(Self.document, capacity: 64)
        numbers = SeededNumbers(seed: seed)
        let setting = RandomRules.Setting(
            proxies: ["web"],
            streams: ["db"],
            longest: 5_000,
            matchesOften: false
        )
        random = RandomRules(seed: seed, setting: setting)
    }

    mutating func run(steps: Int) async {
        for _ in 0..<steps where complaints.isEmpty {
            await step()
            await checkState()
        }
        await bench.state.stop()
    }

    private mutating func complain(_ text: String) { complaints.append(text) }

    private mutating func require(_ holds: Bool, _ text: @autoclosure () -> String) {
        if !holds { complain(text()) }
    }

    // MARK: One step

    private mutating func step() async {
        switch numbers.below(12) {
        case 0: await passTime()
        case 1: await wait()
        case 2:
            // The data plane cannot obey: nothing may have changed.
            bench.traffic.refuse(
                with: TrafficFailure(code: "listen.in-use", message: "taken", proxy: "web")
            )
            await ask()
            bench.traffic.refuse(with: nil)
        default: await ask()
        }
    }

    private mutating func ask() async {
        let before = await standing()
        let attempt = await attempt()
        let reply = await Self.send(attempt, to: bench)
        story.append("\(attempt) -> \(reply.status)")
        checkShape(reply, of: attempt)
        let after = await standing()
        require(after.generation >= before.generation, "the generation went back: \(attempt)")
        if reply.status >= 400 {
            require(after == before, "a refused request changed something: \(attempt)")
        } else if let tag = reply.headers["ETag"] {
            require(tag == "\"\(after.generation)\"", "the ETag \(tag) is another: \(attempt)")
        }
        if attempt.method == "GET" || attempt.target.contains("validate-only") {
            require(after == before, "a question changed something: \(attempt)")
        }
    }

    static func send(_ attempt: AdminAttempt, to bench: Bench) async -> Reply {
        let answer: AdminAnswer
        do {
            let request = try AdminRequest(
                method: attempt.method,
                target: attempt.target,
                headers: attempt.headers,
                body: attempt.body ?? []
            )
            answer = await bench.routes.answer(request)
        } catch {
            answer = AdminRoutes.answer(error)
        }
        var bytes: [UInt8] = []
        if case .bytes(let all) = answer.body { bytes = all }
        let headers = Dictionary(
            answer.headers.map { ($0.name, $0.value) },
            uniquingKeysWith: { $1 }
        )
        return Reply(status: answer.status, headers: headers, bytes: bytes)
    }

    private func standing() async -> Standing {
        let state = bench.state
        let (document, generation) = await state.document()
        return Standing(
            generation: generation,
            config: document.json,
            rules: await state.rules(),
            partitions: await state.partitions(),
            leases: await state.leases(),
            snapshots: bench.traffic.snapshots.count
        )
    }

    /// Time passes, and what is due by then has come to pass.
    private mutating func passTime() async {
        let time = bench.time.now + Int64(numbers.below(4_000_000_000))
        bench.time.advance(to: time)
        story.append("time \(time)")
        while let deadline = await bench.state.draft.deadline, deadline <= time {
            await Task.yield()
        }
    }

    /// A wait is answered while time goes on.
    private mutating func wait() async {
        let attempt = waitAttempt()
        let isAnswered = Answered()
        let bench = bench
        let reply = await withTaskGroup(of: Reply?.self) { group in
            group.addTask {
                let reply = await Self.send(attempt, to: bench)
                isAnswered.value.withLock { $0 = true }
                return reply
            }
            group.addTask {
                while !isAnswered.value.withLock({ $0 }) {
                    bench.time.advance(to: bench.time.now + 5_000_000)
                    await Task.yield()
                }
                return nil
            }
            var reply: Reply?
            for await one in group { reply = one ?? reply }
            return reply
        }
        story.append("\(attempt) -> \(reply?.status ?? 0)")
        if let reply { checkShape(reply, of: attempt) }
        while let deadline = await bench.state.draft.deadline, deadline <= bench.time.now {
            await Task.yield()
        }
    }

    // MARK: What has to be true

    private mutating func checkShape(_ reply: Reply, of attempt: AdminAttempt) {
        let known = [200, 201, 204, 400, 404, 405, 409, 412, 413, 415, 422, 503, 504]
        require(known.contains(reply.status), "status \(reply.status): \(attempt)")
        let isText = attempt.target.hasPrefix("/metrics") || attempt.target.hasPrefix("/v1/events")
        if reply.status < 400, isText || reply.status == 204 { return }
        guard let value = try? DocumentValue(json: reply.bytes) else {
            return complain("the answer is no JSON: \(attempt)")
        }
        guard reply.status >= 400 else {
            return require(value["error"] == nil, "an error with \(reply.status): \(attempt)")
        }
        let error = value["error"]
        let code = error?["code"]?.text ?? ""
        require(code.contains(".") && !code.contains(" "), "the code is `\(code)`: \(attempt)")
        require(error?["message"]?.text?.isEmpty == false, "no message: \(attempt)")
        let path = error?["path"]?.text ?? ""
        require(path.isEmpty || path.hasPrefix("/"), "the path is `\(path)`: \(attempt)")
        if reply.status == 405 {
            require(reply.headers["Allow"]?.isEmpty == false, "405 without Allow: \(attempt)")
        }
    }

    /// What is published, and what is told of it.
    private mutating func checkState() async {
        let state = bench.state
        guard let snapshot = bench.traffic.last else { return complain("no snapshot") }
        let (generation, isPanicked) = (await state.generation, await state.draft.isPanicked)
        require(snapshot.generation == generation, "the generation is not the published one")
        let rules = await state.rules().rules
        let obeyed = snapshot.rules.filter { !$0.onlyLearns }.map(\.rule.id)
        require(obeyed == rules.filter(\.inForce).map(\.id), "in force are \(obeyed)")
        require(!isPanicked || obeyed.isEmpty, "\(obeyed) act in a panic")
        let cuts = snapshot.partitions.map(\.partition.id)
        let told = await state.partitions().partitions.filter(\.inForce).map(\.id)
        require(cuts == told, "cut are \(cuts), told are \(told)")
        require(!isPanicked || cuts.isEmpty, "\(cuts) are cut in a panic")
        require(rules.allSatisfy { !$0.inForce || $0.enabled }, "a disabled rule is in force")
        require(Set(rules.map(\.id)).count == rules.count, "an id is there twice")
        let snapshots = bench.traffic.snapshots
        for snapshot in snapshots[seenSnapshots...] {
            if let complaint = serials.see(snapshot) { complain(complaint) }
        }
        seenSnapshots = snapshots.count
        await checkWrittenBack()
    }

    /// The whole state, read and written back, is the same state: nothing begins anew.
    private mutating func checkWrittenBack() async {
        guard numbers.once(in: 5) else { return }
        let (document, _) = await bench.state.document()
        var attempt = AdminAttempt("PUT", "/v1/config", document)
        attempt.headers["content-type"] = "application/json"
        let before = bench.traffic.last
        let reply = await Self.send(attempt, to: bench)
        require(reply.status == 200, "the state is no configuration: \(attempt)")
        let after = bench.traffic.last
        require(
            before?.rules.map(\.serial) == after?.rules.map(\.serial),
            "a rule began anew: \(attempt)"
        )
        require(
            before?.partitions.map(\.serial) == after?.partitions.map(\.serial),
            "a partition began anew: \(attempt)"
        )
        let (again, _) = await bench.state.document()
        require(again == document, "the state reads otherwise: \(attempt)")
    }
}

/// Told to whoever lets time pass meanwhile.
private final class Answered: Sendable {
    let value = Mutex(false)
}

/// The numbers of times in force: each is used once, and a new one is larger than all before it.
private struct SerialWatch {
    private var current: [UInt64: String] = [:]
    private var newest: UInt64 = 0
    private var generation: UInt64 = 0

    mutating func see(_ snapshot: Snapshot) -> String? {
        defer { generation = snapshot.generation }
        guard snapshot.generation == generation + 1 else {
            return "generation \(snapshot.generation) after \(generation)"
        }
        let all =
            snapshot.rules.map { ($0.serial, "rule \($0.rule.id)") }
            + snapshot.partitions.map { ($0.serial, "partition \($0.partition.id)") }
        let now = Dictionary(all, uniquingKeysWith: { first, _ in first })
        defer {
            current = now
            newest = max(newest, now.keys.max() ?? 0)
        }
        guard now.count == all.count else { return "a serial is used twice: \(all)" }
        for (serial, owner) in now {
            guard let before = current[serial] else {
                if serial <= newest { return "the serial \(serial) is used again for \(owner)" }
                continue
            }
            if before != owner { return "the serial \(serial) of \(before) is \(owner)'s now" }
        }
        return nil
    }
}
