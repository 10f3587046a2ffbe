// SPDX-License-Identifier: Apache-2.0

/// Writes amounts for a person: three digits that count, and a unit.
enum Amount {
    /// Nanoseconds as `17 ns`, `1.25 ms`, `12.3 s`, `3 m 05 s`, `2 h 07 m` or `3 d 4 h`.
    static func time(_ nanoseconds: Int64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        switch nanoseconds {
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<1_000_000: return "\(digits(Double(nanoseconds) / 1e3)) µs"
        case ..<1_000_000_000: return "\(digits(Double(nanoseconds) / 1e6)) ms"
        case ..<60_000_000_000: return "\(digits(Double(nanoseconds) / 1e9)) s"
        default: break
        }
        switch seconds {
        case ..<3_600: return "\(seconds / 60) m \(padded(seconds % 60)) s"
        case ..<86_400: return "\(seconds / 3_600) h \(padded(seconds / 60 % 60)) m"
        default: return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
        }
    }

    /// Bytes as `17 B`, `1.50 KiB`, `64.0 MiB`.
    static func bytes(_ count: UInt64) -> String {
        guard count >= 1_024 else { return "\(count) B" }
        var value = Double(count)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1_024 {
            value /= 1_024
            unit = next
        }
        return "\(digits(value)) \(unit)"
    }

    /// A part of one, with four digits after the point.
    static func fraction(_ value: Double) -> String {
        let digits = String(Int64((value * 10_000).rounded()))
        let whole = digits.count > 4 ? String(digits.dropLast(4)) : "0"
        return "\(whole)." + String(repeating: "0", count: max(0, 4 - digits.count))
            + digits.suffix(4)
    }

    /// Three digits that count, or all before the point.
    private static func digits(_ value: Double) -> String {
        let places = value < 10 ? 2 : value < 100 ? 1 : 0
        let scale: Double = places == 2 ? 100 : places == 1 ? 10 : 1
        let scaled = Int64((value * scale).rounded())
        guard places > 0 else { return String(scaled) }
        let whole = scaled / Int64(scale)
        let rest = String(scaled % Int64(scale))
        return "\(whole)." + String(repeating: "0", count: places - rest.count) + rest
    }

    private static func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
