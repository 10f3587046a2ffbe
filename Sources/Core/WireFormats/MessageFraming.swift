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
            guard bytes.isName(name, "host") else { return nil }
            if hasHost { return .repeatedHost }
            hasHost = true
        case 6:
            if bytes.isName(name, "expect") {
                expectsContinue = bytes.isName(value, "100-continue")
            }
        case 7:
            if bytes.isName(name, "upgrade") { hasUpgrade = true }
        case 10:
            if bytes.isName(name, "connection") { noteOptions(bytes, value) }
        case 14:
            guard bytes.isName(name, "content-length") else { return nil }
            if contentLength != nil { return .repeatedLength }
            guard let length = Self.decimal(bytes, value) else { return .contentLength }
            contentLength = length
        case 17:
            guard bytes.isName(name, "transfer-encoding") else { return nil }
            return noteEncodings(bytes, value)
        default: break
        }
        return nil
    }

    private mutating func noteOptions(_ bytes: borrowing Span<UInt8>, _ value: Range<Int>) {
        var options = ListElements(value)
        while let option = options.next(in: bytes) {
            if bytes.isName(option, "close") { connection.insert(.close) }
            if bytes.isName(option, "keep-alive") { connection.insert(.keepAlive) }
            if bytes.isName(option, "upgrade") { connection.insert(.upgrade) }
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
        var codings = ListElements(value)
        while let coding = codings.next(in: bytes) {
            if coding.isEmpty || isChunked { return .transferEncoding }
            isChunked = bytes.isName(coding, "chunked")
        }
        return nil
    }

    /// A Content-Length: digits only, below 2^63 so that sums of it cannot overflow.
    private static func decimal(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> UInt64? {
        guard (1...18).contains(range.count) else { return nil }
        var number: UInt64 = 0
        for position in range {
            guard Octet.isDigit(bytes[position]) else { return nil }
            number = number * 10 + UInt64(bytes[position] - 48)
        }
        return number
    }
}

/// Goes through a comma-separated list (RFC 9110, 5.6.1).
struct ListElements {
    private var start: Int
    private let end: Int

    init(_ range: Range<Int>) {
        start = range.lowerBound
        end = range.upperBound
    }

    /// The next element without white space around it; empty where there is none between two commas,
    /// beside one, or at all.
    mutating func next(in bytes: borrowing Span<UInt8>) -> Range<Int>? {
        guard start <= end else { return nil }
        let comma = bytes.first(Octet.comma, from: start, to: end)
        defer { start = comma + 1 }
        return bytes.trimmed(start..<comma)
    }
}

/// Field names and values that the readers look for, in lower case.
enum Names {
    static let contentLength = Array("content-length".utf8)
    static let transferEncoding = Array("transfer-encoding".utf8)
}
