// SPDX-License-Identifier: Apache-2.0
import FaultModel

extension MessageRewriter {
    /// The content after a JSON merge patch, in the coding that it came in; `nil` where the patch
    /// changes nothing.
    static func merged(
        _ head: borrowing Span<UInt8>,
        _ reader: HeadReader,
        _ shape: MessageShape,
        _ wireBody: borrowing Span<UInt8>,
        _ patch: DocumentValue,
        _ coder: any ContentCoder,
        limit: Int
    ) -> Result<[UInt8]?, Refusal> {
        let body = shape.content(wireBody, limit: limit)
        let named = ContentCoding.named(in: head, fields: reader.facts.fields)
        return body.flatMap { body in
            named.flatMap { coding in
                decoded(body, coding, coder, limit: limit).flatMap { content in
                    merged(content, patch).flatMap { encoded($0, coding, coder) }
                }
            }
        }
    }

    private static func decoded(
        _ content: [UInt8],
        _ coding: ContentCoding?,
        _ coder: any ContentCoder,
        limit: Int
    ) -> Result<[UInt8], Refusal> {
        if content.isEmpty { return .failure(Refusal("it has no body to merge into")) }
        guard let coding else { return .success(content) }
        guard let decoded = coder.decoded(content, from: coding, limit: limit) else {
            return .failure(
                Refusal("its body is not \(coding), or is larger than \(limit) bytes once decoded")
            )
        }
        return .success(decoded)
    }

    private static func merged(
        _ content: [UInt8],
        _ patch: DocumentValue
    ) -> Result<[UInt8]?, Refusal> {
        do throws(JSONTreeReader.Malformed) {
            let tree = try JSONTreeReader.read(content)
            let merged = tree.merging(patch)
            return .success(merged == tree ? nil : Array(merged.compact.utf8))
        } catch {
            return .failure(Refusal("its body is not JSON from byte \(error.offset) on"))
        }
    }

    private static func encoded(
        _ content: [UInt8]?,
        _ coding: ContentCoding?,
        _ coder: any ContentCoder
    ) -> Result<[UInt8]?, Refusal> {
        guard let content, let coding else { return .success(content) }
        guard let encoded = coder.encoded(content, in: coding) else {
            return .failure(Refusal("its body cannot be coded in \(coding) again"))
        }
        return .success(encoded)
    }
}
