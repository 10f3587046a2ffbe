// SPDX-License-Identifier: Apache-2.0

/// Cuts a line to the columns that a terminal has.
enum ClippedText {
    /// At most so many columns of the line; colours end with it.
    static func clipped(_ line: String, to columns: Int) -> String {
        var result = ""
        var used = 0
        var isEscape = false
        for scalar in line.unicodeScalars {
            if isEscape || scalar == "\u{1b}" {
                // The end of an SGR sequence, which is the only kind that is written here.
                isEscape = scalar != "m"
                result.unicodeScalars.append(scalar)
                continue
            }
            used += width(scalar)
            if used > columns {
                return line.unicodeScalars.contains("\u{1b}") ? result + "\u{1b}[0m" : result
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// The columns of a scalar: East Asian wide ones take two, marks that combine none.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
