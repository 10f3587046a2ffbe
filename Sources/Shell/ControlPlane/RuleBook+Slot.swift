// SPDX-License-Identifier: Apache-2.0
import FaultModel
import RuleFiles

extension RuleBook {
    /// One rule, and what has become of it.
    struct Slot: Sendable {
        var entry: RuleEntry
        var tally: any Tally
        /// While the rule is enabled: when its `after` has passed, in the time of the run.
        var startsAt: Int64 = 0
        /// While the rule is enabled: when it disables itself.
        var expiresAt: Int64?
        /// While the rule is in force.
        private(set) var serial: UInt64?
        /// The serial of the rule's first time in force since it was enabled; its windows share it.
        private(set) var term: UInt64?
        /// While the rule is not in force and only learns what its `stale` fault will need.
        private(set) var learnerSerial: UInt64?
        /// While the rule has a window and its `after` has passed.
        private(set) var window: WindowPhase?
        /// While the rule, or its being enabled, belongs to a lease.
        var hold: Hold?
        /// Enabled, and its `after` has not passed yet.
        private var isWaiting = false
        /// Edges of the window that the event log was told of since the rule was enabled.
        private var recordedEdges = 0

        init(entry: RuleEntry, tally: any Tally) {
            self.entry = entry
            self.tally = tally
        }

        var isEnabled: Bool { entry.rule.isEnabled }

        var hasStale: Bool { entry.rule.then.contains { $0.kind == .stale } }

        /// What the data plane is told of the rule; `nil`: nothing.
        var active: ActiveRule? {
            guard let serial = serial ?? learnerSerial else { return nil }
            return ActiveRule(
                rule: entry.rule,
                serial: serial,
                tally: tally,
                since: startsAt,
                onlyLearns: self.serial == nil,
                term: term
            )
        }

        /// Begins the time of a rule that was enabled; its budget is whole.
        mutating func start(at now: Int64, for duration: Duration? = nil) {
            startsAt = now + entry.rule.limit.after.nanoseconds
            expiresAt = (duration ?? entry.rule.limit.duration).map { startsAt + $0.nanoseconds }
            isWaiting = startsAt > now
            recordedEdges = 0
            if entry.rule.limit.budget != nil { tally = tally.withFreshBudget() }
        }

        mutating func disable() {
            entry = entry.enabled(false)
            if hold?.isWhole == false { hold = nil }
        }

        /// Whatever counts by serial begins anew when the rule is in force again.
        mutating func leaveForce() { (serial, term, window) = (nil, nil, nil) }

        /// The next time at which something becomes of the rule by itself.
        func nextEdge(after now: Int64, isPanicked: Bool) -> Int64? {
            if startsAt > now { return startsAt }
            let edges = [expiresAt, isPanicked ? nil : window?.until]
            return edges.compactMap(\.self).min()
        }

        /// Brings the rule to a time.
        mutating func settle(
            at now: Int64,
            isPanicked: Bool,
            serials: inout DesiredState.Serials,
            into changes: inout [StateChange]
        ) {
            let id = entry.rule.id
            if isEnabled, let end = expiresAt, end <= now {
                disable()
                changes.append(StateChange("rule.expired", id))
            } else if isEnabled, let measure = tally.exhausted {
                disable()
                let detail = "the budget of \(measure.rawValue) is used up"
                changes.append(StateChange("rule.exhausted", id, detail: detail))
            }
            let hasStarted = isEnabled && startsAt <= now
            if hasStarted, isWaiting {
                isWaiting = false
                if !isPanicked { changes.append(StateChange("rule.started", id)) }
            }
            if hasStarted, !isPanicked {
                turnWindow(at: now, into: &changes)
                term = term ?? serials.next()
            } else {
                leaveForce()
            }
            takeSerials(from: &serials, isPanicked: isPanicked)
        }

        private mutating func takeSerials(
            from serials: inout DesiredState.Serials,
            isPanicked: Bool
        ) {
            if let term, window?.isOpen ?? true {
                // Without windows the term is the one time in force.
                serial = serial ?? (window == nil ? term : serials.next())
            } else {
                serial = nil
            }
            let onlyLearns = serial == nil && !isPanicked && hasStale
            learnerSerial = onlyLearns ? learnerSerial ?? serials.next() : nil
        }

        private mutating func turnWindow(at now: Int64, into changes: inout [StateChange]) {
            guard let rhythm = entry.rule.limit.window else { return window = nil }
            let before = window?.isOpen
            let phase = WindowPhase(rhythm, since: startsAt, at: now)
            window = phase
            guard let before, before != phase.isOpen else { return }
            let isSlow = rhythm.every >= WindowPhase.recordedInterval
            guard isSlow || recordedEdges < WindowPhase.maximumRecordedEdges else { return }
            recordedEdges = min(recordedEdges + 1, WindowPhase.maximumRecordedEdges)
            let isLast = !isSlow && recordedEdges == WindowPhase.maximumRecordedEdges
            changes.append(
                StateChange(
                    phase.isOpen ? "rule.window-opened" : "rule.window-closed",
                    entry.rule.id,
                    detail: isLast ? "its further windows are not recorded" : nil
                )
            )
        }
    }

    /// What a lease has of a rule.
    struct Hold: Equatable, Sendable {
        let lease: String
        /// The rule goes when the lease ends; otherwise it was there before, and is disabled.
        let isWhole: Bool
    }

    /// Whether a rule's window is open, and until when that stays so.
    struct WindowPhase: Equatable, Sendable {
        let isOpen: Bool
        let until: Int64

        /// Edges of faster windows than ``recordedInterval`` that the event log is told of, for each
        /// time that the rule is enabled: a window of 100 ms would leave room for nothing else.
        static let maximumRecordedEdges = 100
        static let recordedInterval = Duration.seconds(10)

        /// - Parameter start: When the first window opened; not after `now`.
        init(_ window: Limit.Window, since start: Int64, at now: Int64) {
            let every = max(1, window.every.nanoseconds)
            let opened = now - max(0, now - start) % every
            let length = now - opened < window.on.nanoseconds ? window.on.nanoseconds : every
            let (edge, overflow) = opened.addingReportingOverflow(length)
            isOpen = now - opened < window.on.nanoseconds
            until = overflow ? .max : edge
        }
    }
}
