// SPDX-License-Identifier: Apache-2.0

/// Leave for clients to ask for faults on their own requests, by a header.
///
/// A request that asks without the secret is passed as if it had not asked.
package struct RequestFaults: Hashable, Sendable {
    /// What a request has to show: ``minimumSecret`` to ``maximumSecret`` bytes.
    package var secret: [UInt8]
    /// How much may be hit by all such requests together; `nil`: no limit.
    package var budget: Limit.Budget?

    package static let minimumSecret = 16
    package static let maximumSecret = 1_024

    package init(secret: [UInt8], budget: Limit.Budget? = nil) {
        self.secret = secret
        self.budget = budget
    }
}
