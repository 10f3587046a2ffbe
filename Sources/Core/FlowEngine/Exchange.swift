// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

/// One HTTP request on its way, and the answer to it.
///
///     pending ──settled: forward──▶ forwarded ──response ends, request ends──▶ done
///        │ └────settled: respond──▶ answered ───request ends───────────────────▶ done
///        └──────settled: hang─────▶ pending, hung, until its rule goes or its time ends
struct Exchange: Equatable, Sendable {
    enum Stage: Equatable {
        /// The head is read and kept back: a delay, a hang or an answer is still to come.
        case pending(isHung: Bool)
        case forwarded
        case answered(closes: Bool)
    }

    enum Response: Equatable {
        case head
        case body(BodyReader)
        case finished
    }

    let unit: UInt64
    let started: Moment
    let method: String
    let target: String
    let framing: MessageFraming
    let isHead: Bool
    let isConnect: Bool
    /// Bytes of the request's head, unread until the exchange is settled.
    let headLength: Int

    var stage = Stage.pending(isHung: false)
    var plan: AppliedPlan
    var request: BodyReader
    var response = Response.head
    var status: UInt16?
    var outcome = ExchangeRecord.Outcome.complete
    /// What is still to be let through of a body that a rule truncates.
    var contentLeft = UInt64.max
    var truncation: Truncate.Ending?
    /// The answer could not be read: it goes on to the end of the connection, and nothing follows.
    var isUnreadable = false
    /// Wire bytes that had passed when the exchange began.
    let passedToServer: UInt64
    let passedToClient: UInt64

    var isHung: Bool { stage == .pending(isHung: true) }

    /// Both messages are at their end; what is held of them may still have to leave.
    var hasEnded: Bool { request.isFinished && response == .finished }

    /// RFC 9110, 10.1.1: a client told no need not send its body, so what follows is unknown.
    var mayWithholdBody: Bool { framing.expectsContinue && !request.isFinished }

    /// Whether the rest of an answered request will not come.
    func lacksBody(clientEnded: Bool) -> Bool {
        guard case .answered = stage, !request.isFinished else { return false }
        return mayWithholdBody || clientEnded
    }

    /// Where the response's body ends (RFC 9112, 6.3).
    func responseBody(_ framing: MessageFraming, status: UInt16) -> BodyReader {
        if isHead || status == 204 || status == 304 { return .empty }
        if framing.isChunked { return .chunked }
        if framing.hasTransferEncoding { return .untilClose }
        return framing.contentLength.map(BodyReader.counted) ?? .untilClose
    }
}

extension Exchange {
    /// Starts with the head that was just read.
    init(
        unit: UInt64,
        reader: HeadReader,
        head: borrowing Span<UInt8>,
        length: Int,
        plan: AppliedPlan,
        at now: Moment,
        lanes: (toServer: Lane, toClient: Lane)
    ) {
        self.unit = unit
        started = now
        let facts = reader.facts
        method = head.text(facts.method)
        let end = facts.query?.upperBound ?? facts.path.upperBound
        let start = facts.path.lowerBound
        target = head.text(start..<min(end, start + ExchangeRecord.maximumTargetLength))
        framing = reader.framing
        isHead = reader.isMethod(.head, in: head)
        isConnect = reader.isMethod(.connect, in: head)
        headLength = length
        self.plan = plan
        request =
            framing.isChunked ? .chunked : framing.contentLength.map(BodyReader.counted) ?? .empty
        passedToServer = lanes.toServer.passed
        passedToClient = lanes.toClient.passed
    }
}

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 is replaced.
    func text(_ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for position in range { bytes.append(self[position]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
