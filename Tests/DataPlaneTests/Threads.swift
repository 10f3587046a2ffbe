// SPDX-License-Identifier: Apache-2.0
import NIOPosix

/// Many threads at once, which a group of tasks on few cores is not.
enum Threads {
    static let count = 16

    /// Runs `body` on each of the threads and gathers what each returns.
    static func each<Value: Sendable>(
        _ body: @escaping @Sendable (_ thread: Int) -> Value
    ) async throws -> [Value] {
        let pool = NIOThreadPool(numberOfThreads: count)
        pool.start()
        let values = try await withThrowingTaskGroup(of: Value.self) { group in
            for thread in 0..<count {
                group.addTask { try await pool.runIfActive { body(thread) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        try await pool.shutdownGracefully()
        return values
    }
}
