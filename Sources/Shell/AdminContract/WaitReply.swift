// SPDX-License-Identifier: Apache-2.0

/// POST `/v1/wait`, when the condition holds.
package struct WaitReply: Codable, Hashable, Sendable {
    /// What holds, in a sentence without its full stop.
    package var message: String
    /// How long it was waited for, in nanoseconds.
    package var waited: Int64
    package var generation: UInt64

    package init(message: String, waited: Int64, generation: UInt64) {
        self.message = message
        self.waited = waited
        self.generation = generation
    }
}
