// SPDX-License-Identifier: Apache-2.0

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

/// Delays only the end of a stream: what was sent passes, its FIN waits.
package struct SlowClose: Hashable, Sendable {
    package var delay: Duration
    package var toward: Toward

    package init(delay: Duration, toward: Toward) {
        self.delay = delay
        self.toward = toward
    }
}

/// Closes the listener while the rule is in force: clients see ECONNREFUSED.
package struct Refuse: Hashable, Sendable {
    /// Ends the live connections too, by a reset; default false.
    package var cutsLive: Bool

    package init(cutsLive: Bool) { self.cutsLive = cutsLive }
}
