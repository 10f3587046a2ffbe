// SPDX-License-Identifier: Apache-2.0

/// What a rule does to the unit on which it fires: a closed set, one case a word of the language.
package enum Fault: Hashable, Sendable {
    // Any layer
    case delay(Delay)
    case bandwidth(Bandwidth)
    case slice(Slice)
    case stall(Stall)
    case corrupt(Corrupt)
    case close(Close)
    case hang(Hang)
    case slowClose(SlowClose)
    case refuse(Refuse)
    case loss(Loss)

    // HTTP
    case respond(Respond)
    case edit(Edit)
    case truncate(Truncate)
    case malform(Malformation)
    case swallow(Swallow)
    case `repeat`(Repeat)
    case rateLimit(RateLimit)
    case stale(Stale)

    /// The word a rule file uses; `reset` is `close` with `how: rst`.
    package var word: String {
        switch self {
        case .delay: "delay"
        case .bandwidth: "bandwidth"
        case .slice: "slice"
        case .stall: "stall"
        case .corrupt: "corrupt"
        case .close(let close): close.how == .rst ? "reset" : "close"
        case .hang: "hang"
        case .slowClose: "slow-close"
        case .refuse: "refuse"
        case .loss: "loss"
        case .respond: "respond"
        case .edit: "edit"
        case .truncate: "truncate"
        case .malform: "malform"
        case .swallow: "swallow"
        case .repeat: "repeat"
        case .rateLimit: "rate-limit"
        case .stale: "stale"
        }
    }

    /// Whether the fault needs an HTTP exchange; a plain stream has no answer or body.
    package var needsExchange: Bool {
        switch self {
        case .respond, .edit, .truncate, .malform, .swallow, .repeat, .rateLimit, .stale: true
        case .delay, .bandwidth, .slice, .stall, .corrupt, .close, .hang, .slowClose, .refuse,
            .loss:
            false
        }
    }

    /// Whether the fault acts on the upstream's answer, so that it can still begin when that comes.
    ///
    /// A rule that matches by `response:` may use no other.
    package var actsOnAnswer: Bool {
        switch self {
        case .refuse, .repeat, .rateLimit, .stale: false
        case .swallow(let swallow): swallow.what == .response
        case .edit(let edit): edit.request == nil
        case .malform(let malformation): malformation != .earlyResponse
        case .delay(let delay): !delay.atConnect && delay.toward == .client
        case .bandwidth(let bandwidth): bandwidth.toward == .client
        case .slice(let slice): slice.toward == .client
        case .stall(let stall): stall.toward == .client
        case .corrupt(let corrupt): corrupt.toward == .client
        case .loss(let loss): loss.toward == .client
        case .slowClose(let slowClose): slowClose.toward == .client
        case .truncate(let truncate): truncate.toward == .client
        case .close(let close): close.toward == .client
        case .respond, .hang: true
        }
    }
}
