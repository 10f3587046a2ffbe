// SPDX-License-Identifier: Apache-2.0

extension Duration {
    /// Reads a time as rule files write it: `200ms`, `1.5s`, `1m30s`; `nil` when it is none.
    package init?(quantity text: String) {
        guard let duration = try? Quantity.duration(text) else { return nil }
        self = duration
    }
}
