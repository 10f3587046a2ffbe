// SPDX-License-Identifier: Apache-2.0

/// Finds the word that somebody meant.
enum NearestWord {
    /// Longer texts are nobody's slip of the pen, and comparing them would cost too much.
    private static let maximumLength = 64

    /// The word nearest to `text`: at most two edits away, or a third of its length.
    static func find(_ text: String, among words: some Sequence<String>) -> String? {
        let typed = Array(text.lowercased().utf8)
        guard (1...maximumLength).contains(typed.count) else { return nil }
        let allowed = min(max(2, typed.count / 3), typed.count - 1)
        var best: (word: String, distance: Int)?
        for word in words where word.utf8.count <= maximumLength {
            let distance = distance(typed, Array(word.lowercased().utf8))
            if distance <= allowed, distance < best?.distance ?? .max { best = (word, distance) }
        }
        return best?.word
    }

    /// `did you mean delay?`, or `nil` when no word is near.
    static func hint(_ text: String, among words: some Sequence<String>) -> String? {
        find(text, among: words).map { "did you mean \($0)?" }
    }

    /// What to do about a key that is none of `known`.
    ///
    /// A key such as `15s)` is the rest of `uniform(5s, 15s)`, which YAML cuts at its comma when
    /// it stands between braces without quotes.
    static func remedy(for key: String, among known: [String]) -> String {
        if key.hasSuffix(")"), !key.contains("(") {
            return "put the value before it in quotes: between braces, a comma ends it"
        }
        return hint(key, among: known) ?? "known are \(known.joined(separator: ", "))"
    }

    /// Insertions, deletions, replacements and swaps of neighbours (Damerau-Levenshtein, each
    /// part of the text edited once).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
