// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// What a process writes to one pipe: drained by a thread until it ends, and waited for by lines.
final class Lines: Sendable {
    /// Bytes that are kept; a process that writes more than that is not under test here.
    static let bound = 64 << 20

    let pipe = Pipe()
    private let bytes = Mutex(Data())
    private let hasEnded = Mutex(false)
    private let condition = Condition()

    /// Begins to read; the writing end is the process's alone from now on.
    func drain() {
        try? pipe.fileHandleForWriting.close()
        let reader = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            // Not `read(upToCount:)`, which waits until there is so much.
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = read(reader.fileDescriptor, &buffer, buffer.count), count > 0 {
                bytes.withLock { if $0.count < Self.bound { $0 += buffer[..<count] } }
                condition.announce()
            }
            hasEnded.withLock { $0 = true }
            condition.announce()
        }
    }

    var data: Data { bytes.withLock { $0 } }

    var text: String { String(decoding: data, as: UTF8.self) }

    /// The lines that are complete.
    var lines: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Everything, once the process has closed its end.
    func whole(within limit: Duration) throws -> Data {
        guard condition.wait(limit, { self.hasEnded.withLock { $0 } ? true : nil }) != nil else {
            throw Trouble("the output does not end: \(text.prefix(1_000))")
        }
        return data
    }

    /// The first complete line that passes; `nil` when none comes in time.
    func first(
        from position: Int,
        within limit: Duration,
        where passes: (String) -> Bool
    ) -> String? {
        var isLast = false
        return condition.wait(limit) { () -> String?? in
            isLast = self.hasEnded.withLock { $0 }
            if let line = self.lines.dropFirst(position).first(where: passes) { return .some(line) }
            return isLast ? .some(nil) : nil
        } ?? nil
    }
}

/// Lets threads wait, for a bounded time, until what they look for is there.
final class Condition: Sendable {
    private let condition = NSCondition()

    func announce() {
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    func wait<Value>(_ limit: Duration, _ look: () -> Value?) -> Value? {
        let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let value = look() { return value }
            if !condition.wait(until: deadline) { return look() }
        }
    }
}
