// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// The field lines of a head, each with its bytes, to be removed, replaced and added to.
struct FieldLines {
    private struct Line {
        /// In lower case.
        var name: [UInt8]
        /// With its line end.
        var bytes: [UInt8]
        /// Where the value stands in ``bytes``.
        var value: Range<Int>

        init(_ head: borrowing Span<UInt8>, _ range: Range<Int>, _ field: RequestFacts.Field) {
            name = head.bytes(field.name).map(ASCII.lowercased)
            bytes = head.bytes(range)
            let start = field.value.lowerBound - range.lowerBound
            value = start..<start + field.value.count
        }

        init(name: String, value: String) {
            self.name = name.utf8.map(ASCII.lowercased)
            bytes = Array("\(name): \(value)\r\n".utf8)
            self.value = name.utf8.count + 2..<bytes.count - 2
        }
    }

    private var lines: [Line] = []
    /// The empty line.
    private let end: [UInt8]

    init(_ head: borrowing Span<UInt8>, length: Int, fields: [RequestFacts.Field]) {
        let fieldsEnd = length - Self.lineEnd.count
        for (position, field) in fields.enumerated() {
            let next = position + 1
            let end = next < fields.count ? fields[next].name.lowerBound : fieldsEnd
            lines.append(Line(head, field.name.lowerBound..<end, field))
        }
        end = head.bytes(fieldsEnd..<length)
    }

    /// Where the field lines begin, which is where the start line ends.
    static func start(_ fields: [RequestFacts.Field], length: Int) -> Int {
        fields.first?.name.lowerBound ?? length - lineEnd.count
    }

    /// The lines and the empty line behind them.
    var bytes: [UInt8] { lines.flatMap(\.bytes) + end }

    mutating func apply(_ edits: FieldEdits) {
        for name in edits.remove { remove(name) }
        for pair in edits.set { set(pair.name, to: pair.value) }
        for pair in edits.add { add(pair.name, pair.value) }
    }

    mutating func apply(_ framing: FramingChange, isChunked: Bool) {
        switch framing {
        case .keep: break
        case .length(let count): declare(count)
        case .chunked:
            guard !isChunked else { return remove(Names.contentLength) }
            let place = lines.firstIndex { Names.framing.contains($0.name) }
            for name in Names.framing { remove(name) }
            let line = Line(name: "Transfer-Encoding", value: "chunked")
            lines.insert(line, at: place ?? lines.endIndex)
        case .untilClose: for name in Names.framing { remove(name) }
        }
    }

    mutating func add(_ name: String, _ value: String) {
        lines.append(Line(name: name, value: value))
    }

    /// A line that may be none.
    mutating func add(raw text: String) {
        lines.append(Line(name: "", value: ""))
        lines[lines.count - 1].bytes = Array("\(text)\r\n".utf8)
    }

    /// A Content-Length that says the same already stays as it was written, one that does not keeps
    /// its name and its white space.
    private mutating func declare(_ count: Int) {
        let place = lines.firstIndex { Names.framing.contains($0.name) }
        let old = place.map { lines[$0] }
        for name in Names.framing { remove(name) }
        guard var line = old, line.name == Names.contentLength else {
            let line = Line(name: "Content-Length", value: String(count))
            return lines.insert(line, at: place ?? lines.endIndex)
        }
        if Int(String(decoding: line.bytes[line.value], as: UTF8.self)) != count {
            line.bytes.replaceSubrange(line.value, with: Array(String(count).utf8))
        }
        lines.insert(line, at: place ?? lines.endIndex)
    }

    private mutating func set(_ name: String, to value: String) {
        let line = Line(name: name, value: value)
        let place = lines.firstIndex { $0.name == line.name }
        remove(line.name)
        lines.insert(line, at: place ?? lines.endIndex)
    }

    private mutating func remove(_ name: String) { remove(name.utf8.map(ASCII.lowercased)) }

    private mutating func remove(_ name: [UInt8]) { lines.removeAll { $0.name == name } }

    private static let lineEnd: [UInt8] = [ASCII.carriageReturn, ASCII.lineFeed]
}

extension Names {
    static let framing = [contentLength, transferEncoding]
}
