// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// What becomes of HTTP exchanges when no rule fires.
@Suite struct ExchangeTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Each answer is whole exactly at its end: the next request is taken only then.
    @Test(arguments: [
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
        (
            "GET",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n"
        ),
    ])
    func `promise 1: with no rule every byte passes unchanged, however it is cut`(
        method: String,
        answer: String
    ) {
        let request = "\(method) /a HTTP/1.1\r\nHOST: h\r\nx-Odd:  v \r\n\r\n"
        for size in 1...9 {
            let playbook = FlowPlaybook()
            for _ in 0..<2 {
                for piece in pieces(request, size) { playbook.client(piece) }
                for piece in pieces(answer, size) { playbook.server(piece) }
            }
            #expect(playbook.toServer == request + request)
            #expect(playbook.toClient == answer + answer)
            #expect(playbook.exchanges.map(\.outcome) == [.complete, .complete])
            #expect(playbook.heldBytes == 0)
            #expect(playbook.dials == 1)
        }
    }

    @Test func `a pipelined request is taken when the answer before it has left`() {
        let playbook = FlowPlaybook()
        playbook.client(Self.get + Self.get)
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toServer == Self.get + Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok + Self.ok)
    }

    @Test func `where rules ask, a bounded part of the request's head is kept for its record`() {
        let never = rule([.delay(.seconds(1))], request: "PUT /never")
        let long = Self.get.dropLast(2) + "A: \(String(repeating: "b", count: 4_000))\r\n\r\n"
        for (rules, request, kept) in [
            ([], Self.get, 0), ([never], Self.get, Self.get.utf8.count),
            ([never], String(long), ExchangeRecord.maximumHeadLength),
        ] {
            let playbook = FlowPlaybook(.http, rules)
            playbook.client(request)
            playbook.server(Self.ok)
            let head = playbook.exchanges.first?.head
            #expect(head == Array(request.utf8.prefix(kept)))
        }
    }

    @Test(arguments: [false, true])
    func `a client that ended inside its next head is not waited for when its answer has left`(
        hasRules: Bool
    ) {
        let half = "GET /next HTTP/1.1\r\nHo"
        let playbook = FlowPlaybook(
            .http,
            hasRules ? [rule([.delay(.seconds(1))], request: "PUT /never")] : []
        )
        playbook.client(Self.get + half)
        playbook.ends(.client)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok)
        if hasRules {
            #expect(playbook.ending == .fin && playbook.toServer == Self.get)
        } else {
            #expect(playbook.finished == [.server] && playbook.toServer == Self.get + half)
        }
    }

    @Test func `a record keeps a bounded number of the rules that fired`() {
        let rules = (0..<300).map { rule([.delay(.milliseconds(1))], id: "r\($0)") }
        let playbook = FlowPlaybook(.http, rules)
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.pass(.seconds(1))
        #expect(playbook.faults.count == 300)
        let named = rules.prefix(ExchangeRecord.maximumRules).map(\.id)
        #expect(playbook.exchanges.first?.rules == named)
    }

    @Test func `a record keeps a bounded part of what a request line may hold`() {
        let playbook = FlowPlaybook()
        let (method, path) = (
            String(repeating: "M", count: 8_000), String(repeating: "p", count: 8_000)
        )
        playbook.client("\(method) /\(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        playbook.server(Self.ok)
        let exchange = playbook.exchanges.first
        #expect(exchange?.method == String(method.prefix(ExchangeRecord.maximumMethodLength)))
        #expect(exchange?.target == "/" + path.prefix(ExchangeRecord.maximumTargetLength - 1))
        #expect(playbook.toServer.contains(method), "what passes is whole")
    }

    @Test func `a body without a length ends with the connection`() {
        let playbook = FlowPlaybook()
        playbook.client(Self.get)
        playbook.server("HTTP/1.0 200 OK\r\n\r\nsome")
        playbook.server("thing")
        playbook.ends(.server)
        #expect(playbook.toClient == "HTTP/1.0 200 OK\r\n\r\nsomething")
        #expect(playbook.finished == [.client])
        #expect(playbook.exchanges.map(\.outcome) == [.complete])
    }

    @Test func `after 101 the connection is a stream in both directions`() {
        let playbook = FlowPlaybook()
        playbook.client("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nearly")
        playbook.server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nGET not http")
        playbook.client(" and more")
        #expect(playbook.toServer.hasSuffix("\r\n\r\nearly and more"))
        #expect(playbook.toClient.hasSuffix("\r\n\r\nGET not http"))
        #expect(playbook.exchanges.map(\.outcome) == [.upgraded])
    }

    @Test func `CONNECT that succeeds becomes a tunnel, and one that fails does not`() {
        let playbook = FlowPlaybook()
        playbook.client("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n")
        playbook.server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        playbook.client("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n")
        playbook.server("HTTP/1.1 200 OK\r\n\r\n\u{1}raw")
        playbook.client("\u{2}raw")
        #expect(playbook.toClient.hasSuffix("\u{1}raw"))
        #expect(playbook.toServer.hasSuffix("\u{2}raw"))
    }

    @Test func `a half-close passes as one, and the answer still comes`() {
        let playbook = FlowPlaybook()
        playbook.client(Self.get)
        playbook.ends(.client)
        #expect(playbook.finished == [.server])
        playbook.server(Self.ok)
        playbook.ends(.server)
        #expect(playbook.toClient == Self.ok)
        #expect(playbook.finished == [.server, .client])
        #expect(playbook.ending == .fin)
    }

    @Test(arguments: [
        "GARBAGE\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `what two readers could differ on passes without rules and is refused with them`(
        text: String
    ) {
        let bystander = FlowPlaybook()
        bystander.client(text)
        bystander.client("and more")
        #expect(bystander.toServer == text + "and more")
        #expect(bystander.notices == ["message.unreadable"])

        let strict = FlowPlaybook(.http, [rule([.delay(.zero)], request: "GET /never")])
        strict.client(text)
        #expect(strict.toClient.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(strict.ending == .fin)
        #expect(strict.notices == ["message.refused"])
    }

    @Test func `a head beyond its limit is refused with 431, and one beyond its time with 408`() {
        let never = rule([.delay(.zero)], request: "GET /never")
        let large = FlowPlaybook(.http, [never])
        large.client("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 70_000))
        #expect(large.toClient.hasPrefix("HTTP/1.1 431 "))

        let slow = FlowPlaybook(.http, [never])
        slow.client("GET / HT")
        slow.pass(.seconds(59))
        #expect(slow.ending == nil)
        slow.pass(.seconds(1))
        #expect(slow.toClient.hasPrefix("HTTP/1.1 408 "))
        #expect(slow.ending == .fin)
    }

    @Test func `an answer that cannot be read passes as it came, and nothing follows it`() {
        let playbook = FlowPlaybook(.http, [rule([.delay(.zero)], request: "GET /never")])
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
        #expect(playbook.toClient == "HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get)
        #expect(playbook.ending == .fin)
    }

    @Test(arguments: [
        (ProxyDefinition.UpstreamFailure.badGateway, Close.How?.none),
        (.reset, .rst), (.close, .fin),
    ])
    func `an upstream that cannot be reached ends as the proxy says`(
        failure: ProxyDefinition.UpstreamFailure,
        ending: Close.How?
    ) {
        let playbook = FlowPlaybook(.http, failure: failure)
        playbook.answersDials = false
        playbook.client("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab")
        playbook.upstreamFails()
        #expect(playbook.ending == ending)
        guard failure == .badGateway else { return }
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
        // The rest of the body is read away, and the next request tries again.
        playbook.client("c" + Self.get)
        #expect(playbook.dials == 2)
    }

    @Test func `what a server says between exchanges still reaches the client`() {
        let playbook = FlowPlaybook()
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.server("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        playbook.ends(.server)
        #expect(playbook.toClient.hasSuffix("Content-Length: 0\r\n\r\n"))
        #expect(playbook.finished == [.client])
    }

    private func pieces(_ text: String, _ size: Int) -> [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).map {
            String(decoding: bytes[$0..<min($0 + size, bytes.count)], as: UTF8.self)
        }
    }
}
