// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// What fired rules do to HTTP exchanges, and what removing them releases.
@Suite struct ExchangeFaultTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"
    /// The answer's head and three bytes of its body, and what follows.
    private static let beginning = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012"
    private static let rest = "3456789"

    @Test func `a delay holds the whole answer for its time and not longer`() {
        let playbook = FlowPlaybook(.http, [rule([.delay(.milliseconds(200))])])
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.beginning)
        playbook.pass(.milliseconds(100))
        playbook.server(Self.rest)
        playbook.pass(.milliseconds(99))
        #expect(playbook.toClient == "")
        playbook.pass(.milliseconds(1))
        #expect(playbook.toClient == Self.beginning)
        playbook.pass(.milliseconds(100))
        #expect(playbook.toClient == Self.ok)
        #expect(playbook.exchanges.map(\.rules) == [["r"]])
    }

    @Test func `a delay toward the server holds the request`() {
        let playbook = FlowPlaybook(.http, [rule([.delay(.milliseconds(50), toward: .server)])])
        playbook.client(Self.get)
        playbook.pass(.milliseconds(49))
        #expect(playbook.toServer == "")
        playbook.pass(.milliseconds(1))
        #expect(playbook.toServer == Self.get)
    }

    @Test func `promise 4: removing a delay releases at once all that it held`() {
        let playbook = FlowPlaybook(.http, [rule([.delay(.seconds(60))])])
        playbook.client(Self.get + Self.get)
        playbook.server(Self.ok)
        playbook.pass(.seconds(1))
        #expect(playbook.toClient == "")
        playbook.adopt([])
        #expect(playbook.toClient == Self.ok)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok + Self.ok)
        #expect(playbook.heldBytes == 0)
        #expect(playbook.ending == nil)
    }

    @Test func `promise 4: removing a hang sends the request on, whole`() {
        let playbook = FlowPlaybook(.http, [rule([.hang])])
        let post = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"
        playbook.client(post)
        playbook.pass(.seconds(100))
        #expect(playbook.toServer == "")
        #expect(playbook.dials == 0)
        playbook.adopt([])
        #expect(playbook.toServer == post)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok)
    }

    @Test func `a hang for a time ends with a close, and one whose client leaves ends with it`() {
        let timed = FlowPlaybook(.http, [rule([.hang(Hang(for: .seconds(2)))])])
        timed.client(Self.get)
        timed.pass(.milliseconds(1_999))
        #expect(timed.ending == nil)
        timed.pass(.milliseconds(1))
        #expect(timed.ending == .fin)

        let abandoned = FlowPlaybook(.http, [rule([.hang])])
        abandoned.client(Self.get)
        abandoned.ends(.client)
        #expect(abandoned.ending == .fin)
    }

    @Test func `an answer of a rule needs no upstream and keeps the connection`() {
        let playbook = FlowPlaybook(.http, [rule([.respond(503, "no")], request: "POST /x")])
        playbook.client("POST /x HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        let answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"
        #expect(playbook.toClient == answer)
        #expect(playbook.dials == 0)
        playbook.client("def" + Self.get)
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == answer + Self.ok)
        #expect(playbook.exchanges.map(\.outcome) == [.answered, .complete])
        #expect(playbook.exchanges.map(\.status) == [503, 200])
    }

    @Test(arguments: [
        (
            "HEAD /x HTTP/1.1\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n", false
        ),
        (
            "GET /x HTTP/1.0\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
            true
        ),
        (
            "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nno",
            false
        ),
        (
            "POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
            true
        ),
    ])
    func `an answer of a rule keeps to the request's version, method and expectation`(
        request: String,
        answer: String,
        closes: Bool
    ) {
        let playbook = FlowPlaybook(.http, [rule([.respond(503, "no")])])
        playbook.client(request)
        if closes { playbook.client("hello") }
        #expect(playbook.toClient == answer)
        #expect((playbook.ending == .fin) == closes)
    }

    @Test func `a client that leaves in the middle of an answered request ends its connection`() {
        let playbook = FlowPlaybook(.http, [rule([.respond(503)])])
        playbook.client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        playbook.ends(.client)
        #expect(playbook.ending == .fin)
        #expect(playbook.exchanges.map(\.outcome) == [.answered])
    }

    @Test func `a delayed answer waits from the request on, and outlives an upstream that leaves`()
    {
        let playbook = FlowPlaybook(.http)
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.adopt([rule([.delay(.seconds(5)), .respond(200, "late")])])
        playbook.client(Self.get)
        playbook.pass(.seconds(1))
        playbook.ends(.server)
        #expect(playbook.finished == [])
        #expect(playbook.disconnects == 1)
        playbook.pass(.seconds(4))
        #expect(playbook.toClient.hasSuffix("Content-Length: 4\r\n\r\nlate"))
        playbook.adopt([])
        playbook.client(Self.get)
        #expect(playbook.dials == 2)
    }

    @Test func `a reset at the head ends the exchange before the upstream hears of it`() {
        let playbook = FlowPlaybook(.http, [rule([.reset])])
        playbook.client(Self.get)
        #expect(playbook.ending == .rst)
        #expect(playbook.toServer == "")
        #expect(playbook.exchanges.map(\.outcome) == [.cut])
    }

    @Test func `a close after some bytes lets exactly those through`() {
        let close = Close(after: Fault.bytes(17), how: .rst, toward: .client)
        let playbook = FlowPlaybook(.http, [rule([.close(close)])])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == "HTTP/1.1 200 OK\r\n")
        #expect(playbook.ending == .rst)
    }

    @Test func `a close after some time ends what is under way`() {
        let close = Close(after: .time(.seconds(3)), how: .fin, toward: .client)
        let playbook = FlowPlaybook(.http, [rule([.close(close)])])
        playbook.client(Self.get)
        playbook.server(Self.beginning)
        playbook.pass(.seconds(3))
        #expect(playbook.toClient == Self.beginning)
        #expect(playbook.ending == .fin)
    }

    @Test(arguments: [(Truncate.Ending.close, Close.How?.some(.fin)), (.reset, .rst), (.hang, nil)])
    func `a truncated body keeps its promised length and delivers less`(
        then: Truncate.Ending,
        ending: Close.How?
    ) {
        let playbook = FlowPlaybook(.http, [rule([.truncate(4, then: then)])])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient.hasSuffix("Content-Length: 10\r\n\r\n0123"))
        #expect(playbook.ending == ending)
        guard then == .hang else { return }
        playbook.adopt([])
        #expect(playbook.toClient == Self.ok)
        #expect(playbook.exchanges.map(\.outcome) == [.complete])
    }

    @Test func `a truncated chunked body counts content and not framing`() {
        let playbook = FlowPlaybook(.http, [rule([.truncate(5, then: .close)])])
        playbook.client(Self.get)
        playbook.server(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
        )
        #expect(playbook.toClient.hasSuffix("3\r\nabc\r\n4\r\nde"))
        #expect(playbook.ending == .fin)
    }

    @Test func `a rate lets bytes pass in time and in order`() throws {
        let slow = try #require(Fault.bandwidth(1_000))
        let playbook = FlowPlaybook(.http, [rule([slow])])
        let body = String(repeating: "0123456789", count: 100)
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body)
        playbook.pass(.milliseconds(500))
        #expect((490...510).contains(playbook.sentToClient.count))
        playbook.pass(.milliseconds(600))
        #expect(playbook.toClient.hasSuffix(body))
        #expect(playbook.exchanges.count == 1)
    }

    @Test func `promise 3: a new rule reaches the next exchange of a live connection`() {
        let playbook = FlowPlaybook(.http)
        playbook.client(Self.get)
        playbook.adopt([rule([.respond(500)])])
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok)
        playbook.client(Self.get)
        #expect(playbook.toClient.hasPrefix(Self.ok + "HTTP/1.1 500 "))
    }

    @Test func `three times is three times`() {
        var limit = Limit.none
        limit.times = 3
        let playbook = FlowPlaybook(.http, [rule([.respond(503)], limit: limit)])
        for _ in 0..<4 { playbook.client(Self.get) }
        playbook.server(Self.ok)
        #expect(playbook.exchanges.map(\.status) == [503, 503, 503, 200])
    }
}

/// What one change must not undo.
@Suite struct PartialRemovalTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func `removing one rule leaves the truncation of another in force`() {
        let truncate = rule([.truncate(4, then: .close)], id: "truncate")
        let playbook = FlowPlaybook(.http, [truncate, rule([.delay(.seconds(5))], id: "delay")])
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")
        #expect(playbook.toClient == "")
        playbook.adopt([truncate], serial: 1)
        #expect(playbook.toClient.hasSuffix("\r\n\r\n0123"))
        #expect(playbook.ending == .fin)
    }

    @Test func `a request behind an answer that cannot be read is passed on too`() {
        let playbook = FlowPlaybook()
        playbook.client(Self.get + Self.get)
        playbook.server("HTTP/1.1 200 OK\nContent-Length: 0\n\n")
        #expect(playbook.toServer == Self.get + Self.get)
        #expect(playbook.toClient == "HTTP/1.1 200 OK\nContent-Length: 0\n\n")
    }

    @Test func `delays that are longer than time itself only hold`() {
        let delays = (0..<3).map { rule([.delay(.seconds(4_000_000_000_000))], id: "d\($0)") }
        let playbook = FlowPlaybook(.http, delays)
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 204 No Content\r\n\r\n")
        #expect(playbook.toClient == "")
        playbook.adopt([])
        #expect(playbook.toClient == "HTTP/1.1 204 No Content\r\n\r\n")
    }
}
