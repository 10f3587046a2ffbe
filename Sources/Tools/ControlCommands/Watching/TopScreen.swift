// SPDX-License-Identifier: Apache-2.0
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where frames are shown: a terminal is painted over, a pipe is given one after the other.
struct TopScreen: Sendable {
    let surroundings: Surroundings

    private static let alternate = "\u{1b}[?1049h\u{1b}[?25l"
    private static let normal = "\u{1b}[?25h\u{1b}[?1049l"

    var usesColour: Bool {
        surroundings.isTerminal && (surroundings.environment["NO_COLOR"] ?? "").isEmpty
    }

    func enter() throws {
        if surroundings.isTerminal { try surroundings.write(Data(Self.alternate.utf8)) }
    }

    func leave() {
        if surroundings.isTerminal { try? surroundings.write(Data(Self.normal.utf8)) }
    }

    /// Shows a frame at the size that the terminal has just now.
    func show(_ frame: TopFrame) throws {
        guard surroundings.isTerminal else {
            return try surroundings.print(frame.lines(.unlimited, colour: false) + [""])
        }
        let lines = frame.lines(size, colour: usesColour)
        let text = lines.map { $0 + "\u{1b}[K" }.joined(separator: "\r\n")
        try surroundings.write(Data("\u{1b}[H\(text)\u{1b}[J".utf8))
    }

    /// What the terminal says, else LINES and COLUMNS, else 24 rows of 80.
    private var size: TopFrame.Size {
        var window = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0,
            window.ws_row > 0
        {
            return TopFrame.Size(columns: Int(window.ws_col), rows: Int(window.ws_row))
        }
        func variable(_ name: String) -> Int? {
            surroundings.environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        }
        return TopFrame.Size(columns: variable("COLUMNS") ?? 80, rows: variable("LINES") ?? 24)
    }
}
