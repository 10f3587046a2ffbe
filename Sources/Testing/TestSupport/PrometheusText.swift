// SPDX-License-Identifier: Apache-2.0

/// Reads the text format of Prometheus 0.0.4, and takes nothing that the format does not allow.
package struct PrometheusText: Sendable {
    package struct Sample: Hashable, Sendable {
        package var name: String
        package var labels: [String: String]
        package var value: Double
    }

    package struct Fault: Error, Equatable {
        package let line: Int
        package let reason: String
    }

    package private(set) var samples: [Sample] = []
    /// The type of each family, by its name.
    package private(set) var types: [String: String] = [:]
    private var family = ""
    private var line = 0

    package init(_ text: String) throws(Fault) {
        guard text.hasSuffix("\n") else { throw Fault(line: 0, reason: "no end of line") }
        for part in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            line += 1
            try read(Substring(part))
        }
        guard Set(samples.map(Series.init)).count == samples.count else {
            throw fault("a series is there twice")
        }
        try checkHistograms()
    }

    private struct Series: Hashable {
        let name: String
        let labels: [String: String]

        init(_ sample: Sample) {
            name = sample.name
            labels = sample.labels
        }
    }

    /// The value of the series that has exactly these labels.
    package subscript(name: String, labels: [String: String]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }

    private mutating func read(_ text: Substring) throws(Fault) {
        if text.hasPrefix("#") {
            try readComment(text)
        } else {
            var sample = try readSample(text)
            let suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
            guard suffixes.contains(where: { family + $0 == sample.name }) else {
                throw fault("\(sample.name) is not of the family \(family)")
            }
            if types[family] == "counter", sample.value < 0 { throw fault("a negative counter") }
            sample.name = String(sample.name)
            samples.append(sample)
        }
    }

    private mutating func readComment(_ text: Substring) throws(Fault) {
        let words = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "#", Self.isName(words[2]) else {
            throw fault("neither HELP nor TYPE")
        }
        let name = String(words[2])
        if words[1] == "HELP" {
            guard types[name] == nil, !words[3].isEmpty else { throw fault("a second HELP") }
            family = name
        } else {
            guard words[1] == "TYPE", family == name, types[name] == nil,
                ["counter", "gauge", "histogram"].contains(words[3])
            else { throw fault("a TYPE that does not follow its HELP") }
            types[name] = String(words[3])
        }
    }

    private func readSample(_ text: Substring) throws(Fault) -> Sample {
        var rest = text
        let name = rest.prefix { $0 != "{" && $0 != " " }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest = rest.dropFirst()
                let label = rest.prefix { $0 != "=" }
                rest = rest.dropFirst(label.count)
                guard rest.hasPrefix("=\""), Self.isName(label), !label.contains(":") else {
                    throw fault("a bad label")
                }
                rest = rest.dropFirst(2)
                let value = try readValue(&rest)
                guard labels.updateValue(value, forKey: String(label)) == nil else {
                    throw fault("the label \(label) is there twice")
                }
            } while rest.first == ","
            guard rest.first == "}" else { throw fault("labels without an end") }
            rest = rest.dropFirst()
        }
        guard Self.isName(name), rest.first == " ", let value = Double(rest.dropFirst()) else {
            throw fault("not a sample: \(text)")
        }
        return Sample(name: String(name), labels: labels, value: value)
    }

    private func readValue(_ rest: inout Substring) throws(Fault) -> String {
        var value = ""
        while let character = rest.unicodeScalars.popFirst(), character != "\"" {
            guard character == "\\" else {
                value.unicodeScalars.append(character)
                continue
            }
            switch rest.unicodeScalars.popFirst() {
            case "\\": value += "\\"
            case "\"": value += "\""
            case "n": value += "\n"
            default: throw fault("a bad escape")
            }
        }
        return value
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x3A: true
            default: false
            }
        }
    }

    /// Buckets ascend, count upwards and end with all.
    private func checkHistograms() throws(Fault) {
        for (name, type) in types where type == "histogram" {
            let buckets = samples.filter { $0.name == name + "_bucket" }
            for (_, row) in Dictionary(grouping: buckets, by: Self.withoutBound) {
                let bounds = row.compactMap { $0.labels["le"].flatMap(Double.init) }
                guard bounds.count == row.count, bounds.last == .infinity,
                    zip(bounds, bounds.dropFirst()).allSatisfy(<),
                    zip(row, row.dropFirst()).allSatisfy({ $0.value <= $1.value })
                else { throw Fault(line: 0, reason: "the buckets of \(name) do not ascend") }
                let labels = row.first.map(Self.withoutBound) ?? [:]
                guard self[name + "_count", labels] == row.last?.value,
                    self[name + "_sum", labels] != nil
                else { throw Fault(line: 0, reason: "\(name) has no sum, or another count") }
            }
        }
    }

    private static func withoutBound(_ sample: Sample) -> [String: String] {
        sample.labels.filter { $0.key != "le" }
    }
}
