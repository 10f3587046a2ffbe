// SPDX-License-Identifier: Apache-2.0

/// What a message's content has to hold.
package enum BodyPattern: Hashable, Sendable {
    /// The value at a JSON Pointer (RFC 6901); its steps, unescaped.
    case value(pointer: [String], ValuePattern)
    /// The content as text.
    case text(ValuePattern)
}

/// What the upstream's answer has to look like.
package struct ResponsePattern: Hashable, Sendable {
    /// Any of these; empty: every status.
    package var statuses: [ClosedRange<UInt16>]
    package var headers: [Matcher.NamedPattern]
    /// All of these, in the first `limits.body-limit` bytes of the content.
    package var bodies: [BodyPattern]

    package init(
        statuses: [ClosedRange<UInt16>],
        headers: [Matcher.NamedPattern],
        bodies: [BodyPattern]
    ) {
        self.statuses = statuses
        self.headers = headers
        self.bodies = bodies
    }
}

/// Bytes that have to come by near the beginning of a stream.
package struct BytesPattern: Hashable, Sendable {
    package var sought: Sought
    package var direction: Direction
    /// Where in the stream they have to end; default 4 KiB, at most ``maximumScan``.
    package var scan: ByteCount

    package enum Sought: Hashable, Sendable {
        /// At least one byte.
        case literal([UInt8])
        case expression(RegularExpression)
    }

    package static let defaultScan = ByteCount.kibibytes(4)
    package static let maximumScan = ByteCount.kibibytes(64)

    package init(_ sought: Sought, direction: Direction, scan: ByteCount) {
        self.sought = sought
        self.direction = direction
        self.scan = scan
    }
}

/// A share of the clients, connections or header values, always the same ones.
package struct Cohort: Hashable, Sendable {
    package var share: Probability
    package var key: Key

    package enum Key: Hashable, Sendable {
        case client
        case connection
        /// The value of a header field, its name in lower case; without it nobody is in.
        case header([UInt8])

        package var isHeader: Bool { if case .header = self { true } else { false } }
    }

    package init(share: Probability, key: Key) {
        self.share = share
        self.key = key
    }
}
