// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// Where faults of answers meet the corners of HTTP.
@Suite struct AnswerEdgeTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal"
    private static let forwarded = Fault.respond(
        Respond(status: 202, reason: nil, headers: [], body: .empty, forwards: true)
    )
    private static let accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

    @Test(arguments: [1e-17, 5e-17, 1e-12, 1])
    func `a chance too small to tell from none alters nothing and does no harm`(
        rate: Double
    ) throws {
        let corrupt = Corrupt(
            rate: try Probability(rate),
            mode: .zero,
            skip: .zero,
            toward: .client
        )
        let playbook = FlowPlaybook(.tcp, [rule([.corrupt(corrupt)])])
        playbook.server("abc")
        #expect(playbook.toClient == (rate == 1 ? "\0\0\0" : "abc"))
    }

    @Test func `a remembered answer that lasted until the close is given so again`() {
        let stale = rule([.stale(Stale(maxAge: nil, headers: false))])
        let first = FlowPlaybook(.http, [stale])
        first.client(Self.get)
        first.server("HTTP/1.1 200 OK\r\n\r\nall of it")
        first.ends(.server)
        #expect(first.toClient.hasSuffix("all of it"))
        let second = FlowPlaybook(.http, [stale], services: first.services)
        second.client(Self.get)
        #expect(second.toClient == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it")
        #expect(second.ending == .fin)
    }

    @Test func `a part of a representation is not remembered, nor an answer to somebody else`() {
        let playbook = FlowPlaybook(.http, [rule([.stale(Stale(maxAge: nil, headers: false))])])
        let ours = "GET /a HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\n\r\n"
        playbook.client(ours)
        playbook.server("HTTP/1.1 206 Partial Content\r\nContent-Length: 1\r\n\r\nx")
        playbook.client(ours)
        playbook.server(Self.ok)
        playbook.client(Self.get)
        #expect(playbook.toServer == ours + ours + Self.get)
    }

    @Test func `the client is not kept waiting for an answer without end that it does not get`() {
        for head in [
            "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            let playbook = FlowPlaybook(.http, [rule([Self.forwarded])])
            playbook.client(Self.get)
            playbook.server(head)
            #expect(playbook.toClient == Self.accepted)
            playbook.client(Self.get)
            #expect(playbook.toServer == Self.get + Self.get, "\(head)")
            #expect(playbook.disconnects == 1 && playbook.dials == 2)
        }
    }

    @Test func `a repeated request may be answered by a rule, and the next one goes on`() {
        let rules = [rule([.repeat(Repeat(times: 2))]), rule([Self.forwarded], id: "b")]
        let playbook = FlowPlaybook(.http, rules)
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.accepted)
        playbook.adopt([])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.accepted + Self.ok)
    }

    @Test func `only as many copies of a request are made as fit`() {
        var limits = ProxyLimits.defaults
        limits.buffer = .kibibytes(64)
        let playbook = FlowPlaybook(
            .http,
            [rule([.repeat(Repeat(times: 100))])],
            limits: limits
        )
        let body = String(repeating: "x", count: 30_000)
        let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 30000\r\n\r\n" + body
        playbook.client(request)
        #expect(playbook.toServer == request + request)
        #expect(playbook.notices == ["fault.not-applied"])
    }

    @Test func `promise 4: what a truncation held back is not lost when the server has ended`() {
        let playbook = FlowPlaybook(.http, [rule([.truncate(3, then: .hang)])])
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\r\n\r\n0123456789")
        playbook.ends(.server)
        #expect(playbook.toClient.hasSuffix("\r\n\r\n012"))
        playbook.adopt([])
        #expect(playbook.toClient.hasSuffix("\r\n\r\n0123456789"))
        #expect(playbook.finished.contains(.client))
    }

    @Test func `an answer that cannot be read is for nobody who was not to have it`() {
        let unreadable = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nreal"
        let playbook = FlowPlaybook(.http, [rule([Self.forwarded])])
        playbook.client(Self.get)
        playbook.server(unreadable)
        #expect(playbook.toClient == Self.accepted && playbook.disconnects == 1)
        playbook.adopt([])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.accepted + Self.ok)
    }

    @Test func `a request cut off before its first byte of content is cut at once`() {
        let named = MessageEdit(
            headers: FieldEdits(remove: [], set: [.init(name: "X", value: "1")], add: [])
        )
        let faults: [Fault] = [
            .edit(Edit(request: named, response: nil, lengths: .fix)),
            .truncate(Truncate(after: .bytes(.zero), then: .close, toward: .server)),
        ]
        let playbook = FlowPlaybook(.http, [rule(faults)])
        playbook.client("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody")
        #expect(playbook.toServer.hasSuffix("X: 1\r\n\r\n"))
        #expect(playbook.ending == .fin)
    }

    @Test func `an answer in place of the real one is delayed like it`() {
        let playbook = FlowPlaybook(.http, [rule([.delay(.seconds(5)), Self.forwarded])])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.pass(.milliseconds(4_999))
        #expect(playbook.toClient == "")
        playbook.pass(.milliseconds(1))
        #expect(playbook.toClient == Self.accepted)
    }

    @Test func `a client that waits to be told is told, also where its answer is a rule's`() {
        let playbook = FlowPlaybook(.http, [rule([Self.forwarded])])
        playbook.client(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        )
        playbook.server("HTTP/1.1 100 Continue\r\n\r\n")
        #expect(playbook.toClient == "HTTP/1.1 100 Continue\r\n\r\n")
        playbook.client("ab")
        playbook.server(Self.ok)
        #expect(playbook.toClient.hasSuffix(Self.accepted))
    }

    @Test func `a stall of a request is lifted also when its answer was given by a rule`() throws {
        let rate = try ByteRate(bytesPerSecond: 0)
        let stall = Fault.bandwidth(Bandwidth(rate: rate, burst: .zero, toward: .server))
        let refused = rule([.respond(500)], id: "b") {
            $0.response = ResponsePattern(statuses: [], headers: [], bodies: [])
        }
        let playbook = FlowPlaybook(.http, [rule([stall]), refused])
        let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
        playbook.client(post)
        playbook.server(Self.ok)
        playbook.adopt([])
        #expect(playbook.toServer == post)
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient.hasSuffix(Self.ok))
        #expect(playbook.exchangeCount == 2)
    }
}
