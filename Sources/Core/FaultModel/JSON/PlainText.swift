// SPDX-License-Identifier: Apache-2.0

/// Makes text of unknown origin safe to show.
///
/// Rule ids, request paths and header values come from files and from traffic: printed as they are
/// they could move the cursor, recolour the screen or retype a line.
package enum PlainText {
    /// The text with each scalar that would command a terminal written out, such as `\u{1B}`.
    package static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: commands) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if commands(scalar) {
                result += "\\u{\(hexadecimal(scalar.value, digits: 2))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    /// Whether a scalar does something instead of being seen: controls, format characters (among
    /// them those that turn the writing direction), and separators of lines and paragraphs.
    package static func commands(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    package static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
