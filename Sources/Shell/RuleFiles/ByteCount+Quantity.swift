// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension ByteCount {
    /// Reads a size as rule files write it: `64KiB`, `1.5MB`; `nil` when it is none.
    package init?(quantity text: String) {
        guard let count = try? Quantity.bytes(text) else { return nil }
        self = count
    }
}
