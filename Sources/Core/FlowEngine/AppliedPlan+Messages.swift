// SPDX-License-Identifier: Apache-2.0
import FaultModel
import WireFormats

// What a plan asks of the messages of an exchange.
extension AppliedPlan {
    /// Whether some fault of these kinds is one that is meant; the others are not looked at.
    private func contains(_ kinds: Fault.Kinds, where isMeant: (Fault) -> Bool) -> Bool {
        guard self.kinds.has(kinds) else { return false }
        return faults.contains { kinds.has($0.firing.kind) && isMeant($0.firing.fault) }
    }

    /// The fault that settles an exchange before its request goes upstream, if there is one.
    var settlement: Firing? {
        guard kinds.has(.final | .malform | .rateLimit | .stale) else { return nil }
        for fault in faults {
            let firing = fault.firing
            switch firing.fault {
            case .respond(let respond) where !respond.forwards: return firing
            case .hang: return firing
            case .close(let close) where close.after == Close.now: return firing
            case .swallow(let swallow) where swallow.what == .request: return firing
            case .malform(.earlyResponse): return firing
            case .rateLimit where firing.quota?.isGranted == false: return firing
            case .stale: return firing
            default: continue
            }
        }
        return nil
    }

    /// Whether the request goes on otherwise than it came.
    var changesRequest: Bool {
        contains(.edit | .repeat | .truncate) { fault in
            switch fault {
            case .edit(let edit): edit.request != nil
            case .repeat: true
            case .truncate(let truncate): truncate.toward == .server && truncate.lengths == .fix
            default: false
            }
        }
    }

    /// Whether the whole request has to be here before it goes on.
    var needsWholeRequest: Bool {
        contains(.edit | .repeat | .truncate) { fault in
            switch fault {
            case .edit(let edit): edit.request?.body != nil
            case .repeat: true
            case .truncate(let truncate): truncate.toward == .server && truncate.lengths == .fix
            default: false
            }
        }
    }

    /// How many times the request is forwarded.
    var repetitions: Int {
        guard kinds.has(.repeat) else { return 1 }
        return faults.reduce(1) { times, fault in
            guard case .repeat(let again) = fault.firing.fault else { return times }
            return max(times, again.times)
        }
    }

    /// The answer that takes the place of the real one, which is read and dropped.
    ///
    /// Before the request is settled only `forward: true` gives one; a rule that waited for the real
    /// answer gives it in any case.
    var substitute: Firing? {
        guard kinds.has(.respond) else { return nil }
        return faults.first { $0.firing.kind.has(.respond) }?.firing
    }

    var swallowedAnswer: Swallow? {
        guard kinds.has(.swallow) else { return nil }
        for fault in faults {
            if case .swallow(let swallow) = fault.firing.fault, swallow.what == .response {
                return swallow
            }
        }
        return nil
    }

    /// Whether a message is lost for as long as its rule is in force.
    var swallows: Bool { kinds.has(.swallow) }

    /// Whether the answer goes on otherwise than it came.
    var changesAnswer: Bool {
        contains(.edit | .malform | .rateLimit | .truncate) { fault in
            switch fault {
            case .edit(let edit): edit.response != nil
            case .malform(let malformation): malformation != .earlyResponse
            case .rateLimit(let limit): limit.headers != .none
            case .truncate(let truncate): truncate.toward == .client && truncate.lengths == .fix
            default: false
            }
        }
    }

    /// A partial body that keeps its promised length.
    func truncate(_ direction: Direction) -> Truncate? {
        guard kinds.has(.truncate) else { return nil }
        for fault in faults {
            if case .truncate(let truncate) = fault.firing.fault, truncate.lengths == .keep,
                truncate.toward.includes(direction)
            {
                return truncate
            }
        }
        return nil
    }

    /// Whether a rule that waited for the answer holds it back.
    var holdsAnswer: Bool { kinds.has(.hang) }

    /// Whether some body is a template, for which the request has to be remembered.
    var hasTemplate: Bool { kinds.has(.template) }
}
