// SPDX-License-Identifier: Apache-2.0

extension Fault {
    /// Which faults there are, without what they ask.
    ///
    /// Asked before a fault is looked at, which means to copy it; inlinable because it is asked
    /// several times for each exchange, and from other modules.
    package struct Kinds: Equatable, Sendable {
        package let bits: UInt32

        @inlinable package init(bits: UInt32) { self.bits = bits }

        @inlinable package static var none: Kinds { Kinds(bits: 0) }
        @inlinable package static var delay: Kinds { Kinds(bits: 1 << 0) }
        @inlinable package static var bandwidth: Kinds { Kinds(bits: 1 << 1) }
        @inlinable package static var slice: Kinds { Kinds(bits: 1 << 2) }
        @inlinable package static var stall: Kinds { Kinds(bits: 1 << 3) }
        @inlinable package static var corrupt: Kinds { Kinds(bits: 1 << 4) }
        @inlinable package static var close: Kinds { Kinds(bits: 1 << 5) }
        @inlinable package static var hang: Kinds { Kinds(bits: 1 << 6) }
        @inlinable package static var slowClose: Kinds { Kinds(bits: 1 << 7) }
        @inlinable package static var refuse: Kinds { Kinds(bits: 1 << 8) }
        @inlinable package static var loss: Kinds { Kinds(bits: 1 << 9) }
        @inlinable package static var respond: Kinds { Kinds(bits: 1 << 10) }
        @inlinable package static var edit: Kinds { Kinds(bits: 1 << 11) }
        @inlinable package static var truncate: Kinds { Kinds(bits: 1 << 12) }
        @inlinable package static var malform: Kinds { Kinds(bits: 1 << 13) }
        @inlinable package static var swallow: Kinds { Kinds(bits: 1 << 14) }
        @inlinable package static var `repeat`: Kinds { Kinds(bits: 1 << 15) }
        @inlinable package static var rateLimit: Kinds { Kinds(bits: 1 << 16) }
        @inlinable package static var stale: Kinds { Kinds(bits: 1 << 17) }
        /// Beside one of the others: some body is a template, for which the request is remembered.
        @inlinable package static var template: Kinds { Kinds(bits: 1 << 18) }

        /// No fault after one of these can act: the unit's end is settled.
        @inlinable package static var final: Kinds { .respond | .close | .hang | .swallow }

        @inlinable package static func | (left: Kinds, right: Kinds) -> Kinds {
            Kinds(bits: left.bits | right.bits)
        }

        /// Whether some of these are there.
        @inlinable package func has(_ kinds: Kinds) -> Bool { bits & kinds.bits != 0 }
    }

    /// This fault's kind, and ``Kinds/template`` beside it where that is so.
    package var kind: Kinds {
        switch self {
        case .delay: .delay
        case .bandwidth: .bandwidth
        case .slice: .slice
        case .stall: .stall
        case .corrupt: .corrupt
        case .close: .close
        case .hang: .hang
        case .slowClose: .slowClose
        case .refuse: .refuse
        case .loss: .loss
        case .respond(let respond): respond.body.isTemplate ? .respond | .template : .respond
        case .edit(let edit):
            edit.request?.body?.isTemplate == true || edit.response?.body?.isTemplate == true
                ? .edit | .template : .edit
        case .truncate: .truncate
        case .malform: .malform
        case .swallow: .swallow
        case .repeat: .repeat
        case .rateLimit: .rateLimit
        case .stale: .stale
        }
    }

    /// Whether no fault after this one can act: the unit's end is settled.
    package var isFinal: Bool { kind.has(.final) }
}

extension Body {
    fileprivate var isTemplate: Bool { if case .template = self { true } else { false } }
}

extension MessageEdit.BodyEdit {
    fileprivate var isTemplate: Bool {
        if case .replace(let body) = self { body.isTemplate } else { false }
    }
}
