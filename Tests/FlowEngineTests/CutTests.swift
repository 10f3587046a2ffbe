// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// What partitions do to connections, and that healing gives everything back.
@Suite struct CutTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func `a hang lets nothing of a stream through either way, and healing lets all of it`() {
        let flow = FlowPlaybook(.tcp)
        flow.client("a")
        flow.adopt([], cuts: [.both()])
        flow.client("b")
        flow.server("c")
        flow.ends(.server, .rst)
        flow.pass(.seconds(60))
        #expect(flow.toServer == "a" && flow.toClient == "")
        #expect(flow.finished.isEmpty && flow.ending == nil)
        flow.adopt([])
        #expect(flow.toServer == "ab" && flow.toClient == "c")
        #expect(flow.ending == .rst)
    }

    @Test func `one way cuts one way`() {
        let flow = FlowPlaybook(.tcp)
        flow.adopt([], cuts: [.toServer()])
        flow.client("lost")
        flow.server("heard")
        #expect(flow.toServer == "" && flow.toClient == "heard")
        flow.adopt([], cuts: [.toClient()])
        flow.server("later")
        #expect(flow.toServer == "lost" && flow.toClient == "heard")
        flow.adopt([])
        #expect(flow.toClient == "heardlater")
    }

    @Test func `nobody is dialled through a cut, and a delayed dial waits for both`() {
        let plain = FlowPlaybook(.tcp, cuts: [.both()])
        plain.client("x")
        plain.pass(.seconds(9))
        #expect(plain.dials == 0)
        plain.adopt([])
        #expect(plain.dials == 1 && plain.toServer == "x")

        let delay = Delay(.fixed(.seconds(2)), max: nil, toward: .client, atConnect: true)
        let slow = rule([.delay(delay)])
        let delayed = FlowPlaybook(.tcp, [slow], cuts: [.both()])
        delayed.pass(.seconds(1))
        delayed.adopt([slow], serial: 1)
        #expect(delayed.dials == 0)
        delayed.pass(.seconds(1))
        #expect(delayed.dials == 1)
    }

    @Test func `a client that aborts behind a cut is missed by its server only when it heals`() {
        let flow = FlowPlaybook(.tcp)
        flow.client("a")
        flow.adopt([], cuts: [.both()])
        flow.ends(.client, .rst)
        #expect(flow.ending == nil)
        flow.adopt([])
        #expect(flow.ending == .rst)
    }

    @Test func `an exchange under way stands still and goes on`() {
        let flow = FlowPlaybook()
        flow.client(Self.get)
        flow.server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
        flow.adopt([], cuts: [.both()])
        flow.server("k")
        flow.client(Self.get)
        #expect(!flow.toClient.hasSuffix("ok") && flow.exchangeCount == 1)
        flow.adopt([])
        #expect(flow.toClient == Self.ok)
        #expect(flow.toServer == Self.get + Self.get)
        flow.server(Self.ok)
        #expect(flow.toClient == Self.ok + Self.ok && flow.exchanges.count == 2)
    }

    @Test func `an idle connection keeps its server's end to itself until it heals`() {
        let flow = FlowPlaybook()
        flow.client(Self.get)
        flow.server(Self.ok)
        flow.adopt([], cuts: [.both()])
        flow.ends(.server)
        flow.ends(.client)
        #expect(flow.finished.isEmpty && flow.ending == nil)
        flow.adopt([])
        #expect(flow.finished == [.client, .server] && flow.ending == .fin)
    }

    @Test func `an answer of the proxy's own does not cross a cut toward the client`() {
        let no = rule([.respond(503, "no")])
        let flow = FlowPlaybook(.http, [no], cuts: [.toClient()])
        flow.client(Self.get)
        #expect(flow.toClient == "" && flow.ending == nil)
        flow.adopt([no], serial: 1)
        #expect(flow.toClient.hasPrefix("HTTP/1.1 503"))
        flow.client(Self.get)
        #expect(flow.exchangeCount == 2)
    }

    @Test func `what closes the connection behind a cut is learnt when it heals, with the answer`()
    {
        let flow = FlowPlaybook(.http, [rule([.delay(.zero)])], cuts: [.toClient()])
        flow.client("GET /a HTTP/1.1\r\nBad Header\r\n\r\n")
        #expect(flow.toClient == "" && flow.ending == nil)
        flow.client("more")
        flow.adopt([])
        #expect(flow.toClient.hasPrefix("HTTP/1.1 400") && flow.ending == .fin)
    }

    @Test func `an administrator ends a connection whatever is cut`() {
        let flow = FlowPlaybook(.tcp, cuts: [.both()])
        flow.cancel(.fin)
        #expect(flow.ending == .fin)
    }

    @Test func `half a head behind a cut does not run out of time`() {
        let no = rule([.delay(.zero)])
        let flow = FlowPlaybook(.http, [no])
        flow.client("GET /a HTT")
        flow.adopt([no], cuts: [.both()], serial: 1)
        flow.pass(.seconds(3_600))
        #expect(flow.ending == nil && flow.toClient == "")
        flow.adopt([no], serial: 1)
        flow.client("P/1.1\r\nHost: h\r\n\r\n")
        #expect(flow.toServer == "GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    }

    @Test func `a delay and a cut that overlap end apart, and order is kept`() {
        let slow = rule([.delay(.seconds(1))])
        let flow = FlowPlaybook(.tcp, [slow])
        flow.server("a")
        flow.adopt([slow], cuts: [.toClient()], serial: 1)
        flow.server("b")
        flow.pass(.seconds(5))
        #expect(flow.toClient == "")
        flow.adopt([slow], serial: 1)
        #expect(flow.toClient == "a", "the second came through just now")
        flow.pass(.seconds(1))
        #expect(flow.toClient == "ab")
    }

    @Test(arguments: [Partition.How.reset, .refuse])
    func `a reset ends connections that live, idle ones too, and new ones`(how: Partition.How) {
        for transport in [ProxyDefinition.Transport.http, .tcp] {
            let living = FlowPlaybook(transport)
            living.adopt([], cuts: [.both(how)])
            #expect(living.ending == .rst && living.notices == ["partition.reset"])
            let new = FlowPlaybook(transport, cuts: [.both(how)])
            #expect(new.ending == .rst && new.dials == 0)
        }
    }

    @Test func `a reset in place of a hang is learnt at once`() {
        let flow = FlowPlaybook(.tcp, cuts: [.both()])
        flow.client("x")
        flow.adopt([], cuts: [.both(.reset)])
        #expect(flow.ending == .rst)
    }

    @Test func `a share of the clients is cut off, and no other`() throws {
        var numbers = (cut: 0, whole: 0)
        for seed in 0..<200 {
            let cut = Cut(
                partition: "half",
                toServer: true,
                toClient: true,
                how: .hang,
                serial: 1,
                percent: try Probability(0.5),
                seed: UInt64(seed)
            )
            let flow = FlowPlaybook(.tcp, cuts: [cut])
            flow.client("x")
            let isCut = cut.affects(client: IPAddress("192.0.2.1"))
            #expect(flow.toServer == (isCut ? "" : "x"))
            if isCut { numbers.cut += 1 } else { numbers.whole += 1 }
        }
        #expect(numbers.cut > 60 && numbers.whole > 60)
    }

    @Test
    func `a rule that refuses and cuts resets what lives, and one that only refuses does not`() {
        let flow = FlowPlaybook(.http)
        flow.client(Self.get)
        flow.adopt([rule([.refuse(Refuse(cutsLive: false))])])
        flow.server(Self.ok)
        #expect(flow.toClient == Self.ok && flow.faults.isEmpty)
        flow.adopt([rule([.refuse(Refuse(cutsLive: true))])])
        #expect(flow.ending == .rst && flow.faults.map(\.fault) == ["refuse"])
    }
}

extension Cut {
    static func both(_ how: Partition.How = .hang) -> Cut {
        Cut(partition: "split", toServer: true, toClient: true, how: how, serial: 1)
    }
    static func toServer() -> Cut {
        Cut(partition: "split", toServer: true, toClient: false, how: .hang, serial: 1)
    }
    static func toClient() -> Cut {
        Cut(partition: "split", toServer: false, toClient: true, how: .hang, serial: 1)
    }
}
