// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What a plain scalar is by the core schema of YAML 1.2 (10.3.2), less infinities and NaN: JSON
/// cannot say those, so they stay text.
enum CoreSchema {
    static func value(of text: String) -> DocumentValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> DocumentValue? {
        guard let first = text.utf8.first, ASCII.isDigit(first) || "+-.".utf8.contains(first) else {
            return nil
        }
        if text.hasPrefix("0x"), isAll(text.dropFirst(2), { ASCII.hexValue($0) != nil }) {
            return Int64(text.dropFirst(2), radix: 16).map { .int($0) }
        }
        if text.hasPrefix("0o"), isAll(text.dropFirst(2), { (48...55).contains($0) }) {
            return Int64(text.dropFirst(2), radix: 8).map { .int($0) }
        }
        if isAll(text.drop { $0 == "+" || $0 == "-" }, ASCII.isDigit), let number = Int64(text) {
            return .int(number)
        }
        guard isAll(text[...], { ASCII.isDigit($0) || "+-.eE".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return .double(number)
    }

    private static func isAll(_ text: Substring, _ test: (UInt8) -> Bool) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(test)
    }
}
