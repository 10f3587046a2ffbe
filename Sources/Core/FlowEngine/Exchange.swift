// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import WireFormats

/// One HTTP request on its way, and the answer to it.
///
///     deciding ─▶ pending ──settled: forward──▶ (rewriting) ─▶ forwarded ──both messages end──▶ done
///                    │ └────settled: respond──▶ answered ────────request ends─────────────────▶ done
///                    │ └────settled: swallow──▶ swallowed ───────its rule goes────────────────▶ done
///                    └──────settled: hang─────▶ pending, hung, until its rule goes or its time ends
///
/// `deciding` and `rewriting` wait for more of the request, which stays unread until then.
struct Exchange: Sendable {
    enum Stage {
        /// A rule has to see content of the request first.
        indirect case deciding(ContentGatherer)
        /// The head is read and kept back: a delay, a hang or an answer is still to come.
        case pending(isHung: Bool)
        /// The request is to go on changed; so much of it is here where a rule needs it whole.
        indirect case rewriting(MessageExtent)
        case forwarded
        case answered(closes: Bool)
        /// The request is dropped, and nobody will answer it.
        case swallowed
    }

    enum Response {
        case head
        /// The head is read; both head and content stay unread until a rule has seen enough.
        indirect case gathering(ContentGatherer)
        /// The same, until all of it is here for a rule that changes it.
        indirect case rewriting(MessageExtent)
        case body(BodyReader)
        /// Dropped as it comes.
        case dropped(BodyReader)
        case finished
    }

    /// Whether there is one: otherwise nothing here means anything.
    private(set) var isUnderWay = false
    private(set) var unit: UInt64 = 0
    private(set) var started = Moment.start
    private(set) var method = ""
    private(set) var target = ""
    private(set) var framing = MessageFraming()
    private(set) var isHead = false
    private(set) var isConnect = false
    /// Bytes of the request's head, unread until the exchange is settled.
    private(set) var headLength = 0
    /// What of the head is kept for the record; empty where no rule asks.
    private(set) var keptHead: [UInt8] = []

    var stage = Stage.pending(isHung: false)
    var plan = AppliedPlan.pass
    /// The rules that fired, in order, whether they are still in force or not.
    var firedRules: [String] = []
    /// The request's wish for faults, and its token, are not for the server.
    var hidesRequestFault = false
    /// Rules that wait for the answer.
    var pending: PendingRules?
    var request = BodyReader.empty
    var response = Response.head
    var status: UInt16?
    var outcome = ExchangeRecord.Outcome.complete
    /// What is still to be let through of a body that a rule truncates.
    var contentLeft = UInt64.max
    var truncation: Truncate.Ending?
    /// The same for the request's body.
    var requestContentLeft = UInt64.max
    var requestTruncation: Truncate.Ending?
    /// The answer could not be read: it goes on to the end of the connection, and nothing follows.
    var isUnreadable = false
    /// The request's body goes on to the server although the answer has been given.
    var forwardsBody = false
    /// The time of the plan's delays had passed when the answer was given.
    var wasHeldBefore = false
    /// The client has been told to send the content that a rule waits for.
    var hasContinued = false
    /// Answers to repeated requests that are still to be dropped.
    var repeatsLeft = 0
    /// The first answer has been passed on, and what comes now is one to a repeated request.
    var isDroppingRepeats = false
    /// The answer's framing is broken so that only the end of the connection ends it.
    var closesAfter = false
    /// Bytes of the answer's head, while it stays unread.
    var answerHeadLength = 0
    /// Bytes of an answer that were dropped.
    var droppedBytes = 0
    /// The rules have had their say about the answer.
    var isAnswerDecided = false
    /// Rules have changed since the request's content began to be gathered for them.
    var mustDecideAgain = false
    /// The server ended behind the answer that is being gathered.
    var answerHasEnded = false
    /// A rule that the request brought with it.
    var brought: ActiveRule?
    /// What templates can say of the request; kept only where there are some.
    var templateRequest: TemplateFacts.Request?
    /// What `stale` rules remember of the answer while it passes.
    var learning: Learning?
    /// Wire bytes that had passed when the exchange began.
    private(set) var passedToServer: UInt64 = 0
    private(set) var passedToClient: UInt64 = 0

    var isHung: Bool { if case .pending(isHung: true) = stage { true } else { false } }
    var isForwarded: Bool { if case .forwarded = stage { true } else { false } }
    var isSwallowed: Bool { if case .swallowed = stage { true } else { false } }
    /// Whether nothing of the answer has been read.
    var awaitsAnswer: Bool { if case .head = response { true } else { false } }
    var hasAnswered: Bool { if case .finished = response { true } else { false } }

    /// Whether the answer stays unread until a rule has seen enough of it.
    var isGatheringAnswer: Bool {
        switch response {
        case .gathering, .rewriting: true
        case .head, .body, .dropped, .finished: false
        }
    }

    /// Whether nothing of the real answer is for the client.
    var dropsAnswer: Bool {
        isDroppingRepeats
            || !plan.isPass && (plan.swallowedAnswer != nil || plan.substitute != nil)
    }

    /// Both messages are at their end; what is held of them may still have to leave.
    var hasEnded: Bool { request.isFinished && hasAnswered && repeatsLeft == 0 }

    /// RFC 9110, 10.1.1: a client told no need not send its body, so what follows is unknown.
    var mayWithholdBody: Bool { framing.expectsContinue && !request.isFinished && !hasContinued }

    /// Whether the answer's end is the connection's.
    var closesConnection: Bool {
        if case .answered(closes: true) = stage { true } else { closesAfter }
    }

    /// Whether the rest of an answered request will not come.
    func lacksBody(clientEnded: Bool) -> Bool {
        switch stage {
        case .answered where !request.isFinished: mayWithholdBody || clientEnded
        default: false
        }
    }

    /// Where the response's body ends (RFC 9112, 6.3).
    func responseBody(_ framing: MessageFraming, status: UInt16) -> BodyReader {
        if isHead || status == 204 || status == 304 { return .empty }
        if framing.isChunked { return .chunked }
        if framing.hasTransferEncoding { return .untilClose }
        return framing.contentLength.map(BodyReader.counted) ?? .untilClose
    }
}

/// How much of one message has arrived while it waits, unread, for its end.
struct MessageExtent: Equatable, Sendable {
    private(set) var body: BodyReader
    /// Wire bytes of the body that have been looked at.
    private(set) var bodyLength = 0
    private(set) var isBroken = false

    init(_ body: BodyReader) { self.body = body }

    var isFinished: Bool { body.isFinished }

    /// - Parameter bytes: of the body, behind what was looked at before.
    mutating func extend(_ bytes: borrowing Span<UInt8>) {
        let progress = body.read(bytes, contentLimit: .max)
        bodyLength += progress.length
        if progress.violation != nil { isBroken = true }
    }
}

/// A good answer that `stale` rules keep, gathered while it passes.
struct Learning: Sendable {
    let rules: [String]
    let key: [UInt8]
    var bytes: [UInt8] = []
    var headLength = 0
    var isGood = false

    /// Bytes of an answer that is remembered; a larger one is not.
    static let maximumAnswer = 1_048_576
}

extension Exchange {
    /// Starts with the head that was just read; the last one has ended.
    mutating func begin(
        unit: UInt64,
        reader: HeadReader,
        head: borrowing Span<UInt8>,
        length: Int,
        keepsHead: Bool,
        at now: Moment,
        passedToServer: UInt64,
        passedToClient: UInt64
    ) {
        end()
        isUnderWay = true
        self.unit = unit
        started = now
        let start = reader.facts.path.lowerBound
        let end = reader.facts.query?.upperBound ?? reader.facts.path.upperBound
        let verb = reader.facts.method.prefix(ExchangeRecord.maximumMethodLength)
        method = head.text(verb)
        target = head.text(start..<min(end, start + ExchangeRecord.maximumTargetLength))
        framing = reader.framing
        isHead = reader.isMethod(.head, in: head)
        isConnect = reader.isMethod(.connect, in: head)
        headLength = length
        if keepsHead { keptHead = head.bytes(0..<min(length, ExchangeRecord.maximumHeadLength)) }
        if framing.isChunked {
            request = .chunked
        } else if let length = framing.contentLength {
            request = .counted(length)
        }
        self.passedToServer = passedToServer
        self.passedToClient = passedToClient
    }

    /// Forgets the exchange, and with it what its rules hold.
    mutating func end() {
        guard isUnderWay else { return }
        self = Exchange()
    }
}

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 is replaced.
    func text(_ range: Range<Int>) -> String {
        unsafe extracting(range).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }
}
