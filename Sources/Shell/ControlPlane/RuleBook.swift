// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

/// The rules in their order, and what has become of each: a value, so that a change can be tried
/// on a copy and dropped.
struct RuleBook: Sendable {
    struct Slot: Sendable {
        var entry: RuleEntry
        var tally: any Tally
        /// While the rule is enabled: when it comes into force, in the time of the run.
        var startsAt: Int64 = 0
        /// While the rule is enabled: when it disables itself.
        var expiresAt: Int64?
        /// While the rule is in force.
        var serial: UInt64?

        var isEnabled: Bool { entry.rule.isEnabled }

        mutating func start(at now: Int64, for duration: Duration? = nil) {
            startsAt = now + entry.rule.limit.after.nanoseconds
            expiresAt = (duration ?? entry.rule.limit.duration).map { startsAt + $0.nanoseconds }
        }
    }

    private(set) var slots: [Slot] = []
    private var positions: [String: Int] = [:]
    private var lastSerial: UInt64 = 0
    private let makeTally: @Sendable () -> any Tally

    init(makeTally: @escaping @Sendable () -> any Tally) { self.makeTally = makeTally }

    subscript(id: String) -> Slot? { positions[id].map { slots[$0] } }

    var entries: [RuleEntry] { slots.map(\.entry) }

    /// The rules in force, in order.
    var active: [ActiveRule] {
        slots.compactMap { slot in
            slot.serial.map { ActiveRule(rule: slot.entry.rule, serial: $0, tally: slot.tally) }
        }
    }

    /// The next time at which a rule comes into force or disables itself.
    var deadline: Int64? {
        slots.lazy.filter(\.isEnabled)
            .compactMap { $0.serial == nil ? $0.startsAt : $0.expiresAt }.min()
    }

    mutating func append(_ entry: RuleEntry, at now: Int64) {
        positions[entry.rule.id] = slots.count
        slots.append(fresh(entry, at: now))
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
    mutating func replace(with entries: [RuleEntry], at now: Int64) -> [StateChange] {
        var changes: [StateChange] = []
        let kept = Set(entries.map(\.rule.id))
        for slot in slots where !kept.contains(slot.entry.rule.id) {
            changes.append(StateChange("rule.removed", slot.entry.rule.id))
        }
        slots = entries.map { entry in
            guard let slot = self[entry.rule.id] else {
                changes.append(StateChange("rule.added", entry.rule.id))
                return fresh(entry, at: now)
            }
            let (kept, words) = updated(slot, with: entry, at: now)
            changes += words.map { StateChange($0, entry.rule.id) }
            return kept
        }
        index()
        return changes
    }

    /// - Parameter duration: in place of the rule's own `for`, this once.
    mutating func enable(_ id: String, for duration: Duration?, at now: Int64) -> Bool {
        guard let position = positions[id] else { return false }
        let wasEnabled = slots[position].isEnabled
        guard !wasEnabled || duration != nil else { return false }
        slots[position].entry = slots[position].entry.enabled(true)
        if wasEnabled, let duration {
            slots[position].expiresAt = max(now, slots[position].startsAt) + duration.nanoseconds
        } else {
            slots[position].start(at: now, for: duration)
        }
        return true
    }

    mutating func disable(_ id: String) -> Bool {
        guard let position = positions[id], slots[position].isEnabled else { return false }
        slots[position].entry = slots[position].entry.enabled(false)
        return true
    }

    /// Counts anew; the fresh serial makes connections forget their own counts too.
    mutating func resetCounters(_ id: String) {
        guard let position = positions[id] else { return }
        slots[position].tally = makeTally()
        slots[position].serial = nil
    }

    /// Brings the rules to a time: gives serials to those that come into force.
    ///
    /// - Returns: the ids of the rules whose `for` has passed; they are disabled now.
    mutating func settle(at now: Int64) -> [String] {
        var expired: [String] = []
        for position in slots.indices {
            if slots[position].isEnabled, let end = slots[position].expiresAt, end <= now {
                slots[position].entry = slots[position].entry.enabled(false)
                expired.append(slots[position].entry.rule.id)
            }
            guard slots[position].isEnabled, slots[position].startsAt <= now else {
                slots[position].serial = nil
                continue
            }
            if slots[position].serial == nil {
                lastSerial += 1
                slots[position].serial = lastSerial
            }
        }
        return expired
    }

    private func fresh(_ entry: RuleEntry, at now: Int64) -> Slot {
        var slot = Slot(entry: entry, tally: makeTally())
        slot.start(at: now)
        return slot
    }

    private func updated(
        _ old: Slot,
        with entry: RuleEntry,
        at now: Int64
    ) -> (Slot, changes: [String]) {
        guard Self.actAlike(old.entry.rule, entry.rule) else {
            return (fresh(entry, at: now), ["rule.changed"])
        }
        var slot = old
        slot.entry = entry
        if entry.rule.isEnabled, !old.isEnabled {
            slot.start(at: now)
            return (slot, ["rule.enabled"])
        }
        if !entry.rule.isEnabled, old.isEnabled { return (slot, ["rule.disabled"]) }
        return (slot, old.entry.source == entry.source ? [] : ["rule.changed"])
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

    init(_ word: String, _ subject: String?) {
        self.word = word
        self.subject = subject
    }
}
