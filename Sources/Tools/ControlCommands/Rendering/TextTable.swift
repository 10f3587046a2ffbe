// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Rows under a head, in columns as wide as their widest cell.
struct TextTable: Sendable {
    private let columns: [Column]
    private var rows: [[Cell]] = []

    struct Column: Sendable {
        let title: String
        /// Numbers line up at their last digit.
        let isNumber: Bool

        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }

        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    /// What is in one place of the table, and the tone that a terminal gives it.
    struct Cell: Sendable, ExpressibleByStringInterpolation {
        let text: String
        let tone: Tone

        init(_ text: String, _ tone: Tone = .normal) {
            self.text = PlainText.shown(text)
            self.tone = tone
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ row: [Cell]) { rows.append(row) }

    /// One line a row, none ending in blanks; `nil` when there are no rows.
    func lines(colour: Bool) -> [String]? {
        guard !rows.isEmpty else { return nil }
        let head = columns.map { Cell($0.title.uppercased(), .head) }
        let all = [head] + rows
        let widths = columns.indices.map { column in
            all.map { $0[column].text.count }.max() ?? 0
        }
        return all.map { row in line(row, widths: widths, colour: colour) }
    }

    private func line(_ row: [Cell], widths: [Int], colour: Bool) -> String {
        var line = ""
        var pendingBlanks = 0
        for (position, cell) in row.enumerated() {
            let padding = widths[position] - cell.text.count
            let (before, after) = columns[position].isNumber ? (padding, 0) : (0, padding)
            // Blanks are written only in front of something, so that no line ends in them.
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: pendingBlanks + before)
                line += cell.tone.painted(cell.text, colour: colour)
                pendingBlanks = after + 2
            } else {
                pendingBlanks += before + after + 2
            }
        }
        return line
    }
}

/// What a word means to the reader, and so its colour.
enum Tone: Sendable {
    case normal
    case head
    case good
    case bad
    case quiet

    func painted(_ text: String, colour: Bool) -> String {
        guard colour, let code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// The parameter of SGR (ECMA-48, 8.3.117).
    private var code: String? {
        switch self {
        case .normal: nil
        case .head: "1"
        case .good: "32"
        case .bad: "31"
        case .quiet: "2"
        }
    }
}
