// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// Rules that wait for bytes, and faults of any layer on whole connections.
@Suite struct StreamFaultTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    // MARK: bytes

    @Test func `what is found acts on the chunk in which it ends`() {
        let flow = FlowPlaybook(.tcp, [waiting(for: "DROP", .reset)])
        flow.client("SELECT 1; DR")
        flow.server("DROP")
        #expect(flow.ending == nil && flow.toServer == "SELECT 1; DR")
        flow.client("OP TABLE")
        #expect(flow.ending == .rst && flow.toServer == "SELECT 1; DR")

        let slow = FlowPlaybook(.tcp, [waiting(for: "x", .delay(.seconds(1), toward: .server))])
        slow.client("a")
        slow.client("x")
        slow.client("b")
        #expect(slow.toServer == "a")
        slow.pass(.seconds(1))
        #expect(slow.toServer == "axb")
        #expect(slow.faults.count == 1, "a rule is put through its limit once for a stream")
    }

    @Test func `a rule that comes later looks through what is left of its window`() {
        let late = FlowPlaybook(.tcp)
        late.client("12345")
        late.adopt([waiting(for: "no", .reset, scan: 10)])
        late.client("678")
        late.client("no")
        #expect(late.ending == .rst)
        let tooLate = FlowPlaybook(.tcp)
        tooLate.client("12345")
        tooLate.adopt([waiting(for: "no", .reset, scan: 9)])
        tooLate.client("678")
        tooLate.client("no")
        #expect(tooLate.ending == nil && tooLate.toServer == "12345678no")
    }

    @Test func `a rule that has left is not looked for, and one that stays is found once`() {
        let gone = FlowPlaybook(.tcp, [waiting(for: "x", .reset)])
        gone.adopt([])
        gone.client("x")
        #expect(gone.ending == nil)
        let slow = waiting(for: "x", .delay(.seconds(1), toward: .server))
        let flow = FlowPlaybook(.tcp, [slow])
        flow.client("x")
        flow.adopt([slow], serial: 1)
        flow.client("x")
        #expect(flow.faults.count == 1)
        flow.adopt([])
        #expect(flow.toServer == "xx")
    }

    @Test func `the bytes of a stream that left HTTP are counted from where it did`() {
        let flow = FlowPlaybook(.http, [waiting(for: "frame", .reset, scan: 5, .serverToClient)])
        flow.client("GET /s HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        flow.server("HTTP/1.1 101 Switching Protocols\r\n\r\nfra")
        #expect(flow.ending == nil && flow.toClient.hasSuffix("fra"))
        flow.server("me")
        #expect(flow.ending == .rst && flow.toClient.hasSuffix("fra"))
        let plain = FlowPlaybook(.http, [waiting(for: "frame", .reset, scan: 5, .serverToClient)])
        plain.client(Self.get)
        plain.server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nframe")
        #expect(plain.ending == nil, "an exchange is no stream")
    }

    // MARK: slow-close

    @Test func `a server's end waits also when the exchange is over, and goes with its rule`() {
        let slow = rule([.slowClose(SlowClose(delay: .seconds(2), toward: .client))])
        let flow = FlowPlaybook(.http, [slow])
        flow.client(Self.get)
        flow.server(Self.ok)
        flow.pass(.seconds(1))
        flow.ends(.server)
        flow.pass(.milliseconds(1_999))
        #expect(flow.finished.isEmpty && flow.exchanges.count == 1)
        flow.pass(.milliseconds(1))
        #expect(flow.finished == [.client])

        let removed = FlowPlaybook(.http, [slow])
        removed.client(Self.get)
        removed.server(Self.ok)
        removed.ends(.server)
        #expect(removed.finished.isEmpty)
        removed.adopt([])
        #expect(removed.finished == [.client])
    }

    @Test func `a body that ends with its connection is given whole and ended late`() {
        let slow = rule([.slowClose(SlowClose(delay: .seconds(2), toward: .client))])
        let flow = FlowPlaybook(.http, [slow])
        flow.client(Self.get)
        flow.server("HTTP/1.1 200 OK\r\n\r\nto the end")
        flow.ends(.server)
        #expect(flow.toClient.hasSuffix("to the end") && flow.finished.isEmpty)
        flow.pass(.seconds(2))
        #expect(flow.finished == [.client])
    }

    @Test func `the end of a tcp client waits toward the server only where that is meant`() {
        let slow = rule([.slowClose(SlowClose(delay: .seconds(2), toward: .server))])
        let flow = FlowPlaybook(.tcp, [slow])
        flow.ends(.server)
        #expect(flow.finished == [.client])
        flow.ends(.client)
        #expect(flow.finished == [.client])
        flow.pass(.seconds(2))
        #expect(flow.finished == [.client, .server])
    }

    // MARK: exchanges

    @Test func `a delay for each chunk of an exchange draws for each, and once without`() {
        func moments(perChunk: Bool) -> Set<Int64> {
            let spread = Delay(
                .uniform(lower: .zero, upper: .milliseconds(500)),
                max: nil,
                toward: .client,
                atConnect: false,
                perChunk: perChunk
            )
            var waits: Set<Int64> = []
            let flow = FlowPlaybook(.http, [rule([.delay(spread)])])
            flow.client(Self.get)
            flow.server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
            for _ in 0..<20 {
                flow.pass(.seconds(1))
                let (sent, before) = (flow.now, flow.sentToClient.count)
                flow.server("x")
                while flow.sentToClient.count == before { flow.pass(.milliseconds(1)) }
                waits.insert(flow.now.nanoseconds - sent.nanoseconds)
            }
            return waits
        }
        #expect(moments(perChunk: false).count == 1)
        #expect(moments(perChunk: true).count > 10)
    }

    @Test func `what a stall or a loss holds of an answer comes whole when its rule goes`() throws {
        let faults: [Fault] = [
            .stall(Stall(after: .of(5), for: nil, toward: .client)),
            .loss(Loss(rate: .always, timeout: .seconds(9), toward: .client)),
            .slice(Slice(size: 1...2, every: .seconds(1), toward: .client)),
        ]
        for fault in faults {
            let flow = FlowPlaybook(.http, [rule([fault])])
            flow.client(Self.get)
            flow.server(Self.ok)
            flow.pass(.seconds(1))
            #expect(flow.toClient.count < Self.ok.count && flow.exchanges.isEmpty)
            flow.adopt([])
            #expect(flow.toClient == Self.ok && flow.exchanges.map(\.outcome) == [.complete])
            flow.client(Self.get)
            #expect(flow.toServer == Self.get + Self.get, "the connection lives on")
        }
    }

    private func waiting(
        for text: String,
        _ fault: Fault,
        scan: Int = 4_096,
        _ direction: Direction = .clientToServer
    ) -> Rule {
        var rule = rule([fault], id: "bytes")
        rule.when.bytes = BytesPattern(
            .literal(Array(text.utf8)),
            direction: direction,
            scan: .of(scan)
        )
        return rule
    }
}
