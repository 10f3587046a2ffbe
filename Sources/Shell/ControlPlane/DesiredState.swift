// SPDX-License-Identifier: Apache-2.0
import AdminContract
package import EventJournal
import EventRecords
package import FaultModel
package import RuleFiles

/// What is wanted of the proxy, and the one place where that changes.
///
/// Changes come one after another. Each is tried on a copy, handed to the data plane as a snapshot,
/// and becomes the state only when the data plane has obeyed: a change that fails changes nothing.
/// One alarm waits for the next rule, partition or lease that comes into force or ends.
package actor DesiredState {
    /// Makes the counters of one rule; they tell their news from whatever thread it happens on.
    package typealias MakeTally =
        @Sendable (
            _ tell: @escaping @Sendable (TallyNews) -> Void
        ) -> any Tally

    /// Changes that wait for their turn; one more is refused.
    package static let maximumWaitingChanges = 256
    /// Urgent ones that go before them: panics, and what is due.
    package static let maximumUrgentChanges = 16
    /// Of one change; its `config.applied` record stands for the rest.
    package static let maximumRecordsPerChange = 1_000
    /// Before a due change that the data plane refused is tried again: 1 s.
    private static let retryDelay: Int64 = 1_000_000_000

    let traffic: any TrafficControl
    let log: EventLog
    let clock: any Timekeeper
    let allowProduction: Bool
    let drawNumber: @Sendable () -> UInt64
    /// Of the run, where the document names none.
    private let runSeed: UInt64
    private(set) var draft: Draft
    package private(set) var generation: UInt64 = 0
    private var isChanging = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var alarm: Task<Void, Never>?
    private var isStopped = false
    /// Yields when a budget is used up; what waits there is one word, however many there are.
    private let exhaustions: AsyncStream<Void>
    private var watch: Task<Void, Never>?

    /// - Parameters:
    ///   - configuration: What is wanted at first; nothing is in force before ``start()``.
    ///   - seed: Of the run, where the configuration names none.
    ///   - allowProduction: Lets rules stand in a `production` environment.
    ///   - drawNumber: Draws what the id of a lease is made of.
    ///   - makeTally: Makes the counters of one rule, which tell what is to be known of them.
    package init(
        _ configuration: Configuration,
        seed: UInt64,
        allowProduction: Bool,
        traffic: any TrafficControl,
        log: EventLog,
        clock: any Timekeeper,
        drawNumber: @escaping @Sendable () -> UInt64,
        makeTally: @escaping MakeTally
    ) {
        self.traffic = traffic
        self.log = log
        self.clock = clock
        self.allowProduction = allowProduction
        self.drawNumber = drawNumber
        runSeed = seed
        let (exhaustions, continuation) = AsyncStream<Void>.makeStream(
            bufferingPolicy: .bufferingNewest(1)
        )
        self.exhaustions = exhaustions
        var book = RuleBook { rule in
            makeTally { news in
                switch news {
                case .exhausted: continuation.yield()
                case .keysAreFull: log.append(Self.notice(ofFullKeys: rule))
                }
            }
        }
        for entry in configuration.rules { book.append(entry, at: clock.now) }
        var partitions = PartitionBook()
        for entry in configuration.partitions { partitions.append(entry, at: clock.now) }
        draft = Draft(
            configuredSeed: configuration.seed,
            environment: configuration.environment,
            proxies: configuration.proxies,
            book: book,
            partitions: partitions
        )
    }

    package var seed: UInt64 { draft.configuredSeed ?? runSeed }

    /// Whether the first snapshot is in force.
    package var isReady: Bool { generation > 0 && !isStopped }

    /// Puts the first snapshot in force.
    package func start() async throws(AdminFailure) {
        let (entries, partitions) = (draft.book.entries, draft.partitions.entries)
        let now = clock.now
        _ = try await change { (draft: inout Draft) throws(AdminFailure) -> [StateChange] in
            // The time that passed before the start belongs to no rule and no partition.
            _ = draft.book.replace(with: [], at: now)
            _ = draft.book.replace(with: entries, at: now)
            _ = draft.partitions.replace(with: [], at: now)
            _ = draft.partitions.replace(with: partitions, at: now)
            return [StateChange("config.applied", nil)]
        }
        let exhaustions = exhaustions
        watch =
            watch
            ?? Task { [weak self] in
                for await _ in exhaustions { await self?.becomeDue() }
            }
    }

    /// Ends what waits; the state stays as it is.
    package func stop() {
        isStopped = true
        watch?.cancel()
        watch = nil
        alarm?.cancel()
        alarm = nil
    }

    private static func notice(ofFullKeys rule: String) -> EventRecord.Body {
        notice(
            "limit.keys",
            "\(rule) counts as many clients or header values apart as it can; further ones pass"
        )
    }

    private static func notice(_ code: String, _ message: String) -> EventRecord.Body {
        .notice(NoticeRecord(code: code, message: message, proxy: nil, connection: nil))
    }

    // MARK: One change after another

    /// Makes one change, and one new generation unless it changes nothing.
    ///
    /// - Parameters:
    ///   - expected: The generation that the change was meant for; 412 when it is another now.
    ///   - isUrgent: It goes before the changes that wait.
    ///   - edit: Changes the copy and says what it changed.
    /// - Returns: the generation that is in force now.
    @discardableResult
    func change(
        from expected: UInt64? = nil,
        isUrgent: Bool = false,
        _ edit: (inout Draft) throws(AdminFailure) -> [StateChange]
    ) async throws(AdminFailure) -> UInt64 {
        try await takeTurn(isUrgent: isUrgent)
        defer { endTurn() }
        try check(expected)
        var next = draft
        let changes = try edit(&next)
        guard !changes.isEmpty else { return generation }
        let due = next.settle(at: clock.now)
        try await commit(next, changes + due)
        return generation
    }

    /// Changes what the data plane need not know of, without a new generation.
    func revise(
        _ edit: (inout Draft) throws(AdminFailure) -> [StateChange]
    ) async throws(AdminFailure) {
        try await takeTurn()
        defer { endTurn() }
        var next = draft
        let changes = try edit(&next)
        draft = next
        record(changes)
        setAlarm(at: draft.deadline)
    }

    func check(_ expected: UInt64?) throws(AdminFailure) {
        guard let expected, expected != generation else { return }
        throw AdminFailure(
            412,
            "config.stale",
            "the generation is \(generation), not \(expected)",
            hint: "read the state again and repeat the change"
        )
    }

    private func commit(_ next: Draft, _ changes: [StateChange]) async throws(AdminFailure) {
        let snapshot = Snapshot(
            generation: generation + 1,
            seed: next.configuredSeed ?? runSeed,
            proxies: next.proxies.map { Self.definition(of: $0, isPanicked: next.isPanicked) },
            rules: next.book.active,
            partitions: next.partitions.active,
            remembering: next.book.remembering,
            pausedTerms: next.book.pausedTerms
        )
        do {
            try await traffic.apply(snapshot)
        } catch {
            throw AdminFailure(error)
        }
        draft = next
        generation = snapshot.generation
        record(changes)
        setAlarm(at: draft.deadline)
    }

    private func record(_ changes: [StateChange]) {
        let time = clock.now
        log.append(
            contentsOf: changes.suffix(Self.maximumRecordsPerChange).map { change in
                EventRecord(
                    elapsed: time,
                    body: .state(
                        StateRecord(
                            change: change.word,
                            subject: change.subject,
                            generation: generation,
                            detail: change.detail
                        )
                    )
                )
            }
        )
    }

    /// How many changes wait for their turn.
    var waitingChanges: Int { waiting.count }

    /// In a panic requests may not ask for faults either.
    private static func definition(of proxy: ProxyEntry, isPanicked: Bool) -> ProxyDefinition {
        var definition = proxy.definition
        if isPanicked { definition.requestFaults = nil }
        return definition
    }

    private func takeTurn(isUrgent: Bool = false) async throws(AdminFailure) {
        guard isChanging else {
            isChanging = true
            return
        }
        let places = Self.maximumWaitingChanges + (isUrgent ? Self.maximumUrgentChanges : 0)
        guard waiting.count < places else {
            throw AdminFailure(
                503,
                "state.busy",
                "\(Self.maximumWaitingChanges) changes are waiting already",
                hint: "try again later"
            )
        }
        await withCheckedContinuation { turn in
            waiting.insert(turn, at: isUrgent ? 0 : waiting.count)
        }
    }

    private func endTurn() {
        if waiting.isEmpty { isChanging = false } else { waiting.removeFirst().resume() }
    }

    // MARK: What is due

    private func setAlarm(at time: Int64?) {
        alarm?.cancel()
        alarm = nil
        guard let time, !isStopped else { return }
        let clock = clock
        alarm = Task { [weak self] in
            await clock.wait(until: time)
            guard !Task.isCancelled else { return }
            await self?.becomeDue()
        }
    }

    private func becomeDue() async {
        guard (try? await takeTurn(isUrgent: true)) != nil else {
            return setAlarm(at: clock.now + Self.retryDelay)
        }
        defer { endTurn() }
        let isDue = draft.deadline.map { $0 <= clock.now } ?? false
        guard isDue || draft.book.hasExhausted, !isStopped else {
            return setAlarm(at: draft.deadline)
        }
        var next = draft
        let changes = next.settle(at: clock.now)
        do {
            try await commit(next, changes)
        } catch {
            log.append(Self.notice("state.unapplied", error.reply.error.message))
            setAlarm(at: clock.now + Self.retryDelay)
        }
    }
}
