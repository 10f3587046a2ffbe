// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import Testing

/// Connections whose protocol their first bytes decide.
@Suite struct FirstBytesTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let refusal = rule([.respond(503)])

    @Test(arguments: [
        get, "\r\nPOST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "M-SEARCH /a HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n",
    ])
    func `a request makes it HTTP, however it is cut, and rules answer it`(request: String) {
        let playbook = FlowPlaybook(.auto, [Self.refusal])
        for byte in request.utf8 { playbook.arrive(.clientToServer, [byte]) }
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 503"))
        #expect(playbook.dials == 0)
    }

    @Test(arguments: [
        "*1\r\n$4\r\nPING\r\n", "SET a b\r\n", "PING\r\n", "get / HTTP/1.1\r\n", "\u{16}\u{3}\u{1}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\r", " GET / HTTP/1.1", "GET hello",
        String(repeating: "A", count: 30),
    ])
    func `anything else is a stream, and passes as it came`(text: String) {
        let playbook = FlowPlaybook(.auto, [Self.refusal])
        for byte in text.utf8 { playbook.arrive(.clientToServer, [byte]) }
        #expect(playbook.toServer == text)
        playbook.server("+OK")
        #expect(playbook.toClient == "+OK")
    }

    @Test func `a client that waits for the server to speak gets a stream`() {
        let playbook = FlowPlaybook(.auto, [rule([.delay(.milliseconds(10))])])
        playbook.pass(.milliseconds(199))
        #expect(playbook.dials == 0)
        playbook.pass(.milliseconds(1))
        #expect(playbook.dials == 1)
        playbook.server("220 ready\r\n")
        #expect(playbook.toClient == "")
        playbook.pass(.milliseconds(10))
        #expect(playbook.toClient == "220 ready\r\n")
    }

    @Test func `what is unclear goes on as a stream when the client stops there`() {
        for ends in [true, false] {
            let playbook = FlowPlaybook(.auto)
            playbook.client("GET")
            #expect(playbook.toServer == "")
            if ends { playbook.ends(.client) } else { playbook.pass(.seconds(1)) }
            #expect(playbook.toServer == "GET")
            #expect(playbook.finished.contains(.server) == ends)
        }
    }

    @Test func `an upstream that is missed is shown in the protocol at hand`() {
        let http = FlowPlaybook(.auto, failure: .badGateway)
        http.answersDials = false
        http.client(Self.get)
        http.upstreamFails()
        #expect(http.toClient.hasPrefix("HTTP/1.1 502"))
        let stream = FlowPlaybook(.auto, failure: .badGateway)
        stream.answersDials = false
        stream.client("PING\r\n")
        stream.upstreamFails()
        #expect(stream.toClient == "" && stream.ending == .rst)
    }
}
