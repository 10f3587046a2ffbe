// SPDX-License-Identifier: Apache-2.0
#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where timestamps come from.
///
/// A value, so that a test can hold time still and compare whole bodies.
package struct WallClock: Sendable {
    /// The present time as RFC 3339 text in UTC with milliseconds.
    package let timestamp: @Sendable () -> String

    package init(timestamp: @escaping @Sendable () -> String) {
        self.timestamp = timestamp
    }

    package static let system = WallClock {
        Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
            + "Z"
    }

    /// The time every seeded record carries, so that the first lists are the same in every run.
    static let seed = "2025-10-21T00:00:00.000Z"
}
