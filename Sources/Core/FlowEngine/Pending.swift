import FaultModel
import WireFormats
enum MessageRewriter {
    struct Refusal: Error { let message: String }
    static func rewritten(
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>,
        edit: MessageEdit,
        lengths: Lengths,
        replacement: [UInt8]?,
        isHeadRequest: Bool,
        coder: any ContentCoder,
        limit: Int
    ) -> Result<[UInt8], Refusal> { .failure(Refusal(message: "")) }
    static func truncated(
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>,
        after: Truncate.Point
    ) -> [UInt8] { [] }
}
struct MalformedMessage { let bytes: [UInt8]; enum Then { case close, keep }; let then: Then }
enum Malformer {
    static func malformed(
        _ m: Malformation,
        head: borrowing Span<UInt8>,
        reader: HeadReader,
        wireBody: borrowing Span<UInt8>
    ) -> MalformedMessage { MalformedMessage(bytes: [], then: .close) }
    static func malformedHead(
        _ m: Malformation,
        head: borrowing Span<UInt8>,
        reader: HeadReader
    ) -> [UInt8]? { nil }
}
extension Malformation { var needsWholeMessage: Bool { false } }
enum RateLimitFields {
    static func fields(_ quota: Quota, _ limit: RateLimit, name: String) -> [Respond.Field] { [] }
    static func retryAfter(_ quota: Quota, _ limit: RateLimit, wallTime: Int64) -> [Respond.Field] {
        []
    }
}
