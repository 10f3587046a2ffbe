// SPDX-License-Identifier: Apache-2.0
package import EventRecords
package import FaultModel
import WireFormats

/// What a proxied connection does next: events in, effects out.
///
///     http:  idle ──request head──▶ exchanging ──both messages have ended──▶ idle
///              │                        └── 101, or 2xx to CONNECT ──▶ streaming
///              └── cannot be read, and no rule wants to ──▶ streaming
///     tcp:   streaming
///     auto:  undecided ──the client's first bytes, or its silence──▶ idle, or streaming
///     any:   ──▶ over
///
/// The flow is shown bytes and keeps none; it names them by number in its effects. It holds the two
/// lanes, the exchange under way, and what the rules in force do to it. Requests on one connection
/// are taken one after the other: the next is read when the last answer has left. It cannot be
/// copied: there is one for a connection, and looking at it costs nothing.
package struct ConnectionFlow: ~Copyable, Sendable {
    enum Mode: Equatable {
        case undecided
        case idle
        case exchanging
        case streaming
        case over
    }

    enum ServerPhase: Equatable {
        case absent
        /// Held by a `delay` with `at: connect`.
        case waiting(since: Moment, until: Moment)
        case dialing
        case connected
    }

    package let name: ConnectionName
    let facts: ConnectionFacts
    let transport: ProxyDefinition.Transport
    let upstreamFailure: ProxyDefinition.UpstreamFailure
    let limits: ProxyLimits
    let services: FlowServices
    var rules: RuleSet

    var mode = Mode.idle
    var server = ServerPhase.absent
    package internal(set) var toServer = Lane(.clientToServer)
    package internal(set) var toClient = Lane(.serverToClient)

    // HTTP
    var requestReader = HeadReader(.request)
    var responseReader = HeadReader(.response)
    /// The exchange under way, if there is one; kept in place, because a copy would cost a reference
    /// for each of its parts.
    var exchange = Exchange()
    /// When an undecided connection is taken for a stream.
    var decisionDeadline: Moment?
    /// When the head that is being read has to be complete.
    var headDeadline: Moment?
    /// How many exchanges have begun.
    package internal(set) var exchangeCount: UInt64 = 0

    // Streams
    var stream = StreamUnit()

    /// Of the last exchange, what is still to come of it: how an end is passed on.
    var resting = AppliedPlan.pass
    /// What a partition keeps from the peers.
    var concealed = Concealment()

    /// Bytes shown and not taken yet.
    var unreadFromClient = 0
    var unreadFromServer = 0
    var clientEnded = false
    /// How the server ended, until that has been passed on.
    var serverEnding: Close.How?
    var tallies = ConnectionTallies()
    var scratch = MatchScratch()

    package init(
        name: ConnectionName,
        facts: ConnectionFacts,
        proxy: ProxyDefinition,
        rules: RuleSet,
        services: FlowServices
    ) {
        self.name = name
        self.facts = facts
        transport = proxy.transport
        upstreamFailure = proxy.onUpstreamFailure
        limits = proxy.limits
        self.rules = rules
        self.services = services
    }

    /// When to call ``woke(at:emitting:)``: the one alarm of the connection.
    package var alarm: Moment? {
        guard mode != .over else { return nil }
        var earliest = earlier(toServer.wakeAt, toClient.wakeAt)
        if !toServer.isSevered {
            earliest = earlier(earliest, headDeadline)
            earliest = earlier(earliest, decisionDeadline)
            if case .waiting(_, let until) = server { earliest = earlier(earliest, until) }
        }
        if exchange.isUnderWay {
            if case .pending(isHung: false) = exchange.stage {
                earliest = earlier(earliest, exchange.started + exchange.plan.totalDelay)
            }
            if !exchange.plan.isPass {
                earliest = earlier(earliest, exchange.plan.timedEnd?.at)
            }
        }
        return stream.plan.isPass ? earliest : earlier(earliest, stream.plan.timedEnd?.at)
    }

    package var isOver: Bool { mode == .over && concealed.ending == nil }

    /// Whether the next byte of the client begins a request.
    package var awaitsRequest: Bool { mode == .idle }

    /// Whether nothing is under way, so that an orderly shutdown may end the connection now.
    package var isIdle: Bool {
        switch mode {
        case .over: true
        case .idle, .undecided: unreadFromClient == 0 && toClient.heldBytes == 0
        case .exchanging, .streaming: false
        }
    }

    /// Whether so much of a direction is held that its source must wait.
    package func isFull(_ direction: Direction) -> Bool {
        switch direction {
        case .clientToServer: toServer.isFull(limit: limits.buffer.bytes)
        case .serverToClient: toClient.isFull(limit: limits.buffer.bytes)
        }
    }

    /// The rules acting on the connection now.
    package var actingRules: [String] { actingPlan.rules }

    /// The plan of the exchange under way, or of the stream.
    var actingPlan: AppliedPlan { exchange.isUnderWay ? exchange.plan : stream.plan }

    /// The client was accepted.
    package mutating func opened(at now: Moment, emitting effects: inout [Effect]) {
        takeCuts(at: now, emitting: &effects)
        guard mode != .over else { return }
        switch transport {
        case .http: return
        case .tcp: becomeStream(at: now, emitting: &effects)
        case .auto:
            mode = .undecided
            decisionDeadline = now + Self.longestSilence
        }
    }

    /// Shows all the unread bytes of one direction.
    package mutating func received(
        _ direction: Direction,
        _ bytes: borrowing Span<UInt8>,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        let taken =
            if isSevered(direction), mode != .over {
                0
            } else if direction == .clientToServer {
                take(fromClient: bytes, at: now, emitting: &effects)
            } else {
                take(fromServer: bytes, at: now, emitting: &effects)
            }
        let unread = bytes.count - taken
        if direction == .clientToServer {
            unreadFromClient = unread
        } else {
            unreadFromServer = unread
        }
        if mode != .idle, !resting.isPass { resting = .pass }
        if concealed.hasEnds { revealEnd(of: direction.source, at: now, emitting: &effects) }
        advance(at: now, emitting: &effects)
    }

    /// A peer will send nothing more, and everything it sent has been shown.
    package mutating func ended(
        _ end: End,
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        guard mode != .over, !conceals(end, how) else { return }
        switch (end, how) {
        case (.client, .rst): conclude(.rst, .abandoned, at: now, emitting: &effects)
        case (.client, .fin):
            clientEnded = true
            passOnClientEnd(at: now, emitting: &effects)
        case (.server, _): serverEnding = how
        }
        advance(at: now, emitting: &effects)
    }

    package mutating func connected(at now: Moment, emitting effects: inout [Effect]) {
        server = .connected
    }

    package mutating func woke(at now: Moment, emitting effects: inout [Effect]) {
        guard mode != .over else { return }
        if let end = actingPlan.timedEnd, end.at <= now {
            return conclude(end.how, .cut, at: now, emitting: &effects)
        }
        if let decisionDeadline, decisionDeadline <= now, !toServer.isSevered {
            becomeStream(at: now, emitting: &effects)
        }
        if let headDeadline, headDeadline <= now, !toServer.isSevered {
            self.headDeadline = nil
            headTimedOut(at: now, emitting: &effects)
        }
        measureDelays(at: now)
        if case .waiting(_, let until) = server, until <= now, !toServer.isSevered {
            server = .dialing
            effects.append(.dial)
        }
        settle(at: now, emitting: &effects)
        toServer.woke(at: now, emitting: &effects)
        toClient.woke(at: now, emitting: &effects)
        advance(at: now, emitting: &effects)
    }

    /// Ends the connection for a reason outside the rules: an administrator, a time limit, a stop.
    package mutating func cancel(
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        conclude(how, .abandoned, at: now, emitting: &effects)
        revealEnding(emitting: &effects)
    }

    /// Takes on the rules now in force: what only removed rules held is released, and a stream is
    /// asked about the rules that are new.
    package mutating func adopt(
        _ rules: RuleSet,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        self.rules = rules
        takeCuts(at: now, emitting: &effects)
        guard mode != .over else { return }
        tallies.keep(rules.counts)
        if exchange.isUnderWay { adoptInExchange(at: now, emitting: &effects) }
        if mode == .streaming { adoptInStream(at: now, emitting: &effects) }
        if mode == .idle, resting.keep(in: rules) { rest(at: now, emitting: &effects) }
        releaseDial(at: now, emitting: &effects)
        advance(at: now, emitting: &effects)
    }

    /// What follows from where the lanes and the exchange stand now.
    mutating func advance(at now: Moment, emitting effects: inout [Effect]) {
        guard mode != .over else { return }
        if let how = serverEnding { meetServerEnd(how, at: now, emitting: &effects) }
        // What the end stood behind has gone on since: a held request, a pipelined one.
        let isUnread = unreadFromClient > 0 && !toClient.isFinished
        if clientEnded, !isUnread, !toServer.hasEnded,
            mode == .streaming || exchange.isForwarded
        {
            passOnClientEnd(at: now, emitting: &effects)
        }
        if toClient.isCut || toServer.isCut { applyCut(at: now, emitting: &effects) }
        completeExchange(at: now, emitting: &effects)
        // Nor will more of a head come that was begun behind the exchange.
        if clientEnded, mode == .idle, headDeadline != nil, !toServer.isSevered {
            headDeadline = nil
            passOnClientEnd(at: now, emitting: &effects)
        }
        if mode != .over, toServer.isFinished, toClient.isFinished {
            conclude(.fin, .abandoned, at: now, emitting: &effects)
        }
    }

    private mutating func meetServerEnd(
        _ how: Close.How,
        at now: Moment,
        emitting effects: inout [Effect]
    ) {
        if exchange.isGatheringAnswer {
            if !exchange.answerHasEnded { effects.append(.reread(.serverToClient)) }
            exchange.answerHasEnded = true
        } else if unreadFromServer == 0 || exchange.truncation == nil {
            serverEnding = nil
            passOnServerEnd(how, at: now, emitting: &effects)
        }
    }

    private func earlier(_ left: Moment?, _ right: Moment?) -> Moment? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }
}
