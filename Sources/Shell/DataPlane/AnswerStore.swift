// SPDX-License-Identifier: Apache-2.0
package import FaultModel
import Synchronization

/// The good answers that `stale` rules remember, for all event loops; what was used longest ago
/// leaves first.
package final class AnswerStore: AnswerMemory {
    /// Requests whose answers one rule remembers.
    package static let maximumEntriesPerRule = 1_024
    /// Of all rules together, keys included: 64 MiB.
    package static let maximumBytes = 64 << 20
    /// A longer answer is not kept: 1 MiB.
    package static let maximumAnswerBytes = 1 << 20

    private let shelves = Mutex(Shelves())

    package init() {}

    package func answer(
        of rule: String,
        to key: [UInt8],
        maxAge: Duration?,
        at now: Int64
    ) -> KeptAnswer? {
        shelves.withLock { shelves in
            guard let answer = shelves.answer(of: rule, to: key) else { return nil }
            if let maxAge, now - answer.received > maxAge.nanoseconds { return nil }
            return answer
        }
    }

    package func keep(_ answer: KeptAnswer, for rule: String, to key: [UInt8]) {
        guard answer.bytes.count <= Self.maximumAnswerBytes else { return }
        shelves.withLock { $0.keep(answer, for: rule, to: key) }
    }

    /// Forgets what rules remembered that are no more.
    package func keepOnly(rules: Set<String>) {
        shelves.withLock { $0.keepOnly(rules) }
    }

    /// Remembered answers.
    package var count: Int { shelves.withLock { $0.count } }
    package var byteCount: Int { shelves.withLock { $0.bytes } }
}

/// One shelf for each rule.
private struct Shelves {
    private var shelves: [String: AnswerShelf] = [:]
    private(set) var bytes = 0
    private var lastUse: UInt64 = 0

    var count: Int { shelves.values.reduce(0) { $0 + $1.count } }

    mutating func answer(of rule: String, to key: [UInt8]) -> KeptAnswer? {
        lastUse += 1
        return shelves[rule]?.use(key, lastUse)
    }

    mutating func keep(_ answer: KeptAnswer, for rule: String, to key: [UInt8]) {
        lastUse += 1
        bytes += shelves[rule, default: AnswerShelf()].put(answer, key, lastUse)
        while bytes > AnswerStore.maximumBytes, let oldest = oldest {
            bytes -= shelves[oldest]?.dropOldest() ?? 0
            if shelves[oldest]?.count == 0 { shelves[oldest] = nil }
        }
    }

    mutating func keepOnly(_ rules: Set<String>) {
        guard shelves.contains(where: { !rules.contains($0.key) }) else { return }
        shelves = shelves.filter { rules.contains($0.key) }
        bytes = shelves.values.reduce(0) { $0 + $1.bytes }
    }

    /// The rule whose answer was used longest ago.
    private var oldest: String? {
        shelves.min { ($0.value.oldestUse ?? .max) < ($1.value.oldestUse ?? .max) }?.key
    }
}

/// The answers of one rule, in the order of their last use: a list within a table.
private struct AnswerShelf {
    private var entries: [[UInt8]: Entry] = [:]
    private var oldest: [UInt8]?
    private var newest: [UInt8]?
    private(set) var bytes = 0

    private struct Entry {
        let answer: KeptAnswer
        var use: UInt64
        var older: [UInt8]?
        var newer: [UInt8]?
    }

    var count: Int { entries.count }
    var oldestUse: UInt64? { oldest.flatMap { entries[$0]?.use } }

    mutating func use(_ key: [UInt8], _ use: UInt64) -> KeptAnswer? {
        guard let entry = unlink(key) else { return nil }
        link(entry.answer, key, use)
        return entry.answer
    }

    /// - Returns: by how many bytes the shelf has grown; negative where it shrank.
    mutating func put(_ answer: KeptAnswer, _ key: [UInt8], _ use: UInt64) -> Int {
        let before = bytes
        _ = unlink(key)
        if entries.count >= AnswerStore.maximumEntriesPerRule { _ = dropOldest() }
        link(answer, key, use)
        return bytes - before
    }

    /// - Returns: how many bytes that frees.
    mutating func dropOldest() -> Int {
        let before = bytes
        if let oldest { _ = unlink(oldest) }
        return before - bytes
    }

    private mutating func link(_ answer: KeptAnswer, _ key: [UInt8], _ use: UInt64) {
        entries[key] = Entry(answer: answer, use: use, older: newest, newer: nil)
        if let newest { entries[newest]?.newer = key } else { oldest = key }
        newest = key
        bytes += Self.size(answer, key)
    }

    private mutating func unlink(_ key: [UInt8]) -> Entry? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        if let older = entry.older {
            entries[older]?.newer = entry.newer
        } else {
            oldest = entry.newer
        }
        if let newer = entry.newer {
            entries[newer]?.older = entry.older
        } else {
            newest = entry.older
        }
        bytes -= Self.size(entry.answer, key)
        return entry
    }

    /// What the entry itself takes is estimated.
    private static func size(_ answer: KeptAnswer, _ key: [UInt8]) -> Int {
        answer.bytes.count + key.count + 256
    }
}
