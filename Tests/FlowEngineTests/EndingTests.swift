// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import Testing

/// Ends that come while something is under way: each is passed on, and none is forgotten.
@Suite struct EndingTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let half = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func `promise 4: an end that came while a rule held the request goes on with it`() {
        let flow = FlowPlaybook(.http, [rule([.delay(.seconds(9)), .respond(503)])])
        flow.client(Self.half)
        flow.ends(.client)
        flow.adopt([])
        #expect(flow.toServer == Self.half)
        #expect(flow.finished == [.server], "the server is not left waiting for the rest")
    }

    @Test func `the end behind a pipelined request reaches the server with its last byte`() {
        let flow = FlowPlaybook()
        flow.client(Self.get + Self.half)
        flow.ends(.client)
        #expect(flow.toServer == Self.get && flow.finished.isEmpty)
        flow.server(Self.ok)
        #expect(flow.toServer == Self.get + Self.half)
        #expect(flow.finished == [.server])
    }

    @Test func `promise 1: what was pipelined behind an unreadable answer passes too`() {
        let flow = FlowPlaybook()
        flow.client(Self.get + Self.get)
        #expect(flow.toServer == Self.get)
        flow.server("HTTP/1.1 200 OK\nContent-Length: 0\n\n")
        #expect(flow.toServer == Self.get + Self.get)
        flow.ends(.client)
        #expect(flow.finished == [.server])
    }

    @Test func `a client told no in place of 100-continue is not waited for`() {
        let flow = FlowPlaybook(.http, [rule([.respond(417)])])
        flow.client(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        )
        #expect(flow.toClient.contains("417") && flow.toClient.contains("Connection: close"))
        #expect(flow.ending == .fin)
    }

    @Test func `an answer that is still on its way outlives the client's half-close`() {
        let pacing = [Fault.bandwidth(1_000), .respond(503, "body")].compactMap { $0 }
        let flow = FlowPlaybook(.http, [rule(pacing)])
        flow.client(Self.half)
        flow.ends(.client)
        #expect(flow.ending == nil)
        flow.pass(.seconds(1))
        #expect(flow.toClient.hasSuffix("\r\n\r\nbody"))
        #expect(flow.ending == .fin)
    }

    @Test func `both sides gone leave nothing behind, whatever was not answered`() {
        let flow = FlowPlaybook()
        flow.client(Self.get + Self.get)
        flow.server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        flow.ends(.server)
        #expect(flow.finished == [.client])
        flow.ends(.client)
        #expect(flow.ending != nil)
    }

    @Test func `a reset behind the server's end ends what is left and loses nothing`() {
        let flow = FlowPlaybook(.tcp)
        flow.server("last")
        flow.ends(.server)
        #expect(flow.finished == [.client] && flow.toClient == "last")
        flow.ends(.server, .rst)
        #expect(flow.ending == .fin)
    }

    @Test func `the end of each side passes in either order`() {
        for first in [End.client, .server] {
            let flow = FlowPlaybook(.tcp)
            flow.client("a")
            flow.ends(first)
            #expect(flow.finished == [first == .client ? .server : .client])
            flow.server(first == .client ? "b" : "")
            flow.ends(first == .client ? .server : .client)
            #expect(flow.finished == [.client, .server] && flow.ending == .fin)
        }
    }

    @Test func `promise 7: delays beyond the end of time trap nothing`() {
        let centuries = Fault.delay(.seconds(Int64.max))
        for transport in [ProxyDefinition.Transport.http, .tcp] {
            let flow = FlowPlaybook(transport, [rule([centuries, centuries]), rule([centuries])])
            flow.client(Self.get)
            flow.server(Self.ok)
            flow.pass(.seconds(1))
            #expect(flow.toClient == "")
            flow.adopt([])
            #expect(flow.toClient == Self.ok && flow.heldBytes == 0)
        }
    }

    @Test(arguments: [
        (0.0, ""), (0.5, "01234"), (0.99, "012345678"), (1.0, "0123456789"),
    ])
    func `a share of a counted body is rounded down to whole bytes`(share: Double, body: String) {
        let truncate = Fault.truncate(Truncate(after: .share(share), then: .reset))
        let flow = FlowPlaybook(.http, [rule([truncate])])
        flow.client(Self.get)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        flow.server(head + "0123456789")
        #expect(flow.toClient == head + body)
        #expect(flow.ending == (share < 1 ? .rst : nil))
    }

    @Test func `a share of a body of unknown length is left whole, and said to be`() {
        let truncate = Fault.truncate(Truncate(after: .share(0.5), then: .reset))
        let flow = FlowPlaybook(.http, [rule([truncate])])
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        flow.client(Self.get)
        flow.server(answer)
        #expect(flow.toClient == answer && flow.notices == ["fault.not-applied"])
    }
}
