// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// Connections without messages: TCP, and HTTP after an upgrade.
@Suite struct StreamTests {
    @Test func `promise 1: a stream passes as it comes, and ends as it ends`() {
        let playbook = FlowPlaybook(.tcp)
        #expect(playbook.dials == 1)
        playbook.client("ping")
        playbook.server("pong")
        playbook.ends(.client)
        playbook.server(" and more")
        playbook.ends(.server)
        #expect(playbook.toServer == "ping")
        #expect(playbook.toClient == "pong and more")
        #expect(playbook.finished == [.client, .server])
    }

    @Test func `promise 1: a reset is a reset, behind what a fault holds`() {
        let plain = FlowPlaybook(.tcp)
        plain.server("x")
        plain.ends(.server, .rst)
        #expect(plain.ending == .rst)

        let delayed = FlowPlaybook(.tcp, [rule([.delay(.seconds(1))])])
        delayed.server("x")
        delayed.ends(.server, .rst)
        #expect(delayed.ending == nil)
        delayed.pass(.seconds(1))
        #expect(delayed.toClient == "x")
        #expect(delayed.ending == .rst)
    }

    @Test func `promise 2: order within a direction never changes, whatever is drawn`() {
        let jitter = Fault.delay(
            Delay(
                .uniform(lower: .zero, upper: .milliseconds(50)),
                max: nil,
                toward: .both,
                atConnect: false
            )
        )
        let playbook = FlowPlaybook(.tcp, [rule([jitter])])
        var expected = ""
        for number in 0..<200 {
            playbook.server("\(number),")
            expected += "\(number),"
            playbook.pass(.milliseconds(1))
        }
        playbook.pass(.milliseconds(50))
        #expect(playbook.toClient == expected)
    }

    @Test func `promise 3: a rule reaches a stream that lives, and leaves it again`() {
        let playbook = FlowPlaybook(.tcp)
        playbook.server("a")
        playbook.adopt([rule([.delay(.seconds(1))])])
        playbook.server("b")
        playbook.pass(.milliseconds(999))
        #expect(playbook.toClient == "a")
        playbook.adopt([])
        #expect(playbook.toClient == "ab")
        playbook.server("c")
        #expect(playbook.toClient == "abc")
    }

    @Test func `a rule that has been tossed for a stream is not tossed again by another change`() {
        let delay = rule([.delay(.seconds(1))], id: "first")
        let playbook = FlowPlaybook(.tcp, [delay])
        let other = rule([.delay(.seconds(1))], id: "second", request: "GET /never")
        playbook.adopt([delay, other], serial: 1)
        playbook.adopt([delay], serial: 1)
        #expect(playbook.faults.map(\.rule) == ["first"])
    }

    @Test func `a hung stream dials nobody, and is released whole`() {
        let playbook = FlowPlaybook(.tcp, [rule([.hang])])
        playbook.client("hello")
        #expect(playbook.dials == 0)
        playbook.adopt([])
        #expect(playbook.dials == 1)
        #expect(playbook.toServer == "hello")
    }

    @Test func `a delay at connect holds the dial and not the bytes`() {
        let delay = Delay(.fixed(.seconds(2)), max: nil, toward: .client, atConnect: true)
        let playbook = FlowPlaybook(.tcp, [rule([.delay(delay)])])
        playbook.pass(.milliseconds(1_999))
        #expect(playbook.dials == 0)
        playbook.pass(.milliseconds(1))
        #expect(playbook.dials == 1)
        playbook.server("now")
        #expect(playbook.toClient == "now")
    }

    @Test func `a rule about a request leaves a TCP stream alone`() {
        let playbook = FlowPlaybook(
            .tcp,
            [rule([.reset], request: "ANY /**"), rule([.respond(503)], id: "s")]
        )
        playbook.client("GET / HTTP/1.1\r\n\r\n")
        #expect(playbook.ending == nil)
        #expect(playbook.faults.isEmpty)
    }

    @Test func `a rule about the request that opened a stream reaches the stream while it lives`() {
        let playbook = FlowPlaybook(.http)
        playbook.client("GET /events HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        playbook.server("HTTP/1.1 101 Switching Protocols\r\n\r\n")
        playbook.adopt([
            rule([.delay(.seconds(1))], id: "events", request: "GET /events"),
            rule([.reset], id: "other", request: "GET /other"),
        ])
        playbook.server("frame")
        #expect(!playbook.toClient.hasSuffix("frame"))
        playbook.pass(.seconds(1))
        #expect(playbook.toClient.hasSuffix("frame"))
        #expect(playbook.faults.map(\.rule) == ["events"])
    }

    @Test func `the same seed draws the same, and a rule added draws nothing of another's`() {
        func fired(_ rules: [Rule]) -> [Double?] {
            let playbook = FlowPlaybook(.http, rules)
            for _ in 0..<40 {
                playbook.client("GET / HTTP/1.1\r\n\r\n")
                playbook.server("HTTP/1.1 204 No Content\r\n\r\n")
            }
            return playbook.faults.filter { $0.rule == "coin" }.map(\.toss)
        }
        var limit = Limit.none
        limit.probability = (try? Probability(0.3)) ?? .always
        let coin = rule([.delay(.zero)], id: "coin", limit: limit)
        let alone = fired([coin])
        #expect(alone == fired([coin]))
        #expect(alone == fired([rule([.delay(.zero)], id: "before", limit: limit), coin]))
        #expect((4...20).contains(alone.count))
    }
}
