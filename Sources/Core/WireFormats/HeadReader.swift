// SPDX-License-Identifier: Apache-2.0
package import FaultModel

/// Reads the head of one HTTP/1.1 message from bytes that arrive in any pieces (RFC 9112).
///
/// The reader never copies a byte: it is shown everything that has arrived since the message began
/// and remembers how far it looked, so that the work is linear however small the pieces are. What
/// it finds are positions. It is strict: what two readers could take differently is a violation.
package struct HeadReader: Sendable {
    package enum Kind: Sendable {
        case request
        case response
    }

    package enum Progress: Equatable, Sendable {
        /// The head is not complete yet.
        case incomplete
        /// The head ends after this many bytes.
        case complete(length: Int)
        case refused(Violation)
    }

    /// How many header fields one head may have.
    package static let maximumFieldCount = 1_000

    package private(set) var facts = RequestFacts()
    package private(set) var framing = MessageFraming()
    /// Of a response, 100 to 999; 0 for a request.
    package private(set) var status: UInt16 = 0

    private let kind: Kind
    private var lineStart = 0
    private var scanned = 0
    private var hasStartLine = false

    package init(_ kind: Kind) { self.kind = kind }

    /// Forgets the last message and keeps the storage.
    package mutating func reset() {
        facts.reset()
        framing = MessageFraming()
        status = 0
        lineStart = 0
        scanned = 0
        hasStartLine = false
    }

    /// - Parameters:
    ///   - bytes: all bytes since the message began; at least what was shown before.
    ///   - limit: the largest head that is accepted, in bytes.
    package mutating func read(_ bytes: borrowing Span<UInt8>, limit: Int) -> Progress {
        let end = min(bytes.count, limit)
        while scanned < end {
            let byte = bytes[scanned]
            if byte == ASCII.lineFeed {
                guard scanned > lineStart, bytes[scanned - 1] == ASCII.carriageReturn else {
                    return .refused(.bareLineFeed)
                }
                let line = lineStart..<scanned - 1
                scanned += 1
                lineStart = scanned
                if line.isEmpty {
                    // RFC 9112, 2.2: empty lines before a request are let pass.
                    if hasStartLine { return finished() }
                    if kind == .request { continue }
                    return .refused(.statusLine)
                }
                if let violation = take(line, of: bytes) { return .refused(violation) }
            } else if scanned > lineStart, bytes[scanned - 1] == ASCII.carriageReturn {
                return .refused(.bareCarriageReturn)
            } else {
                scanned += 1
            }
        }
        return bytes.count >= limit ? .refused(.headTooLarge) : .incomplete
    }

    private func finished() -> Progress {
        if let violation = framing.violation() { return .refused(violation) }
        // A request whose last coding is not chunked has no end that could be found (6.3).
        if kind == .request, framing.hasTransferEncoding, !framing.isChunked {
            return .refused(.transferEncoding)
        }
        return .complete(length: scanned)
    }

    private mutating func take(_ line: Range<Int>, of bytes: borrowing Span<UInt8>) -> Violation? {
        if hasStartLine { return takeField(line, of: bytes) }
        hasStartLine = true
        switch kind {
        case .request: return takeRequestLine(line, of: bytes)
        case .response: return takeStatusLine(line, of: bytes)
        }
    }

    private mutating func takeField(
        _ line: Range<Int>,
        of bytes: borrowing Span<UInt8>
    ) -> Violation? {
        let first = bytes[line.lowerBound]
        if first == ASCII.space || first == ASCII.tab { return .foldedLine }
        var colon = line.lowerBound
        while colon < line.upperBound, Token.contains(bytes[colon]) { colon += 1 }
        guard colon < line.upperBound, bytes[colon] == ASCII.colon else {
            guard colon < line.upperBound else { return .fieldName }
            let isSpace = bytes[colon] == ASCII.space || bytes[colon] == ASCII.tab
            return isSpace ? .spaceBeforeColon : .fieldName
        }
        guard colon > line.lowerBound else { return .fieldName }
        for position in colon + 1..<line.upperBound where !Token.isFieldText(bytes[position]) {
            return .fieldValue
        }
        guard facts.fields.count < Self.maximumFieldCount else { return .tooManyFields }
        let name = line.lowerBound..<colon
        let value = bytes.trimmed(colon + 1..<line.upperBound)
        facts.fields.append(RequestFacts.Field(name: name, value: value))
        return framing.note(bytes, name: name, value: value)
    }

    private mutating func takeRequestLine(
        _ line: Range<Int>,
        of bytes: borrowing Span<UInt8>
    ) -> Violation? {
        var end = line.lowerBound
        while end < line.upperBound, Token.contains(bytes[end]) { end += 1 }
        guard end > line.lowerBound, end < line.upperBound, bytes[end] == ASCII.space else {
            return .requestLine
        }
        facts.method = line.lowerBound..<end
        let start = end + 1
        end = start
        while end < line.upperBound, bytes[end] > ASCII.space, bytes[end] != 127 { end += 1 }
        guard end > start, end < line.upperBound, bytes[end] == ASCII.space else {
            return .requestLine
        }
        takeTarget(start..<end, of: bytes)
        return takeVersion(end + 1..<line.upperBound, of: bytes, else: .requestLine)
    }

    private mutating func takeStatusLine(
        _ line: Range<Int>,
        of bytes: borrowing Span<UInt8>
    ) -> Violation? {
        guard line.count >= 12 else { return .statusLine }
        let version = line.lowerBound..<line.lowerBound + 8
        if let violation = takeVersion(version, of: bytes, else: .statusLine) { return violation }
        let digits = line.lowerBound + 9..<line.lowerBound + 12
        guard bytes[version.upperBound] == ASCII.space else { return .statusLine }
        for position in digits {
            guard ASCII.isDigit(bytes[position]) else { return .statusLine }
            status = status * 10 + UInt16(bytes[position] - 48)
        }
        // The space after the status is required, but many servers leave it out with the reason.
        guard status >= 100,
            digits.upperBound == line.upperBound || bytes[digits.upperBound] == ASCII.space
        else { return .statusLine }
        for position in digits.upperBound..<line.upperBound
        where !Token.isFieldText(bytes[position]) {
            return .statusLine
        }
        return nil
    }

    private mutating func takeVersion(
        _ range: Range<Int>,
        of bytes: borrowing Span<UInt8>,
        else violation: Violation
    ) -> Violation? {
        guard range.count == 8, bytes.equals(range.lowerBound..<range.lowerBound + 7, Names.http1)
        else { return violation }
        switch bytes[range.upperBound - 1] {
        case 48: framing.minorVersion = 0
        case 49: framing.minorVersion = 1
        default: return .version
        }
        return nil
    }

    /// Splits origin form and absolute form (RFC 9112, 3.2) into authority, path and query.
    private mutating func takeTarget(_ target: Range<Int>, of bytes: borrowing Span<UInt8>) {
        var start = target.lowerBound
        if bytes[start] != ASCII.slash {
            var colon = start
            while colon + 2 < target.upperBound, bytes[colon] != ASCII.colon { colon += 1 }
            if colon + 2 < target.upperBound, bytes[colon + 1] == ASCII.slash,
                bytes[colon + 2] == ASCII.slash
            {
                start = colon + 3
                var end = start
                while end < target.upperBound, bytes[end] != ASCII.slash,
                    bytes[end] != ASCII.questionMark
                {
                    end += 1
                }
                facts.authority = start..<end
                start = end
            }
        }
        var mark = start
        while mark < target.upperBound, bytes[mark] != ASCII.questionMark { mark += 1 }
        facts.path = start..<mark
        facts.query = mark < target.upperBound ? mark + 1..<target.upperBound : nil
    }
}

extension HeadReader {
    /// Whether the request that was read has this method, in capitals.
    package func isMethod(_ name: StaticMethod, in bytes: borrowing Span<UInt8>) -> Bool {
        bytes.equals(facts.method, name == .head ? Names.head : Names.connect)
    }

    /// The methods that change where a response ends (RFC 9112, 6.3).
    package enum StaticMethod: Sendable {
        case head
        case connect
    }
}

/// The character classes of RFC 9110, 5.6.2 and 5.5.
package enum Token {
    @inline(__always)
    package static func contains(_ byte: UInt8) -> Bool {
        byte < 64
            ? low & (1 << UInt64(byte)) != 0 : byte < 128 && high & (1 << UInt64(byte - 64)) != 0
    }

    /// Visible ASCII, space, tab, and bytes above 127.
    @inline(__always)
    package static func isFieldText(_ byte: UInt8) -> Bool {
        byte >= 32 ? byte != 127 : byte == ASCII.tab
    }

    private static let low = mask("!#$%&'*+-.0123456789", offset: 0)
    private static let high = mask(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
        offset: 64
    )

    private static func mask(_ characters: String, offset: UInt8) -> UInt64 {
        characters.utf8.reduce(0) { $0 | 1 << UInt64($1 - offset) }
    }
}
