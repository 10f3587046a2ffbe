// SPDX-License-Identifier: Apache-2.0

/// How much one rule may hold at most; a larger one is refused.
package enum RuleBounds {
    /// Names in one map: header fields, parameters, cookies, pointers, edits.
    package static let names = 64
    /// Items of one list of values, addresses, ordinals, statuses or requests.
    package static let items = 1_000
    /// The content of a message that a rule makes, and of a file that it names: 1 MiB.
    package static let content = 1 << 20
    /// Sections of one template, inside each other or not.
    package static let templateSections = 256
    /// Steps of a JSON Pointer.
    package static let pointerSteps = 64
}
