// SPDX-License-Identifier: Apache-2.0

/// What the exit code of chaosctl says; part of its contract with scripts.
package enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    /// Wrong usage, or a document that is not valid.
    case invalid = 2
    /// Whether it was done is not known; or what was waited for did not happen in time.
    case inconclusive = 3
    case notFound = 4
    /// The name is taken, or somebody else changed the configuration in between.
    case conflict = 5
    case unreachable = 6
}
