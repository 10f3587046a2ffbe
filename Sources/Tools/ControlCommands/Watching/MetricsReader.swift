// SPDX-License-Identifier: Apache-2.0

/// The samples of a page of metrics, found by name and label.
struct MetricsReader: Sendable {
    struct Sample: Sendable, Equatable {
        var labels: [String: String]
        var value: Double
    }

    private var samples: [String: [Sample]] = [:]

    /// Lines that are not samples are left out: what they say is not asked for here.
    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let end = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: end)...])
            else { continue }
            let series = line[..<end]
            let name = String(series.prefix { $0 != "{" })
            let labels = Self.labels(series.dropFirst(name.count))
            samples[name, default: []].append(Sample(labels: labels, value: value))
        }
    }

    subscript(name: String) -> [Sample] { samples[name] ?? [] }

    /// The sum of all samples of this name with these labels among theirs.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        self[name].lazy.filter { sample in labels.allSatisfy { sample.labels[$0] == $1 } }
            .reduce(0) { $0 + $1.value }
    }

    /// Reads `{name="value",...}`.
    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text.unicodeScalars.dropFirst()
        while let equals = rest.firstIndex(of: "=") {
            let name = String(rest[..<equals])
            rest = rest[equals...].dropFirst(2)
            var value = ""
            while let scalar = rest.popFirst(), scalar != "\"" {
                guard scalar == "\\", let escaped = rest.popFirst() else {
                    value.unicodeScalars.append(scalar)
                    continue
                }
                value.unicodeScalars.append(escaped == "n" ? "\n" : escaped)
            }
            labels[name] = value
            rest = rest.dropFirst()
        }
        return labels
    }
}
