// SPDX-License-Identifier: Apache-2.0

/// What a rule does to the unit on which it fires: a closed set, one case a word of the language.
package enum Fault: Hashable, Sendable {
    case delay(Delay)
    case bandwidth(Bandwidth)
    case respond(Respond)
    case close(Close)
    case hang(Hang)
    case truncate(Truncate)

    /// The word a rule file uses; `reset` is `close` with `how: rst`.
    package var word: String {
        switch self {
        case .delay: "delay"
        case .bandwidth: "bandwidth"
        case .respond: "respond"
        case .close(let close): close.how == .rst ? "reset" : "close"
        case .hang: "hang"
        case .truncate: "truncate"
        }
    }

    /// Whether no fault after this one can act: the unit's end is settled.
    package var isFinal: Bool {
        switch self {
        case .respond, .close, .hang: true
        case .delay, .bandwidth, .truncate: false
        }
    }

    /// Whether the fault needs an HTTP exchange; a plain stream has no answer or body.
    package var needsExchange: Bool {
        switch self {
        case .respond, .truncate: true
        case .delay, .bandwidth, .close, .hang: false
        }
    }
}

/// Holds each unit for a time; order is kept, and a stream keeps its rate.
package struct Delay: Hashable, Sendable {
    package var distribution: Distribution
    /// Upper bound on what is drawn; `nil`: none.
    package var max: Duration?
    package var toward: Toward
    /// Hold the dial of the upstream, not the bytes.
    package var atConnect: Bool

    package init(_ distribution: Distribution, max: Duration?, toward: Toward, atConnect: Bool) {
        self.distribution = distribution
        self.max = max
        self.toward = toward
        self.atConnect = atConnect
    }

    package enum Distribution: Hashable, Sendable {
        case fixed(Duration)
        /// Every value from lower to upper is equally likely; `200ms ± 50ms` is 150 ms to 250 ms.
        case uniform(lower: Duration, upper: Duration)
    }

    /// The delay that a fraction in `0..<1` stands for.
    package func value(at fraction: Double) -> Duration {
        let drawn =
            switch distribution {
            case .fixed(let duration): duration
            case .uniform(let lower, let upper): lower + (upper - lower) * fraction
            }
        return max.map { min(drawn, $0) } ?? drawn
    }
}

/// Limits how fast bytes pass, by a token bucket for each connection.
package struct Bandwidth: Hashable, Sendable {
    package var rate: ByteRate
    /// What may pass at once after idle time; default 0.
    package var burst: ByteCount
    package var toward: Toward

    package init(rate: ByteRate, burst: ByteCount, toward: Toward) {
        self.rate = rate
        self.burst = burst
        self.toward = toward
    }
}

/// An answer in place of the upstream's; the request never reaches upstream.
package struct Respond: Hashable, Sendable {
    /// 200 to 599: an interim or switching answer would leave the exchange open.
    package var status: UInt16
    /// `nil`: the phrase that RFC 9110 names for the status.
    package var reason: String?
    package var headers: [Field]
    package var body: [UInt8]

    package init(status: UInt16, reason: String?, headers: [Field], body: [UInt8]) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
    }

    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// Ends the connection, at once or after some bytes or some time.
package struct Close: Hashable, Sendable {
    package var after: Point
    package var how: How
    /// Whose bytes `after` counts; default `client`, what comes back.
    package var toward: Toward

    package init(after: Point, how: How, toward: Toward) {
        self.after = after
        self.how = how
        self.toward = toward
    }

    package static let now = Point.bytes(.zero)

    package enum Point: Hashable, Sendable {
        case bytes(ByteCount)
        case time(Duration)
    }

    package enum How: Hashable, Sendable {
        /// An orderly end: FIN (RFC 9293, section 3.6).
        case fin
        /// An abort: RST (RFC 9293, section 3.5.2).
        case rst
    }
}

/// Accepts everything and answers nothing; what arrives is kept for the release.
package struct Hang: Hashable, Sendable {
    /// Ends it with a close; `nil`: until the rule is removed.
    package var duration: Duration?

    package init(for duration: Duration?) { self.duration = duration }
}

/// Delivers a part of the response's body; the promised length stays as it was.
package struct Truncate: Hashable, Sendable {
    package var after: Point
    package var then: Ending

    package init(after: Point, then: Ending) {
        self.after = after
        self.then = then
    }

    package enum Point: Hashable, Sendable {
        /// Bytes of content, chunk framing not counted.
        case bytes(ByteCount)
        /// A share in `0...1` of a Content-Length; a body of unknown length is left whole.
        case share(Double)
    }

    package enum Ending: Hashable, Sendable {
        case close
        case reset
        case hang
    }
}
