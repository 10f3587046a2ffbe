// SPDX-License-Identifier: Apache-2.0

/// Facts about one thing: a name and what it is, a line each.
struct FactList: Sendable {
    private var facts: [(name: String, value: TextTable.Cell)] = []

    mutating func add(_ name: String, _ value: TextTable.Cell) { facts.append((name, value)) }

    /// Adds nothing for `nil` and for empty text.
    mutating func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        facts.append((name, TextTable.Cell(value)))
    }

    func lines(colour: Bool) -> [String] {
        let width = facts.map(\.name.count).max() ?? 0
        return facts.map { fact in
            let gap = String(repeating: " ", count: width - fact.name.count + 2)
            return Tone.head.painted(fact.name, colour: colour) + gap
                + fact.value.tone.painted(fact.value.text, colour: colour)
        }
    }
}
