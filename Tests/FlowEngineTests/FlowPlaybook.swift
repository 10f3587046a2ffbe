// SPDX-License-Identifier: Apache-2.0
import TestSupport
import EventRecords
import FaultModel
import FlowEngine
import Synchronization

/// Plays the shell for one connection with a clock that only moves when it is told to.
///
/// It keeps the bytes for real, in the two rows that effects speak of, so that a test can say what
/// each side sends and compare what the other receives.
final class FlowPlaybook {
    private var flow: ConnectionFlow
    private(set) var now = Moment.start
    private(set) var sentToClient: [UInt8] = []
    private(set) var sentToServer: [UInt8] = []
    private(set) var ending: Close.How?
    private(set) var dials = 0
    private(set) var disconnects = 0
    /// Of ``sentToServer``, what servers received that are gone.
    private(set) var sentBeforeDisconnect = 0
    private(set) var finished: Set<End> = []
    private(set) var records: [EventRecord.Body] = []

    private var unread: [Direction: [UInt8]] = [.clientToServer: [], .serverToClient: []]
    private var held: [Direction: [UInt8]] = [.clientToServer: [], .serverToClient: []]
    private var rereads: [Direction] = []
    private var isConnecting = false
    private let proxy: ProxyDefinition
    private let facts = ConnectionFacts(ordinal: 1, client: IPAddress("192.0.2.1"))
    let services: FlowServices
    /// Of all rules that ever were in force.
    private(set) var tallies: [LocalTally]
    /// Connects at once when the flow dials.
    var answersDials = true

    init(
        _ transport: ProxyDefinition.Transport = .http,
        _ rules: [Rule] = [],
        cuts: [Cut] = [],
        failure: ProxyDefinition.UpstreamFailure? = nil,
        limits: ProxyLimits = .defaults,
        services: FlowServices = .plain(),
        requestFaults: RequestFaults? = nil
    ) {
        proxy = ProxyDefinition(
            name: "p",
            listen: .unix(path: "/p"),
            upstreams: [.unix(path: "/u")],
            transport: transport,
            tags: [],
            onUpstreamFailure: failure ?? (transport == .http ? .badGateway : .reset),
            limits: limits,
            from: "client",
            to: "p",
            isEnabled: true,
            requestFaults: requestFaults
        )
        self.services = services
        var tallies: [LocalTally] = []
        let compiled = Self.compile(rules, cuts, serial: 1, proxy, &tallies)
        self.tallies = tallies
        flow = ConnectionFlow(
            name: ConnectionName(id: 1, proxy: "p", ordinal: 1),
            facts: facts,
            proxy: proxy,
            rules: compiled,
            services: services
        )
        play { $0.opened(at: $1, emitting: &$2) }
    }

    private static func compile(
        _ rules: [Rule],
        _ cuts: [Cut],
        serial: UInt64,
        _ proxy: ProxyDefinition,
        _ tallies: inout [LocalTally]
    ) -> RuleSet {
        let added = rules.map { _ in LocalTally() }
        tallies += added
        return RuleSet(
            rules.enumerated().map { position, rule in
                ActiveRule(rule: rule, serial: serial + UInt64(position), tally: added[position])
            },
            cuts: cuts,
            for: proxy,
            seed: 7
        )
    }

    // MARK: What happens

    func client(_ text: String) { arrive(.clientToServer, Array(text.utf8)) }
    func server(_ text: String) { arrive(.serverToClient, Array(text.utf8)) }

    func arrive(_ direction: Direction, _ bytes: [UInt8]) {
        guard ending == nil else { return }
        unread[direction, default: []] += bytes
        show(direction)
    }

    func ends(_ end: End, _ how: Close.How = .fin) {
        play { $0.ended(end, how, at: $1, emitting: &$2) }
    }

    func upstreamFails() { play { $0.upstreamFailed("no upstream", at: $1, emitting: &$2) } }
    func cancel(_ how: Close.How) { play { $0.cancel(how, at: $1, emitting: &$2) } }
    func connects() { play { $0.connected(at: $1, emitting: &$2) } }

    /// The serial begins anew with each change, as it does when rules come into force.
    func adopt(_ rules: [Rule], cuts: [Cut] = [], serial: UInt64 = 100) {
        let compiled = Self.compile(rules, cuts, serial: serial, proxy, &tallies)
        play { $0.adopt(compiled, at: $1, emitting: &$2) }
    }

    /// Lets time pass, ringing the flow's alarm at each moment it asked for.
    func pass(_ duration: Duration) {
        let end = now + duration
        var rings = 0
        while let alarm = flow.alarm, alarm <= end, ending == nil, rings < 100_000 {
            now = max(now, alarm)
            rings += 1
            play { $0.woke(at: $1, emitting: &$2) }
        }
        now = end
    }

    // MARK: What can be seen

    var toClient: String { String(decoding: sentToClient, as: UTF8.self) }
    var toServer: String { String(decoding: sentToServer, as: UTF8.self) }
    var heldBytes: Int { flow.toServer.heldBytes + flow.toClient.heldBytes }
    var exchangeCount: Int { Int(flow.exchangeCount) }
    var exchanges: [ExchangeRecord] {
        records.compactMap { if case .exchange(let record) = $0 { record } else { nil } }
    }
    var notices: [String] {
        records.compactMap { if case .notice(let notice) = $0 { notice.code } else { nil } }
    }
    var faults: [FaultRecord] {
        records.compactMap { if case .fault(let fault) = $0 { fault } else { nil } }
    }

    // MARK: Obeying

    private func show(_ direction: Direction) {
        let bytes = unread[direction] ?? []
        play { $0.received(direction, bytes.span, at: $1, emitting: &$2) }
    }

    private func play(_ event: (inout ConnectionFlow, Moment, inout [Effect]) -> Void) {
        var effects: [Effect] = []
        event(&flow, now, &effects)
        for effect in effects { obey(effect) }
        // As the shell does: what an effect makes happen waits until all effects are obeyed.
        if isConnecting {
            isConnecting = false
            connects()
        }
        while let direction = rereads.popLast() { show(direction) }
    }

    private func obey(_ effect: Effect) {
        switch effect {
        case .admit(let direction, let count):
            held[direction, default: []] += take(count, from: &unread[direction, default: []])
        case .drop(let direction, let count): _ = take(count, from: &unread[direction, default: []])
        case .forward(let direction, let count):
            let bytes = take(count, from: &held[direction, default: []])
            if direction == .clientToServer { sentToServer += bytes } else { sentToClient += bytes }
        case .alter(let direction, let offset, let alteration):
            let byte = held[direction, default: []][offset]
            held[direction, default: []][offset] = alteration.applied(to: byte)
        case .insert(let direction, let payload): held[direction, default: []] += payload
        case .copy(let direction, let count):
            let bytes = unread[direction] ?? []
            precondition(count <= bytes.count, "an effect names bytes that are not there")
            held[direction, default: []] += bytes.prefix(count)
        case .discardHeld(let direction): held[direction] = []
        case .dial:
            dials += 1
            isConnecting = answersDials
        case .disconnect:
            disconnects += 1
            sentBeforeDisconnect = sentToServer.count
            unread[.serverToClient] = []
        case .reread(let direction):
            if unread[direction]?.isEmpty == false { rereads.insert(direction, at: 0) }
        case .finish(let end): finished.insert(end)
        case .end(let how): ending = how
        case .record(let body): records.append(body)
        }
    }

    private func take(_ count: Int, from row: inout [UInt8]) -> [UInt8] {
        precondition(count <= row.count, "an effect names bytes that are not there")
        defer { row.removeFirst(count) }
        return Array(row.prefix(count))
    }
}

func rule(
    _ faults: [Fault],
    id: String = "r",
    request: String? = nil,
    limit: Limit = .none
) -> Rule {
    var matcher = Matcher.everything
    if let request, let pattern = try? RequestPattern(request) { matcher.requests = [pattern] }
    return Rule(
        id: id,
        about: nil,
        tags: [],
        isEnabled: true,
        when: matcher,
        limit: limit,
        then: faults
    )
}

extension Fault {
    static func delay(_ duration: Duration, toward: Toward = .client) -> Fault {
        .delay(Delay(.fixed(duration), max: nil, toward: toward, atConnect: false))
    }

    static func bytes(_ count: Int) -> Close.Point {
        (try? ByteCount(count)).map(Close.Point.bytes) ?? Close.now
    }

    static let reset = Fault.close(Close(after: Close.now, how: .rst, toward: .client))
    static let hang = Fault.hang(Hang(for: nil))

    static func respond(_ status: UInt16, _ body: String = "") -> Fault {
        .respond(Respond(status: status, reason: nil, headers: [], body: .bytes(Array(body.utf8))))
    }

    static func truncate(_ count: Int, then: Truncate.Ending) -> Fault {
        .truncate(Truncate(after: .bytes((try? ByteCount(count)) ?? .zero), then: then))
    }

    static func bandwidth(_ bytesPerSecond: Double) -> Fault? {
        (try? ByteRate(bytesPerSecond: bytesPerSecond)).map {
            .bandwidth(Bandwidth(rate: $0, burst: .zero, toward: .client))
        }
    }
}
