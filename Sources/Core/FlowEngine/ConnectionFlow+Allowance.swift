// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension ConnectionFlow {
    /// Unread bytes that the flow has to see at once before it can decide, on top of what the
    /// proxy's limits allow; default 0.
    package func unreadAllowance(_ direction: Direction) -> Int { 0 }
}
