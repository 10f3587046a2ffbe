// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// Messages that are lost, doubled, counted or answered from memory.
@Suite struct LostMessageTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal"

    private static func swallow(
        _ what: Swallow.Message,
        then: Truncate.Ending = .hang
    ) -> [Rule] {
        [rule([.swallow(Swallow(what, then: then))])]
    }

    // MARK: swallow

    @Test func `a swallowed request reaches nobody, and its connection goes on without the rule`() {
        let playbook = FlowPlaybook(.http, Self.swallow(.request))
        playbook.client(Self.post)
        playbook.pass(.seconds(60))
        #expect(playbook.toServer == "" && playbook.toClient == "" && playbook.dials == 0)
        playbook.client(Self.get)
        #expect(playbook.toServer == "")
        playbook.adopt([])
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok)
        #expect(playbook.exchanges.map(\.outcome) == [.cut, .complete])
    }

    @Test func `a swallowed answer was given: the request went upstream, and is not asked again`() {
        let playbook = FlowPlaybook(.http, Self.swallow(.response))
        playbook.client(Self.post)
        #expect(playbook.toServer == Self.post)
        playbook.server("HTTP/1.1 103 Early\r\n\r\n" + Self.ok)
        #expect(playbook.toClient == "" && playbook.ending == nil)
        playbook.adopt([])
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.post + Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok)
    }

    @Test(arguments: [Swallow.Message.request, .response])
    func `what follows a swallowed message is the end that the fault names`(
        what: Swallow.Message
    ) {
        for (then, ending) in [(Truncate.Ending.close, Close.How.fin), (.reset, .rst)] {
            let playbook = FlowPlaybook(.http, Self.swallow(what, then: then))
            playbook.client(Self.post)
            if what == .response {
                #expect(playbook.ending == nil)
                playbook.server(Self.ok)
            }
            #expect(playbook.ending == ending)
            #expect(playbook.toClient == "")
        }
    }

    @Test func `a client that leaves while its message is lost ends the connection`() {
        let playbook = FlowPlaybook(.http, Self.swallow(.request))
        playbook.client(Self.get)
        playbook.ends(.client)
        #expect(playbook.ending == .fin)
    }

    // MARK: respond, forwarded

    @Test func `a forwarded request has its real answer replaced, whatever becomes of it`() {
        let respond = Respond(
            status: 202,
            reason: nil,
            headers: [],
            body: .bytes(Array("fake".utf8)),
            forwards: true
        )
        let playbook = FlowPlaybook(.http, [rule([.respond(respond)])])
        playbook.client(Self.post)
        #expect(playbook.toServer == Self.post && playbook.toClient == "")
        playbook.server(Self.ok)
        #expect(playbook.toClient == "HTTP/1.1 202 Accepted\r\nContent-Length: 4\r\n\r\nfake")
        playbook.client(Self.get)
        playbook.ends(.server)
        #expect(playbook.toClient.components("fake") == 2)
        #expect(playbook.ending == nil)
        playbook.client(Self.get)
        #expect(playbook.dials == 2)
        playbook.upstreamFails()
        #expect(playbook.toClient.components("fake") == 3)
    }

    @Test func `a real answer without end is given up, and the connection goes on`() {
        var limits = ProxyLimits.defaults
        limits.buffer = .kibibytes(64)
        let respond = Respond(
            status: 202,
            reason: nil,
            headers: [],
            body: .empty,
            forwards: true
        )
        let playbook = FlowPlaybook(.http, [rule([.respond(respond)])], limits: limits)
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n")
        for _ in 0..<70 { playbook.server(String(repeating: "x", count: 1_024)) }
        #expect(playbook.disconnects == 1)
        playbook.adopt([])
        playbook.client(Self.get)
        #expect(playbook.dials == 2)
        playbook.server(Self.ok)
        #expect(playbook.toClient.hasSuffix(Self.ok))
    }

    // MARK: repeat

    @Test func `a repeated request is sent so often, and the client sees the first answer`() {
        let playbook = FlowPlaybook(.http, [rule([.repeat(Repeat(times: 3))])])
        playbook.client(String(Self.post.dropLast()))
        #expect(playbook.toServer == "")
        playbook.client("y" + Self.get)
        #expect(playbook.toServer == Self.post + Self.post + Self.post)
        playbook.server("HTTP/1.1 201 First\r\nContent-Length: 0\r\n\r\n")
        #expect(playbook.toClient == "HTTP/1.1 201 First\r\nContent-Length: 0\r\n\r\n")
        playbook.server(Self.ok)
        playbook.adopt([])
        playbook.server(Self.ok)
        #expect(playbook.toServer.hasSuffix(Self.get))
        playbook.server("HTTP/1.1 204 Next\r\n\r\n")
        #expect(playbook.toClient.hasSuffix("HTTP/1.1 204 Next\r\n\r\n"))
        #expect(!playbook.toClient.contains("real"))
    }

    @Test func `only the last copy of a request that closes says so`() {
        let request = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        let playbook = FlowPlaybook(.http, [rule([.repeat(Repeat(times: 2))])])
        playbook.client(request)
        #expect(playbook.toServer == "GET / HTTP/1.1\r\nHost: h\r\n\r\n" + request)
    }

    @Test func `a server that leaves before the repeated answers takes nothing from the first`() {
        let playbook = FlowPlaybook(.http, [rule([.repeat(Repeat(times: 2))])])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        playbook.ends(.server)
        #expect(playbook.toClient == Self.ok && playbook.ending == nil)
        playbook.adopt([])
        playbook.client(Self.get)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok + Self.ok)
    }

    @Test func `a request too large to be repeated is sent once, and the log says so`() {
        var limits = ProxyLimits.defaults
        limits.buffer = .kibibytes(64)
        let playbook = FlowPlaybook(
            .http,
            [rule([.repeat(Repeat(times: 2))])],
            limits: limits
        )
        let body = String(repeating: "x", count: 100_000)
        let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + body
        playbook.client(String(request.prefix(70_000)))
        playbook.client(String(request.dropFirst(70_000)))
        #expect(playbook.toServer.hasSuffix("xxx") && playbook.toServer.utf8.count < 101_000)
        #expect(playbook.notices == ["fault.not-applied"])
    }

    // MARK: rate-limit and stale

    @Test func `a quota counts, refuses what is over it, and begins anew`() {
        let limit = RateLimit(
            quota: 2,
            interval: .seconds(60),
            key: .client,
            headers: .none,
            retryAfter: .none
        )
        let playbook = FlowPlaybook(.http, [rule([.rateLimit(limit)])])
        func ask() {
            playbook.client(Self.get)
            playbook.server(Self.ok)
        }
        for _ in 0..<3 { ask() }
        #expect(playbook.exchanges.map(\.status) == [200, 200, 429])
        #expect(playbook.exchanges.map(\.rules) == [[], [], ["r"]])
        playbook.pass(.seconds(60))
        ask()
        #expect(playbook.exchanges.last?.status == 200)
        #expect(playbook.faults.count == 1)
    }

    @Test func `a good answer is remembered, and given with its age while the rule is in force`() {
        let stale = rule([.stale(Stale(maxAge: .seconds(100), headers: true))])
        let playbook = FlowPlaybook(.http, [stale])
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.ok)
        playbook.pass(.seconds(30))
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get)
        #expect(playbook.toClient.contains("Age: 30\r\nX-Cache-Age: 30\r\n"))
        #expect(playbook.toClient.hasSuffix("\r\n\r\nreal"))
        #expect(playbook.exchanges.map(\.outcome) == [.complete, .answered])
        playbook.pass(.seconds(80))
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get + Self.get)
        playbook.server("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        #expect(playbook.exchanges.map(\.rules) == [[], ["r"], []])
    }
}

extension String {
    fileprivate func components(_ part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
