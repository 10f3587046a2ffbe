// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Something that is done the first time it is asked for, and never again.
final class Once: Sendable {
    private let work: @Sendable () -> Void
    private let isDone = Mutex(false)

    init(_ work: @escaping @Sendable () -> Void) { self.work = work }

    func run() {
        let wasDone = isDone.withLock { exchange(&$0, with: true) }
        if !wasDone { work() }
    }
}
