// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// Reads numbers with units: durations, byte counts and rates.
enum Quantity {
    /// The longest time that can be asked for.
    static let maximumDuration = Duration.seconds(86_400)
    /// The largest count of bytes that can be asked for: 1 PiB.
    static let maximumBytes = 1 << 50

    enum Failure: Error, Equatable {
        case malformed
        case noUnit
        case tooLarge
        case negative
    }

    /// Nanoseconds in each unit, the longest first.
    private static let timeUnits: KeyValuePairs<String, Double> = [
        "h": 3.6e12, "m": 6e10, "s": 1e9, "ms": 1e6, "us": 1e3, "µs": 1e3, "μs": 1e3, "ns": 1,
    ]

    static let byteUnits: KeyValuePairs<String, Double> = [
        "B": 1, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1_024, "MiB": 1_048_576,
        "GiB": 1_073_741_824,
    ]

    static let bitUnits: KeyValuePairs<String, Double> = [
        "bit": 0.125, "kbit": 125, "Mbit": 125_000, "Gbit": 125_000_000,
    ]

    /// Reads `200ms`, `1.5s`, `1m30s` or `0`; units have to get smaller.
    static func duration(_ text: some StringProtocol) throws(Failure) -> Duration {
        if text == "0" { return .zero }
        var rest = Array(trimmed(text).unicodeScalars)[...]
        guard !rest.isEmpty else { throw .malformed }
        var total = 0.0
        var previous = Double.infinity
        while !rest.isEmpty {
            let (number, unit) = try nextTerm(&rest)
            guard let scale = timeUnits.first(where: { $0.key == unit })?.value,
                scale < previous
            else { throw .malformed }
            previous = scale
            total += number * scale
        }
        guard total <= 8.64e13 else { throw .tooLarge }
        return .nanoseconds(Int64(total.rounded()))
    }

    /// Reads `17B`, `1.5MiB` or `0`.
    static func bytes(_ text: some StringProtocol) throws(Failure) -> ByteCount {
        if text == "0" { return .zero }
        let value = try scaled(text, by: byteUnits)
        guard value <= Double(maximumBytes), let count = try? ByteCount(Int(value.rounded())) else {
            throw .tooLarge
        }
        return count
    }

    /// Reads `64KB/s`, `10Mbit/s` or `0`.
    static func rate(_ text: some StringProtocol) throws(Failure) -> ByteRate {
        let text = trimmed(text)
        var value = 0.0
        if text != "0" {
            guard text.hasSuffix("/s") else {
                throw text.last?.isNumber == true ? .noUnit : .malformed
            }
            let amount = trimmed(text.dropLast(2))
            value =
                amount.hasSuffix("bit")
                ? try scaled(amount, by: bitUnits) : try scaled(amount, by: byteUnits)
        }
        guard value <= Double(maximumBytes), let rate = try? ByteRate(bytesPerSecond: value) else {
            throw .tooLarge
        }
        return rate
    }

    /// Reads `60%` as 0.6; with `fractions` also `0.6` itself.
    static func share(_ text: some StringProtocol, fractions: Bool) -> Double? {
        let text = trimmed(text)
        let isPercent = text.hasSuffix("%")
        guard isPercent || fractions else { return nil }
        let digits = isPercent ? trimmed(text.dropLast()) : text
        guard let number = number(digits) else { return nil }
        let value = isPercent ? number / 100 : number
        return (0...1).contains(value) ? value : nil
    }

    private static func scaled(
        _ text: some StringProtocol,
        by units: KeyValuePairs<String, Double>
    ) throws(Failure) -> Double {
        var rest = Array(trimmed(text).unicodeScalars)[...]
        let (number, unit) = try nextTerm(&rest)
        guard rest.isEmpty, let scale = units.first(where: { $0.key == unit })?.value else {
            throw .malformed
        }
        return number * scale
    }

    /// Takes a number and the letters after it.
    private static func nextTerm(
        _ rest: inout ArraySlice<Unicode.Scalar>
    ) throws(Failure) -> (number: Double, unit: String) {
        if rest.first == "-" { throw .negative }
        let digits = rest.prefix { $0 == "." || ("0"..."9").contains($0) }
        guard let number = Double(String(String.UnicodeScalarView(digits))), number.isFinite,
            digits.first != ".", digits.last != "."
        else { throw .malformed }
        rest = rest.dropFirst(digits.count).drop { $0 == " " }
        let letters = rest.prefix { $0 != "." && !("0"..."9").contains($0) }
        guard !letters.isEmpty else { throw .noUnit }
        rest = rest.dropFirst(letters.count)
        return (number, trimmed(String(String.UnicodeScalarView(letters))))
    }

    /// Reads a plain decimal number; `nil` for words such as `inf`, and for hexadecimal ones.
    static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ ASCII.isDigit($0) || ".eE-+".utf8.contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }

    /// The trimmed parts before and after the first mark.
    static func split(_ text: String, at mark: String) -> (left: String, right: String)? {
        text.firstRange(of: mark).map { range in
            (trimmed(text[..<range.lowerBound]), trimmed(text[range.upperBound...]))
        }
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var rest = Substring(text).drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(rest)
    }
}
