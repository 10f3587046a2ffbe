// SPDX-License-Identifier: Apache-2.0

/// The log of a group with one voter: what is proposed is committed at once.
///
/// Indices start at 1 and have no gaps; the oldest entries are compacted away at the bound.
struct ConsensusLog: Sendable {
    struct Entry: Sendable {
        let index: Int
        let command: JSONValue
        let time: String

        var json: JSONValue {
            [
                "index": JSONValue(index), "term": 1, "command": command,
                "committed_at": .string(time),
            ]
        }
    }

    static let node = "node-1"
    private(set) var entries: ArraySlice<Entry> = []
    private(set) var commitIndex = 0
    private let maximumLogEntries: Int

    init(bounds: PrismBounds) {
        maximumLogEntries = bounds.maximumLogEntries
    }

    var firstIndex: Int { entries.first?.index ?? commitIndex + 1 }

    mutating func commit(_ command: JSONValue, at time: String) -> Entry {
        commitIndex += 1
        let entry = Entry(index: commitIndex, command: command, time: time)
        if entries.count == maximumLogEntries { entries.removeFirst() }
        entries.append(entry)
        return entry
    }

    var leader: JSONValue {
        [
            "leader": .string(Self.node), "term": 1, "commit_index": JSONValue(commitIndex),
            "members": [.string(Self.node)],
        ]
    }
}
