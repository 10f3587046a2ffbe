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
    /// Whether the line has no control character but tabs, as far as it was looked at.
    private var isPlain = true

    package init(_ kind: Kind) { self.kind = kind }

    /// Forgets the last message and keeps the storage.
    package mutating func reset() {
        facts.reset()
        framing = MessageFraming()
        status = 0
        lineStart = 0
        scanned = 0
        hasStartLine = false
        isPlain = true
    }

    /// - Parameters:
    ///   - bytes: all bytes since the message began; at least what was shown before.
    ///   - limit: the largest head that is accepted, in bytes.
    package mutating func read(_ bytes: borrowing Span<UInt8>, limit: Int) -> Progress {
        let end = min(bytes.count, limit)
        while true {
            scanned = bytes.firstControl(from: scanned, to: end)
            guard scanned < end else { break }
            switch bytes[scanned] {
            case Octet.lineFeed: return .refused(.bareLineFeed)
            case Octet.carriageReturn:
                // Without the byte behind it nothing is known: it is looked at again.
                guard scanned + 1 < end else {
                    return bytes.count >= limit ? .refused(.headTooLarge) : .incomplete
                }
                guard bytes[scanned + 1] == Octet.lineFeed else {
                    return .refused(.bareCarriageReturn)
                }
                if let progress = endLine(of: bytes) { return progress }
            default:
                isPlain = false
                scanned += 1
            }
        }
        return bytes.count >= limit ? .refused(.headTooLarge) : .incomplete
    }

    /// Takes the line that ends where the reader stands; says how it went where that ends reading.
    private mutating func endLine(of bytes: borrowing Span<UInt8>) -> Progress? {
        let line = lineStart..<scanned
        scanned += 2
        lineStart = scanned
        if line.isEmpty {
            // RFC 9112, 2.2: empty lines before a request are let pass.
            if hasStartLine { return finished() }
            return kind == .request ? nil : .refused(.statusLine)
        }
        let violation = take(line, of: bytes)
        isPlain = true
        return violation.map(Progress.refused)
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
        if first == Octet.space || first == Octet.tab { return .foldedLine }
        let colon = Token.end(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard colon < line.upperBound, bytes[colon] == Octet.colon else {
            guard colon < line.upperBound else { return .fieldName }
            let isSpace = bytes[colon] == Octet.space || bytes[colon] == Octet.tab
            return isSpace ? .spaceBeforeColon : .fieldName
        }
        guard colon > line.lowerBound else { return .fieldName }
        // None of them is a token's: a control character stands behind the colon.
        guard isPlain else { return .fieldValue }
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
        var end = Token.end(in: bytes, from: line.lowerBound, to: line.upperBound)
        guard end > line.lowerBound, end < line.upperBound, bytes[end] == Octet.space else {
            return .requestLine
        }
        facts.method = line.lowerBound..<end
        let start = end + 1
        end = bytes.firstSpaceOrControl(from: start, to: line.upperBound)
        guard end > start, end < line.upperBound, bytes[end] == Octet.space else {
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
        guard bytes[version.upperBound] == Octet.space else { return .statusLine }
        for position in digits {
            guard Octet.isDigit(bytes[position]) else { return .statusLine }
            status = status * 10 + UInt16(bytes[position] - 48)
        }
        // The space after the status is required, but many servers leave it out with the reason.
        guard status >= 100,
            digits.upperBound == line.upperBound || bytes[digits.upperBound] == Octet.space
        else { return .statusLine }
        return isPlain ? nil : .statusLine
    }

    private mutating func takeVersion(
        _ range: Range<Int>,
        of bytes: borrowing Span<UInt8>,
        else violation: Violation
    ) -> Violation? {
        guard range.count == 8, bytes.isText(range.lowerBound..<range.lowerBound + 7, "HTTP/1.")
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
        if bytes[start] != Octet.slash {
            var colon = start
            while colon + 2 < target.upperBound, bytes[colon] != Octet.colon { colon += 1 }
            if colon + 2 < target.upperBound, bytes[colon + 1] == Octet.slash,
                bytes[colon + 2] == Octet.slash
            {
                start = colon + 3
                var end = start
                while end < target.upperBound, bytes[end] != Octet.slash,
                    bytes[end] != Octet.questionMark
                {
                    end += 1
                }
                facts.authority = start..<end
                start = end
            }
        }
        let mark = bytes.first(Octet.questionMark, from: start, to: target.upperBound)
        facts.path = start..<mark
        facts.query = mark < target.upperBound ? mark + 1..<target.upperBound : nil
    }
}

extension HeadReader {
    /// Whether the request that was read has this method, in capitals.
    package func isMethod(_ name: StaticMethod, in bytes: borrowing Span<UInt8>) -> Bool {
        bytes.isText(facts.method, name == .head ? "HEAD" : "CONNECT")
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

    /// Where the first byte is that is none of a token's; `end` without one.
    static func end(in bytes: borrowing Span<UInt8>, from start: Int, to end: Int) -> Int {
        var position = bytes.firstOtherThanLetters(from: start, to: end)
        while position < end, contains(bytes[position]) { position += 1 }
        return position
    }

    /// Visible ASCII, space, tab, and bytes above 127.
    @inline(__always)
    package static func isFieldText(_ byte: UInt8) -> Bool {
        byte >= 32 ? byte != 127 : byte == Octet.tab
    }

    // !#$%&'*+-.0123456789
    private static let low: UInt64 = 0x03ff_6cfa_0000_0000
    // A-Z^_`a-z|~
    private static let high: UInt64 = 0x57ff_ffff_c7ff_fffe
}
