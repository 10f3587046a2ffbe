// SPDX-License-Identifier: Apache-2.0
import FaultModel

/// What the fields of a head say about where its message ends and what follows.
package struct MessageFraming: Equatable, Sendable {
    package var minorVersion: UInt8 = 1
    package var contentLength: UInt64?
    package var isChunked = false
    /// Any Transfer-Encoding field at all.
    package var hasTransferEncoding = false
    package var connection: ConnectionOptions = []
    package var hasUpgrade = false
    package var expectsContinue = false
    var hasHost = false

    /// The options of the Connection field (RFC 9110, 7.6.1) that decide what happens next.
    package struct ConnectionOptions: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let close = ConnectionOptions(rawValue: 1)
        package static let keepAlive = ConnectionOptions(rawValue: 2)
        package static let upgrade = ConnectionOptions(rawValue: 4)
    }

    /// Whether the sender keeps the connection after this message (RFC 9112, 9.3).
    package var persists: Bool {
        if connection.contains(.close) { return false }
        return minorVersion >= 1 || connection.contains(.keepAlive)
    }

    package init() {}

    /// Checks what only the whole head can tell.
    func violation() -> Violation? {
        guard hasTransferEncoding else { return nil }
        if contentLength != nil { return .bothLengths }
        // RFC 9112, 6.1: a Transfer-Encoding in a message of HTTP/1.0 has faulty framing.
        return minorVersion == 0 ? .transferEncoding : nil
    }

    /// Takes in one field line that matters; the others are not looked at.
    mutating func note(
        _ bytes: borrowing Span<UInt8>,
        name: Range<Int>,
        value: Range<Int>
    ) -> Violation? {
        switch name.count {
        case 4:
            guard bytes.equalsIgnoringCase(name, Names.host) else { return nil }
            if hasHost { return .repeatedHost }
            hasHost = true
        case 6:
            if bytes.equalsIgnoringCase(name, Names.expect) {
                expectsContinue = bytes.equalsIgnoringCase(value, Names.hundredContinue)
            }
        case 7:
            if bytes.equalsIgnoringCase(name, Names.upgrade) { hasUpgrade = true }
        case 10:
            if bytes.equalsIgnoringCase(name, Names.connection) { noteOptions(bytes, value) }
        case 14:
            guard bytes.equalsIgnoringCase(name, Names.contentLength) else { return nil }
            if contentLength != nil { return .repeatedLength }
            guard let length = Self.decimal(bytes, value) else { return .contentLength }
            contentLength = length
        case 17:
            guard bytes.equalsIgnoringCase(name, Names.transferEncoding) else { return nil }
            return noteEncodings(bytes, value)
        default: break
        }
        return nil
    }

    private mutating func noteOptions(_ bytes: borrowing Span<UInt8>, _ value: Range<Int>) {
        for option in ListElements(bytes, value) {
            if bytes.equalsIgnoringCase(option, Names.close) { connection.insert(.close) }
            if bytes.equalsIgnoringCase(option, Names.keepAlive) { connection.insert(.keepAlive) }
            if bytes.equalsIgnoringCase(option, Names.upgrade) { connection.insert(.upgrade) }
        }
    }

    /// `chunked` has to be the last coding and may be given once, over all lines together.
    ///
    /// Empty elements, which RFC 9110, 5.6.1.2 has readers pass over, are refused: behind `chunked,`
    /// some readers take the body to last until the connection ends.
    private mutating func noteEncodings(
        _ bytes: borrowing Span<UInt8>,
        _ value: Range<Int>
    ) -> Violation? {
        hasTransferEncoding = true
        let codings = ListElements(bytes, value)
        if codings.hasEmptyOnes { return .transferEncoding }
        for coding in codings {
            if isChunked { return .transferEncoding }
            isChunked = bytes.equalsIgnoringCase(coding, Names.chunked)
        }
        return nil
    }

    /// A Content-Length: digits only, below 2^63 so that sums of it cannot overflow.
    private static func decimal(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard (1...18).contains(range.count) else { return nil }
        var number: UInt64 = 0
        for position in range {
            guard ASCII.isDigit(bytes[position]) else { return nil }
            number = number * 10 + UInt64(bytes[position] - 48)
        }
        return number
    }
}

/// The elements of a comma-separated list (RFC 9110, 5.6.1), without white space and empty ones.
struct ListElements: Sequence {
    private var elements: [Range<Int>] = []
    /// Whether there was nothing between two commas, beside one, or at all.
    private(set) var hasEmptyOnes = false

    init(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
        var start = range.lowerBound
        for position in range where bytes[position] == ASCII.comma {
            append(bytes, start..<position)
            start = position + 1
        }
        append(bytes, start..<range.upperBound)
    }

    private mutating func append(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
        let element = bytes.trimmed(range)
        if element.isEmpty { hasEmptyOnes = true } else { elements.append(element) }
    }

    func makeIterator() -> IndexingIterator<[Range<Int>]> { elements.makeIterator() }
}

/// Field names and values that the readers look for, in lower case.
enum Names {
    static let host = Array("host".utf8)
    static let expect = Array("expect".utf8)
    static let hundredContinue = Array("100-continue".utf8)
    static let upgrade = Array("upgrade".utf8)
    static let connection = Array("connection".utf8)
    static let contentLength = Array("content-length".utf8)
    static let transferEncoding = Array("transfer-encoding".utf8)
    static let close = Array("close".utf8)
    static let keepAlive = Array("keep-alive".utf8)
    static let chunked = Array("chunked".utf8)
    static let http1 = Array("HTTP/1.".utf8)
    static let head = Array("HEAD".utf8)
    static let connect = Array("CONNECT".utf8)
}
