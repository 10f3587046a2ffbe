// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

func rule(
    _ faults: [Fault],
    id: String = "r",
    limit: Limit = .none,
    when edit: (inout Matcher) -> Void
) -> Rule {
    var rule = rule(faults, id: id, limit: limit)
    edit(&rule.when)
    return rule
}

extension ValuePattern {
    static func exactly(_ text: String) -> ValuePattern { .text(TextPattern(text)) }
}

/// Rules that have to see content of a request before they can be decided.
@Suite struct RequestContentTests {
    private static let named = rule([.respond(503)]) {
        $0.bodies = [.value(pointer: ["name"], .exactly("a"))]
    }
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private static func post(_ body: String, _ fields: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `a request is kept back until its content has been seen, and then decided`() {
        let playbook = FlowPlaybook(.http, [Self.named])
        let request = Array(Self.post(#"{"name":"a"}"#).utf8)
        for byte in request.dropLast() {
            playbook.arrive(.clientToServer, [byte])
            #expect(playbook.toServer == "" && playbook.toClient == "")
        }
        playbook.arrive(.clientToServer, [UInt8(ascii: "}")])
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 503"))
        #expect(playbook.dials == 0 && playbook.ending == nil)
    }

    @Test func `content that does not match goes on as it came, in any framing`() {
        for request in [
            Self.post(#"{"name":"b"}"#),
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x=y\r\n{\"n\r\n9\r\name\":\"b\"}\r\n0\r\nT: 1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        ] {
            let playbook = FlowPlaybook(.http, [Self.named])
            for byte in request.utf8 { playbook.arrive(.clientToServer, [byte]) }
            #expect(playbook.toServer == request)
            playbook.server(Self.ok)
            #expect(playbook.toClient == Self.ok)
        }
    }

    @Test func `chunks do not hide content from a rule, nor does a coding`() {
        let chunked =
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\n{\"nam\r\n7\r\ne\":\"a\"}\r\n0\r\n\r\n"
        let coded = Self.post(
            String(#"{"name":"a"}"#.reversed()),
            "Content-Encoding: gzip\r\n"
        )
        for request in [chunked, coded] {
            let playbook = FlowPlaybook(.http, [Self.named])
            playbook.client(request)
            #expect(playbook.toClient.hasPrefix("HTTP/1.1 503"), "\(request)")
        }
    }

    @Test func `only so much content is waited for as rules look at`() {
        var limits = ProxyLimits.defaults
        limits.bodyLimit = .kibibytes(1)
        let seeks = rule([.respond(503)]) { $0.bodies = [.text(.text(TextPattern("*needle*")))] }
        let playbook = FlowPlaybook(.http, [seeks], limits: limits)
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n"
        playbook.client(head + String(repeating: "x", count: 1_023))
        #expect(playbook.toServer == "")
        playbook.client("x")
        #expect(playbook.toServer == head + String(repeating: "x", count: 1_024))
        playbook.client("needle")
        #expect(playbook.toClient == "")
    }

    @Test func `a client that waits to be told is told to send what a rule waits for`() {
        let playbook = FlowPlaybook(.http, [Self.named])
        playbook.client(
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n"
        )
        #expect(playbook.toClient == "HTTP/1.1 100 Continue\r\n\r\n")
        playbook.client(#"{"name":"a"}"#)
        #expect(playbook.toClient.contains("HTTP/1.1 503"))
        #expect(playbook.ending == nil)
    }

    @Test func `a request whose rule goes while it is kept back goes on`() {
        let playbook = FlowPlaybook(.http, [Self.named])
        let request = Self.post(#"{"name":"a"}"#)
        playbook.client(String(request.dropLast(5)))
        #expect(playbook.toServer == "")
        playbook.adopt([])
        #expect(playbook.toServer == String(request.dropLast(5)))
        playbook.client(String(request.suffix(5)))
        #expect(playbook.toServer == request)
    }

    @Test func `a client that ends inside the content that a rule waits for is passed on so`() {
        let playbook = FlowPlaybook(.http, [Self.named])
        let request = String(Self.post(#"{"name":"a"}"#).dropLast(5))
        playbook.client(request)
        playbook.ends(.client)
        #expect(playbook.toServer == request)
        #expect(playbook.finished.contains(.server))
    }
}

/// Rules that wait for the upstream's answer.
@Suite struct AnswerRuleTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static func answer(_ status: Int, _ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 \(status) X\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func when(
        _ statuses: ClosedRange<UInt16>...,
        bodies: [BodyPattern] = []
    ) -> (inout Matcher) -> Void {
        { $0.response = ResponsePattern(statuses: statuses, headers: [], bodies: bodies) }
    }

    @Test func `a rule may take the place of an answer that it matches, and of no other`() {
        let rules = [rule([.respond(200, "fine")], when: Self.when(500...599))]
        let playbook = FlowPlaybook(.http, rules)
        playbook.client(Self.get)
        #expect(playbook.toServer == Self.get)
        playbook.server(Self.answer(404, "no"))
        #expect(playbook.toClient == Self.answer(404, "no"))
        playbook.client(Self.get)
        playbook.server(Self.answer(503, "broken"))
        #expect(playbook.toClient.hasSuffix("\r\n\r\nfine"))
        #expect(!playbook.toClient.contains("broken"))
        #expect(playbook.exchanges.map(\.rules) == [[], ["r"]])
        playbook.client(Self.get)
        playbook.server(Self.answer(200, "again"))
        #expect(playbook.toClient.hasSuffix("again"))
    }

    @Test func `an answer is kept back until its content has been seen`() {
        let seeks = Self.when(200...200, bodies: [.value(pointer: ["up"], .exactly("false"))])
        let playbook = FlowPlaybook(.http, [rule([.reset], when: seeks)])
        let fine = Self.answer(200, #"{"up":true}"#)
        playbook.client(Self.get)
        for byte in fine.utf8.dropLast() { playbook.arrive(.serverToClient, [byte]) }
        #expect(playbook.toClient == "")
        playbook.server("}")
        #expect(playbook.toClient == fine)
        playbook.client(Self.get)
        playbook.server(Self.answer(200, #"{"up":false}"#))
        #expect(playbook.ending == .rst)
        #expect(playbook.toClient == fine)
    }

    @Test func `an answer that lasts until the close is seen when the server ends`() {
        let seeks = Self.when(200...200, bodies: [.text(.exactly("down"))])
        for (body, isReset) in [("down", true), ("up", false)] {
            let playbook = FlowPlaybook(.http, [rule([.reset], when: seeks)])
            playbook.client(Self.get)
            playbook.server("HTTP/1.1 200 OK\r\n\r\n" + body)
            #expect(playbook.toClient == "" && playbook.ending == nil)
            playbook.ends(.server)
            #expect((playbook.ending == .rst) == isReset)
            if !isReset { #expect(playbook.toClient == "HTTP/1.1 200 OK\r\n\r\nup") }
        }
    }

    @Test func `an answer is delayed or held from its head on, and released with the rule`() {
        for fault in [Fault.delay(.seconds(60)), .hang] {
            let playbook = FlowPlaybook(.http, [rule([fault], when: Self.when(500...599))])
            playbook.client(Self.get)
            playbook.server(Self.answer(500, "body"))
            playbook.pass(.seconds(1))
            #expect(playbook.toClient == "")
            playbook.adopt([])
            #expect(playbook.toClient == Self.answer(500, "body"))
            playbook.client(Self.get)
            playbook.server(Self.answer(200, "next"))
            #expect(playbook.toClient.hasSuffix("next"))
        }
    }

    @Test func `a rule that waits counts against its limit only what it matches`() {
        var limit = Limit.none
        limit.times = 1
        let playbook = FlowPlaybook(
            .http,
            [rule([.respond(200, "x")], limit: limit, when: Self.when(500...500))]
        )
        for status in [200, 500, 500] {
            playbook.client(Self.get)
            playbook.server(Self.answer(status, "real"))
        }
        #expect(playbook.exchanges.map(\.outcome) == [.complete, .answered, .complete])
    }
}
