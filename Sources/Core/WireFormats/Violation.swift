// SPDX-License-Identifier: Apache-2.0

/// Why an HTTP/1.1 message cannot be read in exactly one way.
///
/// Each is something that two readers of the same bytes have been known to take differently, which
/// is how requests are smuggled; a reader that decides about messages must refuse it.
package enum Violation: String, Error, Equatable, Sendable {
    case bareCarriageReturn = "a carriage return without a line feed (RFC 9112, 2.2)"
    case bareLineFeed = "a line ends without a carriage return (RFC 9112, 2.2)"
    case foldedLine = "a header field is folded over two lines (RFC 9112, 5.2)"
    case spaceBeforeColon = "white space between a field name and its colon (RFC 9112, 5.1)"
    case fieldName = "a field name is not a token (RFC 9110, 5.1)"
    case fieldValue = "a field value holds a control character (RFC 9110, 5.5)"
    case requestLine = "the request line is not `METHOD target HTTP/1.x` (RFC 9112, 3)"
    case statusLine = "the status line is not `HTTP/1.x NNN reason` (RFC 9112, 4)"
    case version = "the version is not HTTP/1.0 or HTTP/1.1 (RFC 9112, 2.3)"
    case bothLengths = "both Content-Length and Transfer-Encoding are given (RFC 9112, 6.1)"
    case repeatedLength = "Content-Length is given more than once (RFC 9112, 6.3)"
    case contentLength = "Content-Length is not a number of bytes (RFC 9110, 8.6)"
    case transferEncoding = "Transfer-Encoding does not end in chunked, once (RFC 9112, 6.3)"
    case repeatedHost = "Host is given more than once (RFC 9112, 3.2)"
    case headTooLarge = "the head is larger than limits.head"
    case tooManyFields = "the head has more than 1,000 fields"
    case chunkSize = "a chunk size is not a hexadecimal number of 64 bits (RFC 9112, 7.1)"
    case chunkLine = "a chunk extension is longer than 4,096 bytes or holds a control character"
    case chunkEnd = "a chunk is not followed by a line end (RFC 9112, 7.1)"
    case trailerTooLarge = "the trailer section is larger than 64 KiB"

    /// The status with which a server refuses such a request (RFC 9110, 15.5.1; RFC 6585, 5).
    package var status: UInt16 {
        switch self {
        case .headTooLarge, .tooManyFields: 431
        default: 400
        }
    }
}
