// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import TestSupport
import WireFormats

/// A client, a server and a flow under rules that answer, lose, double and change messages.
///
/// Every request has a number, and every answer says whose it is. Which rules fired on an exchange
/// is taken from the log; what each side may have received follows from that and nothing else.
struct MessageSimulation {
    /// What went wrong first, if anything.
    private(set) var complaint: String?

    private let flow = FlowPlaybook()
    private var numbers: SeededNumbers
    private var serial: UInt64 = 1_000
    private let count: Int
    private var toSend: ArraySlice<UInt8> = []
    private var toAnswer: ArraySlice<UInt8> = []
    private var readByServer = 0
    private var lostServers = 0
    /// The requests that reached a server whole, in their order.
    private var reached: [Message] = []

    /// A message as the other end reads it.
    struct Message: Equatable {
        let number: Int
        let isEdited: Bool
        let content: String
        /// Of an answer that a rule gave: the rule.
        let author: String?
    }

    init(seed: UInt64) {
        numbers = SeededNumbers(seed: seed)
        count = numbers.below(7) + 2
        for number in 0..<count { toSend += Self.request(number, &numbers) }
    }

    // MARK: The rules

    private static let edited = FieldEdits(
        remove: [],
        set: [.init(name: "X-Edited", value: "1")],
        add: []
    )

    private static func fake(_ rule: String, forwards: Bool = false) -> Fault {
        .respond(
            Respond(
                status: 418,
                reason: nil,
                headers: [.init(name: "X-Author", value: rule)],
                body: .empty,
                forwards: forwards
            )
        )
    }

    private static let merge = Fault.edit(
        Edit(
            request: nil,
            response: MessageEdit(body: .merge(.object([.init(key: "m", value: .int(1))]))),
            lengths: .fix
        )
    )

    static var rules: [Rule] {
        let edit = Edit(request: MessageEdit(headers: edited), response: nil, lengths: .fix)
        let half = Truncate(after: .share(0.5), then: .close, lengths: .fix)
        return [
            rule([.edit(edit)], id: "edit"),
            rule([merge], id: "merge"),
            rule([fake("forward", forwards: true)], id: "forward", request: "ANY /0"),
            rule([.swallow(Swallow(.request, then: .hang))], id: "lost", request: "ANY /1"),
            rule([.swallow(Swallow(.response, then: .hang))], id: "dropped", request: "ANY /2"),
            rule([.repeat(Repeat(times: 3))], id: "thrice", request: "ANY /3"),
            rule([.truncate(half)], id: "half", request: "ANY /4"),
            rule([fake("content")], id: "content") {
                $0.bodies = [.value(pointer: ["n"], .exactly("5"))]
            },
            rule([fake("answer")], id: "answer") {
                $0.response = ResponsePattern(
                    statuses: [200...200],
                    headers: [],
                    bodies: [.value(pointer: ["r"], .exactly("6"))]
                )
            },
            rule([.delay(.milliseconds(7))], id: "delay"),
            rule([.delay(.milliseconds(5), toward: .server)], id: "request-delay"),
        ]
    }

    // MARK: What happens

    mutating func run(steps: Int) {
        for _ in 0..<steps where complaint == nil {
            switch numbers.below(8) {
            case 0, 1, 2: sendFromClient(numbers.below(90) + 1)
            case 3, 4, 5: sendFromServer(numbers.below(90) + 1)
            case 6: flow.pass(.milliseconds(numbers.below(20)))
            default: adopt(Self.rules.filter { _ in numbers.once(in: 3) })
            }
            serve()
        }
    }

    /// Takes all rules away and lets everything come to its end.
    mutating func complete() {
        adopt([])
        for _ in 0..<1_000 where complaint == nil && flow.ending == nil {
            serve()
            if toSend.isEmpty, toAnswer.isEmpty { break }
            sendFromClient(toSend.count)
            serve()
            sendFromServer(toAnswer.count)
        }
        check()
        flow.ends(.client)
        flow.ends(.server)
        if flow.ending != .fin { complaint = complaint ?? "both ended and the flow did not" }
        if flow.tallies.contains(where: { $0.active != 0 }) {
            complaint = complaint ?? "a rule counts units that are over"
        }
    }

    private mutating func adopt(_ rules: [Rule]) {
        serial += 100
        flow.adopt(rules, serial: serial)
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

    /// Lets the server answer every request that has reached it whole.
    private mutating func serve() {
        if flow.disconnects != lostServers {
            lostServers = flow.disconnects
            readByServer = max(readByServer, flow.sentBeforeDisconnect)
            toAnswer = []
        }
        let (messages, length) = Self.read(flow.sentToServer[readByServer...], .request)
        readByServer += length
        reached += messages
        for message in messages { toAnswer += Self.answer(message.number, &numbers) }
    }

    // MARK: What must have come out

    private mutating func check() {
        guard complaint == nil else { return }
        var fired: [Int: Set<String>] = [:]
        for fault in flow.faults { fired[Int(fault.unit), default: []].insert(fault.rule) }
        let (answers, length) = Self.read(flow.sentToClient[...], .response)
        guard flow.ending == nil, length == flow.sentToClient.count else {
            complaint = "the client received what is no answer: \(flow.toClient.debugDescription)"
            return
        }
        guard flow.exchanges.map(\.unit) == (0..<UInt64(count)).map({ $0 }), flow.heldBytes == 0
        else {
            complaint = "\(flow.exchanges.count) of \(count) exchanges, \(flow.heldBytes) held"
            return
        }
        var expected = answers[...]
        for number in 0..<count {
            let rules = fired[number] ?? []
            checkRequests(number, rules)
            let isRefused = ["content", "answer", "forward"].contains { rules.contains($0) }
            if let answer = expected.first,
                answer.number == number || isRefused && answer.author != nil
            {
                expected.removeFirst()
                checkAnswer(answer, number, rules)
            } else if rules.isDisjoint(with: ["lost", "dropped"]) {
                complaint = complaint ?? "no answer to request \(number), on which \(rules) fired"
            }
        }
        if !expected.isEmpty { complaint = complaint ?? "more answers than requests" }
    }

    private mutating func checkRequests(_ number: Int, _ rules: Set<String>) {
        let copies = reached.filter { $0.number == number }
        let mayLack = !rules.isDisjoint(with: ["lost", "content"])
        let most = rules.contains("thrice") ? 3 : 1
        if copies.count > most || copies.isEmpty && !mayLack {
            complaint = complaint ?? "request \(number) came \(copies.count) times: \(rules)"
        }
        for copy in copies where copy.content != "{\"n\":\(number)}" && !copy.content.isEmpty {
            complaint = complaint ?? "request \(number) came with \(copy.content)"
        }
        if copies.contains(where: \.isEdited), !rules.contains("edit") {
            complaint = complaint ?? "request \(number) was edited by nobody"
        }
    }

    private mutating func checkAnswer(_ answer: Message, _ number: Int, _ rules: Set<String>) {
        if let author = answer.author {
            if !rules.contains(author) {
                complaint = complaint ?? "\(author) answered \(number) and did not fire"
            }
            return
        }
        let whole = "{\"r\":\(number)}"
        var allowed = [whole, ""]
        if rules.contains("merge") { allowed.append("{\"r\":\(number),\"m\":1}") }
        if rules.contains("half") { allowed += allowed.map { String($0.prefix($0.count / 2)) } }
        if !allowed.contains(answer.content) {
            complaint = complaint ?? "the answer to \(number) is \(answer.content): \(rules)"
        }
    }

    // MARK: Messages

    private static func request(_ number: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
        message(
            "POST /\(number) HTTP/1.1\r\nHost: h\r\n",
            "{\"n\":\(number)}",
            hasContent: !numbers.once(in: 4),
            &numbers
        )
    }

    private static func answer(_ number: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
        let interim = numbers.once(in: 5) ? Array("HTTP/1.1 103 Early Hints\r\n\r\n".utf8) : []
        return interim
            + message(
                "HTTP/1.1 200 OK\r\nX-N: \(number)\r\n",
                "{\"r\":\(number)}",
                hasContent: true,
                &numbers
            )
    }

    private static func message(
        _ head: String,
        _ content: String,
        hasContent: Bool,
        _ numbers: inout SeededNumbers
    ) -> [UInt8] {
        guard hasContent else { return Array((head + "\r\n").utf8) }
        guard numbers.once(in: 2) else {
            return Array((head + "Content-Length: \(content.utf8.count)\r\n\r\n" + content).utf8)
        }
        let middle = numbers.below(content.utf8.count - 1) + 1
        let chunks = [content.prefix(middle), content.dropFirst(middle)]
            .map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        return Array((head + "Transfer-Encoding: chunked\r\n\r\n\(chunks.joined())0\r\n\r\n").utf8)
    }

    /// The whole messages at the beginning of what an end received, and their bytes.
    private static func read(
        _ bytes: ArraySlice<UInt8>,
        _ kind: HeadReader.Kind
    ) -> ([Message], length: Int) {
        var messages: [Message] = []
        var rest = Array(bytes)
        while true {
            var reader = HeadReader(kind)
            guard case .complete(let headLength) = reader.read(rest.span, limit: .max) else {
                break
            }
            let framing = reader.framing
            var body =
                framing.isChunked ? .chunked : BodyReader.counted(framing.contentLength ?? 0)
            let wire = Array(rest.dropFirst(headLength))
            var gatherer = ContentGatherer(body, limit: 1_000)
            _ = gatherer.take(wire.span)
            let progress = body.read(wire.span, contentLimit: .max)
            guard body.isFinished else { break }
            let head = String(decoding: rest.prefix(headLength), as: UTF8.self)
            rest.removeFirst(headLength + progress.length)
            if kind == .response, reader.status < 200 { continue }
            messages.append(message(head, String(decoding: gatherer.content, as: UTF8.self)))
        }
        return (messages, bytes.count - rest.count)
    }

    private static func message(_ head: String, _ content: String) -> Message {
        let words = head.split(whereSeparator: { $0.isWhitespace || $0.isNewline })
        func value(_ name: String) -> String? {
            words.firstIndex { $0 == name }.map { String(words[$0 + 1]) }
        }
        let path = words.first { $0.hasPrefix("/") }.map { String($0.dropFirst()) }
        return Message(
            number: Int(path ?? value("X-N:") ?? "") ?? -1,
            isEdited: head.contains("X-Edited"),
            content: content,
            author: value("X-Author:")
        )
    }
}
