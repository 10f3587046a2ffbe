// SPDX-License-Identifier: Apache-2.0
import EventRecords

/// Writes the text exposition format of Prometheus, version 0.0.4.
struct MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    typealias Labels = KeyValuePairs<String, String>

    /// Begins a family; its samples follow.
    ///
    /// - Parameter help: One line without a backslash.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels, _ value: some BinaryInteger) {
        line(name, labels, "\(value)")
    }

    /// - Parameter nanoseconds: Written as seconds.
    mutating func sample(_ name: String, _ labels: Labels, nanoseconds: Int64) {
        line(name, labels, Self.seconds(nanoseconds))
    }

    mutating func sample(_ name: String, _ labels: Labels, _ histogram: Histogram) {
        let counts = histogram.cumulative
        for (position, bound) in histogram.scale.bounds.enumerated() {
            line(name + "_bucket", labels, "\(counts[position])", bound: Self.seconds(bound))
        }
        line(name + "_bucket", labels, "\(histogram.total)", bound: "+Inf")
        line(name + "_sum", labels, Self.seconds(histogram.sum))
        line(name + "_count", labels, "\(histogram.total)")
    }

    private mutating func line(
        _ name: String,
        _ labels: Labels,
        _ value: String,
        bound: String? = nil
    ) {
        var pairs = labels.map { "\($0)=\"\(Self.escaped($1))\"" }
        if let bound { pairs.append("le=\"\(bound)\"") }
        text += pairs.isEmpty ? name : "\(name){\(pairs.joined(separator: ","))}"
        text += " \(value)\n"
    }

    /// Whole nanoseconds as seconds, to the last digit: `0.005`, `12`, `-0.000000001`.
    static func seconds(_ nanoseconds: Int64) -> String {
        let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        var text = (nanoseconds < 0 ? "-" : "") + "\(whole)"
        guard rest > 0 else { return text }
        let digits = "\(rest)"
        text += "." + String(repeating: "0", count: 9 - digits.count) + digits
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    /// A label's value between quotes: a backslash, a quote and a line's end are escaped.
    static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { [0x5C, 0x22, 0x0A].contains($0) }) else { return value }
        return value.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
