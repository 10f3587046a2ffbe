// SPDX-License-Identifier: Apache-2.0
package import FaultModel

extension ContentCoding {
    /// The coding that a head's Content-Encoding names (RFC 9110, 8.4).
    ///
    /// - Returns: `nil` for none and for `identity`; a refusal for a coding that is not known here,
    ///   and for more than one.
    package static func named(
        in head: borrowing Span<UInt8>,
        fields: [RequestFacts.Field]
    ) -> Result<ContentCoding?, Refusal> {
        var names: [String] = []
        for field in fields where head.equalsIgnoringCase(field.name, Names.contentEncoding) {
            var elements = ListElements(field.value)
            while let element = elements.next(in: head) {
                if element.isEmpty || head.equalsIgnoringCase(element, Names.identity) { continue }
                let name = head.bytes(element).map(ASCII.lowercased)
                names.append(String(decoding: name, as: UTF8.self))
            }
        }
        guard let name = names.first else { return .success(nil) }
        guard names.count == 1 else {
            return .failure(Refusal("its body has \(names.count) content codings, one on another"))
        }
        switch name {
        case "gzip", "x-gzip": return .success(.gzip)
        case "deflate": return .success(.deflate)
        default:
            let shown = PlainText.shown(String(name.prefix(32)))
            return .failure(
                Refusal("its Content-Encoding is \(shown), and only gzip and deflate are known")
            )
        }
    }
}

extension Names {
    static let contentEncoding = Array("content-encoding".utf8)
    static let identity = Array("identity".utf8)
}
