// SPDX-License-Identifier: Apache-2.0

/// A content coding (RFC 9110, 8.4.1) that rules can look through.
package enum ContentCoding: Equatable, Sendable {
    /// `gzip` and `x-gzip` (RFC 1952).
    case gzip
    /// `deflate`: the zlib format (RFC 1950), or bare DEFLATE (RFC 1951), which some servers send.
    case deflate
}

/// Takes content codings off and puts them on; the shell has the library for it.
package protocol ContentCoder: Sendable {
    /// - Parameter limit: Bytes that the result may have.
    /// - Returns: `nil` where the content is not in this coding, is cut off, or is larger.
    func decoded(_ content: [UInt8], from coding: ContentCoding, limit: Int) -> [UInt8]?

    /// - Returns: `nil` where the library fails, which only a lack of memory makes it do.
    func encoded(_ content: [UInt8], in coding: ContentCoding) -> [UInt8]?
}

/// Renders the templates of bodies; the shell has the library for it.
package protocol TemplateRenderer: Sendable {
    /// - Returns: the rendered bytes, or why there are none, in a sentence without its stop.
    func rendered(_ template: String, with facts: TemplateFacts) -> Result<[UInt8], TemplateFailure>
}

package struct TemplateFailure: Error, Equatable, Sendable {
    package let message: String

    package init(message: String) { self.message = message }
}
