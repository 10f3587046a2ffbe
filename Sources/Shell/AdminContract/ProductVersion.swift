// SPDX-License-Identifier: Apache-2.0

/// The version of the proxy, of chaosctl, and of what they say to each other.
package enum ProductVersion {
    /// A semantic version.
    package static let current = "0.1.0"
}
