// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import TestSupport

/// A client with requests to send, a server that answers what reaches it, and a flow between them.
///
/// Both peers are simple shadows: the server looks for the requests it knows, in order, where some
/// may be missing because a rule answered them; the client knows which answer each request has to
/// have had. Nothing here reads HTTP.
struct ExchangeSimulation {
    /// What went wrong first, if anything.
    private(set) var complaint: String?

    private struct Script {
        let request: [UInt8]
        let response: [UInt8]
    }

    private let flow = FlowPlaybook()
    private let scripts: [Script]
    private let rules: [Rule]
    private var numbers: SeededNumbers
    private var serial: UInt64 = 100
    /// Of all the requests, back to back: what the client has still to send.
    private var toSend: ArraySlice<UInt8>
    /// Which requests reached the server whole.
    private var reached: [Int] = []
    private var readByServer = 0
    /// What the server has still to send.
    private var toAnswer: ArraySlice<UInt8> = []

    init(seed: UInt64, rules: [Rule]) {
        numbers = SeededNumbers(seed: seed)
        self.rules = rules
        var scripts: [Script] = []
        for position in 0..<numbers.below(6) + 1 {
            scripts.append(Self.script(position, &numbers))
        }
        self.scripts = scripts
        toSend = scripts.flatMap(\.request)[...]
    }

    /// Rules that hold bytes and lose none.
    static var holding: [Rule] {
        let paces = [(20_000.0, Toward.client), (3_000, .server), (0, .client)]
        let rates = paces.compactMap { bytesPerSecond, toward in
            (try? ByteRate(bytesPerSecond: bytesPerSecond)).map {
                Bandwidth(rate: $0, burst: .zero, toward: toward)
            }
        }
        let uniform = Delay(
            .uniform(lower: .zero, upper: .milliseconds(30)),
            max: nil,
            toward: .both,
            atConnect: false
        )
        return rates.enumerated().map { rule([.bandwidth($1)], id: "rate\($0)") } + [
            rule([.delay(.milliseconds(7))], id: "delay"), rule([.delay(uniform)], id: "uniform"),
            rule([.delay(.milliseconds(5), toward: .server)], id: "request"),
            rule([.delay(.milliseconds(11)), .hang], id: "hang"),
        ]
    }

    /// Rules that end exchanges or connections, on some of the paths each.
    static var ending: [Rule] {
        [
            rule([.respond(503, "no")], id: "no", request: "ANY /1"),
            rule([.delay(.milliseconds(9)), .respond(503, "no")], id: "late", request: "ANY /2"),
            rule([.reset], id: "reset", request: "ANY /3"),
            rule([.truncate(3, then: .close)], id: "cut", request: "ANY /4"),
            rule([.truncate(1, then: .hang)], id: "stuck", request: "ANY /0"),
            rule(
                [.close(Close(after: Fault.bytes(40), how: .fin, toward: .client))],
                id: "close",
                request: "ANY /5"
            ),
        ]
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps where complaint == nil {
            switch numbers.below(8) {
            case 0, 1, 2: sendFromClient(numbers.below(60) + 1)
            case 3, 4, 5: sendFromServer(numbers.below(60) + 1)
            case 6: flow.pass(.milliseconds(numbers.below(20)))
            default: changeRules()
            }
            look()
        }
    }

    /// Takes all rules away and lets everything come to its end.
    mutating func complete() {
        serial += 100
        flow.adopt([], serial: serial)
        look()
        for _ in 0..<1_000 where complaint == nil && flow.ending == nil {
            if toSend.isEmpty, toAnswer.isEmpty { break }
            sendFromClient(toSend.count)
            sendFromServer(toAnswer.count)
            look()
        }
        guard complaint == nil, flow.ending == nil else { return }
        if flow.sentToClient != expectedByClient {
            complaint = "the client lacks some of its answers: \(flow.toClient.debugDescription)"
        } else if flow.heldBytes != 0 {
            complaint = "\(flow.heldBytes) bytes are held by no rule"
        } else if flow.exchanges.map(\.unit) != scripts.indices.map(UInt64.init) {
            complaint = "exchanges recorded: \(flow.exchanges.map(\.unit))"
        }
        flow.ends(.client)
        flow.ends(.server)
        if flow.ending != .fin { complaint = complaint ?? "both ended and the flow did not" }
    }

    private mutating func changeRules() {
        guard !rules.isEmpty else { return }
        serial += 100
        let chosen = rules.filter { _ in numbers.once(in: 3) }
        flow.adopt(chosen, serial: serial)
    }

    private mutating func sendFromClient(_ count: Int) {
        let piece = toSend.prefix(count)
        toSend = toSend.dropFirst(count)
        if !piece.isEmpty { flow.arrive(.clientToServer, Array(piece)) }
    }

    private mutating func sendFromServer(_ count: Int) {
        let piece = toAnswer.prefix(count)
        toAnswer = toAnswer.dropFirst(count)
        if !piece.isEmpty { flow.arrive(.serverToClient, Array(piece)) }
    }

    /// Lets the server take what has reached it, and checks what the client has received.
    private mutating func look() {
        while readByServer < flow.sentToServer.count {
            let rest = flow.sentToServer[readByServer...]
            let next = (reached.last ?? -1) + 1
            guard
                let found = scripts.indices.dropFirst(next).first(where: {
                    rest.starts(with: scripts[$0].request.prefix(rest.count))
                })
            else {
                complaint = "the server received what nobody sent, at \(readByServer)"
                return
            }
            guard rest.count >= scripts[found].request.count else { break }
            readByServer += scripts[found].request.count
            reached.append(found)
            toAnswer += scripts[found].response
        }
        guard expectedByClient.starts(with: flow.sentToClient) else {
            complaint = "the client received \(flow.toClient.debugDescription)"
            return
        }
        let recorded = flow.exchanges.map(\.unit)
        if recorded != Array(0..<UInt64(recorded.count)) || recorded.count > flow.exchangeCount {
            complaint = "exchanges recorded: \(recorded)"
        }
        if flow.ending != nil, rules.isEmpty { complaint = "ended without a rule" }
    }

    /// The answers in the order of their requests: the server's where the request reached it.
    private var expectedByClient: [UInt8] {
        let last = reached.last ?? -1
        return scripts.indices.flatMap { position in
            if reached.contains(position) || position > last && !isAnswered(position) {
                return scripts[position].response
            }
            return Self.answer
        }
    }

    /// Whether a rule answered a request; the record says so as soon as the answer has left.
    private func isAnswered(_ position: Int) -> Bool {
        let sent = scripts[..<position].indices.reduce(0) { count, earlier in
            count + (reached.contains(earlier) ? scripts[earlier].response : Self.answer).count
        }
        let rest = flow.sentToClient.dropFirst(sent)
        return !rest.isEmpty && Self.answer.starts(with: rest.prefix(Self.answer.count))
    }

    private static let answer = Array(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno".utf8
    )

    private static func script(_ position: Int, _ numbers: inout SeededNumbers) -> Script {
        var request = "POST /\(position) HTTP/1.1\r\nHost: h\r\n"
        switch numbers.below(3) {
        case 0: request += "\r\n"
        case 1: request += "Content-Length: 10\r\n\r\n0123456789"
        default: request += "Transfer-Encoding: chunked\r\n\r\n4;x\r\nabcd\r\n0\r\nT: 1\r\n\r\n"
        }
        var response = numbers.once(in: 5) ? "HTTP/1.1 100 Continue\r\n\r\n" : ""
        switch numbers.below(4) {
        case 0: response += "HTTP/1.1 204 No Content\r\nX: \(position)\r\n\r\n"
        case 1:
            response +=
                "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + String(repeating: "x", count: 30)
        case 2: response += "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
        default:
            response += "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            response += "a\r\n0123456789\r\n3\r\nabc\r\n0\r\n\r\n"
        }
        return Script(request: Array(request.utf8), response: Array(response.utf8))
    }
}
