// SPDX-License-Identifier: Apache-2.0

extension World {
    /// Merges what one node has written: `{"node":…,"entries":[{"key":…,"value":…,"clock":…}]}`.
    mutating func merge(_ body: JSONValue) throws(Refusal) -> JSONValue {
        let outcome = try registers.merge(try writes(of: body))
        if outcome.merged > 0 {
            publish(
                "sync.merged",
                [
                    "merged": JSONValue(outcome.merged),
                    "conflicts": JSONValue(outcome.conflicts),
                ]
            )
        }
        return [
            "merged": JSONValue(outcome.merged), "ignored": JSONValue(outcome.ignored),
            "conflicts": JSONValue(outcome.conflicts),
        ]
    }

    private func writes(of body: JSONValue) throws(Refusal) -> [SyncRegisters.Write] {
        let limit = rules.maximumNameBytes
        guard let node = body["node"]?.string, (1...limit).contains(node.utf8.count) else {
            throw .invalid("node", "must be a string of 1 to \(limit) bytes")
        }
        guard let entries = body["entries"]?.array else {
            throw .invalid("entries", "must be a list of {key, value, clock}")
        }
        var writes: [SyncRegisters.Write] = []
        for (index, entry) in entries.enumerated() {
            guard let key = entry["key"]?.string, (1...limit).contains(key.utf8.count) else {
                throw .invalid("entries[\(index)].key", "must be a string of 1 to \(limit) bytes")
            }
            guard let clock = entry["clock"]?.integer, clock >= 0 else {
                throw .invalid("entries[\(index)].clock", "must be a whole number from 0")
            }
            let value = entry["value"] ?? .null
            guard value.text.utf8.count <= rules.maximumRecordBytes else {
                throw .tooLarge("value", "maximumRecordBytes", rules.maximumRecordBytes)
            }
            writes.append(.init(key: key, value: value, clock: clock, node: node))
        }
        return writes
    }
}
