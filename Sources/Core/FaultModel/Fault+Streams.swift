// SPDX-License-Identifier: Apache-2.0

/// Limits how fast bytes pass, by a token bucket.
package struct Bandwidth: Hashable, Sendable {
    package var rate: ByteRate
    /// What may pass at once after idle time; default 0.
    package var burst: ByteCount
    package var toward: Toward
    package var share: Share

    /// Whose bytes one bucket counts; default `connection`.
    package enum Share: Hashable, Sendable {
        case connection
        /// All connections on which the rule acts, of all its proxies.
        case rule
        /// All connections of one proxy on which the rule acts.
        case proxy
    }

    package init(
        rate: ByteRate,
        burst: ByteCount,
        toward: Toward,
        share: Share = .connection
    ) {
        self.rate = rate
        self.burst = burst
        self.toward = toward
        self.share = share
    }
}

/// Cuts what arrives into writes of about one size, spaced in time.
package struct Slice: Hashable, Sendable {
    /// The size of each write is drawn evenly from here; at least 1 byte.
    package var size: ClosedRange<Int>
    /// From one write to the next; more than zero, default 5 ms.
    package var every: Duration
    package var toward: Toward

    package static let defaultSpacing = Duration.milliseconds(5)

    package init(size: ClosedRange<Int>, every: Duration, toward: Toward) {
        self.size = size
        self.every = every
        self.toward = toward
    }
}

/// Lets some bytes pass, then nothing for a time, then everything.
package struct Stall: Hashable, Sendable {
    /// Bytes of the unit that pass before; default 0.
    package var after: ByteCount
    /// `nil`: until the rule is removed.
    package var duration: Duration?
    package var toward: Toward

    package init(after: ByteCount, for duration: Duration?, toward: Toward) {
        self.after = after
        self.duration = duration
        self.toward = toward
    }
}

/// Changes bytes in place, never lengths.
package struct Corrupt: Hashable, Sendable {
    /// The chance of each byte.
    package var rate: Probability
    package var mode: Mode
    /// Bytes of the unit that are left alone at its beginning; default 0.
    package var skip: ByteCount
    package var toward: Toward

    package enum Mode: String, Hashable, Sendable {
        /// One bit is turned over; the default.
        case flip
        case zero
        /// Another value, never the same.
        case random
    }

    package init(rate: Probability, mode: Mode, skip: ByteCount, toward: Toward) {
        self.rate = rate
        self.mode = mode
        self.skip = skip
        self.toward = toward
    }
}

/// What packet loss does to a TCP stream as its reader sees it: stalls, and never missing bytes.
package struct Loss: Hashable, Sendable {
    /// The chance of each segment of ``segmentSize`` bytes to be lost, each time it is sent.
    package var rate: Probability
    /// The first retransmission timeout; it doubles with each repeat (RFC 6298, 5.5).
    ///
    /// Default 200 ms, the least that Linux uses.
    package var timeout: Duration
    package var toward: Toward

    package static let defaultTimeout = Duration.milliseconds(200)
    /// The payload of a segment on Ethernet: 1,460 bytes.
    package static let segmentSize = 1_460
    /// Further losses of one segment are not counted (`tcp_retries2` of Linux).
    package static let maximumRepeats = 15

    package init(rate: Probability, timeout: Duration, toward: Toward) {
        self.rate = rate
        self.timeout = timeout
        self.toward = toward
    }
}
