// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

/// The rules in their order, and what has become of each: a value, so that a change can be tried
/// on a copy and dropped.
struct RuleBook: Sendable {
    private(set) var slots: [Slot] = []
    private var positions: [String: Int] = [:]
    /// The time to which the rules were brought last.
    private var settledAt: Int64 = .min
    private let makeTally: @Sendable (_ rule: String) -> any Tally

    init(makeTally: @escaping @Sendable (_ rule: String) -> any Tally) {
        self.makeTally = makeTally
    }

    subscript(id: String) -> Slot? { positions[id].map { slots[$0] } }

    var entries: [RuleEntry] { slots.map(\.entry) }

    /// The rules in force and those that only learn, in order.
    var active: [ActiveRule] { slots.compactMap(\.active) }

    /// The next time at which a rule comes into force, leaves it, or disables itself.
    func deadline(isPanicked: Bool) -> Int64? {
        slots.lazy.filter(\.isEnabled)
            .compactMap { $0.nextEdge(after: settledAt, isPanicked: isPanicked) }.min()
    }

    /// Whether a rule has used up its budget and is enabled still.
    var hasExhausted: Bool { slots.contains { $0.isEnabled && $0.tally.exhausted != nil } }

    /// The rules whose answers are remembered: those with a `stale` fault, in force or not.
    var remembering: Set<String> { Set(slots.filter(\.hasStale).map(\.entry.rule.id)) }

    /// The terms whose windows are closed: what connections counted goes on when they open.
    var pausedTerms: Set<UInt64> { Set(slots.filter { $0.serial == nil }.compactMap(\.term)) }

    mutating func append(_ entry: RuleEntry, under lease: String? = nil, at now: Int64) {
        positions[entry.rule.id] = slots.count
        slots.append(fresh(entry, under: lease, at: now))
    }

    mutating func remove(_ id: String) {
        slots.removeAll { $0.entry.rule.id == id }
        index()
    }

    /// Takes a new definition; one that acts alike leaves the rule as it is.
    ///
    /// - Returns: what changed, in the words of the event log; empty for nothing.
    mutating func update(_ entry: RuleEntry, at now: Int64) -> [String] {
        guard let position = positions[entry.rule.id] else { return [] }
        let (slot, changes) = updated(slots[position], with: entry, at: now)
        slots[position] = slot
        return changes
    }

    /// Makes these the rules, keeping what is known of those that stay.
    ///
    /// - Parameter lease: What those that are new belong to.
    mutating func replace(
        with entries: [RuleEntry],
        under lease: String? = nil,
        at now: Int64
    ) -> [StateChange] {
        var changes: [StateChange] = []
        let kept = Set(entries.map(\.rule.id))
        for slot in slots where !kept.contains(slot.entry.rule.id) {
            changes.append(StateChange("rule.removed", slot.entry.rule.id))
        }
        slots = entries.map { entry in
            guard let slot = self[entry.rule.id] else {
                changes.append(StateChange("rule.added", entry.rule.id))
                return fresh(entry, under: lease, at: now)
            }
            let (kept, words) = updated(slot, with: entry, at: now)
            changes += words.map { StateChange($0, entry.rule.id) }
            return kept
        }
        index()
        return changes
    }

    /// - Parameters:
    ///   - duration: in place of the rule's own `for`, this once.
    ///   - lease: at whose end the rule is disabled again, unless it was enabled already.
    mutating func enable(
        _ id: String,
        for duration: Duration?,
        under lease: String? = nil,
        at now: Int64
    ) -> Bool {
        guard let position = positions[id] else { return false }
        let wasEnabled = slots[position].isEnabled
        // Whoever enables for good what a lease has enabled frees it from the lease.
        let isFreed = lease == nil && slots[position].hold?.isWhole == false
        guard !wasEnabled || duration != nil || isFreed else { return false }
        if isFreed {
            slots[position].hold = nil
        } else if let lease, !wasEnabled, slots[position].hold == nil {
            slots[position].hold = Hold(lease: lease, isWhole: false)
        }
        slots[position].entry = slots[position].entry.enabled(true)
        if wasEnabled, let duration {
            slots[position].expiresAt = max(now, slots[position].startsAt) + duration.nanoseconds
        } else if !wasEnabled {
            slots[position].start(at: now, for: duration)
        }
        return true
    }

    mutating func disable(_ id: String) -> Bool {
        guard let position = positions[id], slots[position].isEnabled else { return false }
        slots[position].disable()
        return true
    }

    /// Removes the rules that belong to a lease, and disables those that it enabled.
    mutating func release(_ lease: String) -> [StateChange] {
        var changes: [StateChange] = []
        for position in slots.indices {
            guard let hold = slots[position].hold, hold.lease == lease else { continue }
            let word = hold.isWhole ? "rule.removed" : "rule.disabled"
            changes.append(StateChange(word, slots[position].entry.rule.id))
            if !hold.isWhole { slots[position].disable() }
        }
        slots.removeAll { $0.hold?.lease == lease }
        index()
        return changes
    }

    /// Counts anew; the fresh serial makes connections forget their own counts too.
    mutating func resetCounters(_ id: String) {
        guard let position = positions[id] else { return }
        slots[position].tally = makeTally(id)
        slots[position].leaveForce()
    }

    /// Brings the rules to a time: disables those that are over, and gives serials to those that
    /// come into force or begin to learn.
    ///
    /// In a panic none does; its time goes on.
    mutating func settle(
        at now: Int64,
        isPanicked: Bool,
        serials: inout DesiredState.Serials
    ) -> [StateChange] {
        settledAt = now
        var changes: [StateChange] = []
        for position in slots.indices {
            slots[position].settle(
                at: now,
                isPanicked: isPanicked,
                serials: &serials,
                into: &changes
            )
        }
        return changes
    }

    private func fresh(_ entry: RuleEntry, under lease: String?, at now: Int64) -> Slot {
        var slot = Slot(entry: entry, tally: makeTally(entry.rule.id))
        slot.hold = lease.map { Hold(lease: $0, isWhole: true) }
        slot.start(at: now)
        return slot
    }

    private func updated(
        _ old: Slot,
        with entry: RuleEntry,
        at now: Int64
    ) -> (Slot, changes: [String]) {
        guard Self.actAlike(old.entry.rule, entry.rule) else {
            var slot = fresh(entry, under: nil, at: now)
            slot.hold = Self.hold(old.hold, entry)
            return (slot, ["rule.changed"])
        }
        var slot = old
        slot.entry = entry
        slot.hold = Self.hold(old.hold, entry)
        if entry.rule.isEnabled, !old.isEnabled {
            slot.start(at: now)
            return (slot, ["rule.enabled"])
        }
        if !entry.rule.isEnabled, old.isEnabled { return (slot, ["rule.disabled"]) }
        return (slot, old.entry.source == entry.source ? [] : ["rule.changed"])
    }

    /// A lease keeps a rule through its changes; what it enabled, until that is disabled.
    private static func hold(_ hold: Hold?, _ entry: RuleEntry) -> Hold? {
        hold.flatMap { $0.isWhole || entry.rule.isEnabled ? $0 : nil }
    }

    private static func actAlike(_ old: Rule, _ new: Rule) -> Bool {
        var old = old
        old.about = new.about
        old.tags = new.tags
        old.isEnabled = new.isEnabled
        return old == new
    }

    private mutating func index() {
        positions = Dictionary(
            slots.enumerated().map { ($1.entry.rule.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

/// A change, in the words of the event log.
struct StateChange: Equatable, Sendable {
    let word: String
    let subject: String?
    /// For a person, where the word does not say all.
    let detail: String?

    init(_ word: String, _ subject: String?, detail: String? = nil) {
        self.word = word
        self.subject = subject
        self.detail = detail
    }
}
