// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import Testing

/// Messages that go on otherwise than they came.
@Suite struct EditTests {
    private static let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
    private static let json = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}"

    private static func edit(request: MessageEdit? = nil, response: MessageEdit? = nil) -> Fault {
        .edit(Edit(request: request, response: response, lengths: .fix))
    }

    private static let named = MessageEdit(
        headers: FieldEdits(remove: [], set: [.init(name: "X-E", value: "1")], add: [])
    )
    private static let merged = MessageEdit(
        body: .merge(.object([.init(key: "b", value: .int(2))]))
    )

    @Test func `a request's head is changed while its body streams on`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(request: Self.named)])])
        playbook.client(String(Self.post.dropLast(3)))
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\nX-E: 1\r\n\r\n"
        #expect(playbook.toServer == head + "{\"a\"")
        playbook.client(":1}")
        #expect(playbook.toServer == head + "{\"a\":1}")
        playbook.server(Self.json)
        #expect(playbook.toClient == Self.json)
    }

    @Test func `a request whose body is changed is gathered whole, and its length made right`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(request: Self.merged)])])
        for byte in Self.post.utf8.dropLast() { playbook.arrive(.clientToServer, [byte]) }
        #expect(playbook.toServer == "")
        playbook.client("}" + Self.get)
        #expect(
            playbook.toServer
                == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n{\"a\":1,\"b\":2}"
        )
        playbook.server(Self.json)
        #expect(playbook.toServer.contains("GET /a"))
    }

    @Test func `an answer is changed, and several rules change it one after the other`() {
        let rules = [
            rule([Self.edit(response: Self.merged)], id: "a"),
            rule([Self.edit(response: Self.named)], id: "b"),
        ]
        let playbook = FlowPlaybook(.http, rules)
        for _ in 0..<2 {
            playbook.client(Self.get)
            for byte in Self.json.utf8 { playbook.arrive(.serverToClient, [byte]) }
        }
        let changed =
            "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-E: 1\r\n\r\n{\"a\":1,\"b\":2}"
        #expect(playbook.toClient == changed + changed)
        #expect(playbook.exchanges.map(\.rules) == [["a", "b"], ["a", "b"]])
    }

    @Test func `an answer that lasts until the close is changed when the server ends`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(response: Self.merged)])])
        playbook.client(Self.get)
        playbook.server("HTTP/1.1 200 OK\r\n\r\n{\"a\":1}")
        #expect(playbook.toClient == "")
        playbook.ends(.server)
        #expect(playbook.toClient.hasSuffix("{\"a\":1,\"b\":2}"))
        #expect(playbook.finished.contains(.client))
    }

    @Test func `what cannot be changed goes on as it came, and the log says why`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(response: Self.merged)])])
        playbook.client(Self.get)
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain"
        playbook.server(text)
        #expect(playbook.toClient == text)
        #expect(playbook.notices == ["fault.not-applied"])
    }

    @Test func `promise 4: an answer that is gathered goes on when its rule goes`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(response: Self.merged)])])
        playbook.client(Self.get)
        playbook.server(String(Self.json.dropLast()))
        #expect(playbook.toClient == "")
        playbook.adopt([])
        #expect(playbook.toClient == String(Self.json.dropLast()))
        playbook.server("}")
        #expect(playbook.toClient == Self.json)
    }

    @Test func `promise 4: a request that is gathered goes on when its rule goes`() {
        let playbook = FlowPlaybook(.http, [rule([Self.edit(request: Self.merged)])])
        playbook.client(String(Self.post.dropLast()))
        #expect(playbook.toServer == "")
        playbook.adopt([])
        #expect(playbook.toServer == String(Self.post.dropLast()))
        playbook.client("}")
        #expect(playbook.toServer == Self.post)
    }

    @Test func `a part of a body comes with the length of the part, in both directions`() {
        func truncate(_ toward: Toward) -> Fault {
            .truncate(
                Truncate(
                    after: .share(0.5),
                    then: .close,
                    lengths: .fix,
                    toward: toward
                )
            )
        }
        let playbook = FlowPlaybook(.http, [rule([truncate(.server), truncate(.client)])])
        playbook.client(Self.post)
        #expect(playbook.toServer.hasSuffix("Content-Length: 3\r\n\r\n{\"a"))
        playbook.server(Self.json)
        #expect(playbook.toClient == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{\"a")
        #expect(playbook.ending == nil)
    }

    @Test func `a truncated request ends where it is cut, and its rule's going lets it go on`() {
        let truncate = Truncate(after: Self.count(2), then: .hang, toward: .server)
        let playbook = FlowPlaybook(.http, [rule([.truncate(truncate)])])
        playbook.client(Self.post)
        let cut = String(Self.post.dropLast(5))
        #expect(playbook.toServer == cut)
        playbook.pass(.seconds(60))
        playbook.adopt([])
        #expect(playbook.toServer == Self.post)
        playbook.server(Self.json)
        #expect(playbook.toClient == Self.json)

        let closing = Truncate(after: Self.count(2), then: .reset, toward: .server)
        let reset = FlowPlaybook(.http, [rule([.truncate(closing)])])
        reset.client(Self.post)
        #expect(reset.toServer == cut && reset.ending == .rst)
    }

    private static func count(_ bytes: Int) -> Truncate.Point {
        .bytes((try? ByteCount(bytes)) ?? .zero)
    }

    @Test(arguments: Malformation.allCases)
    func `a malformed answer is another than the server's, and does not end without it`(
        malformation: Malformation
    ) {
        for answer in [
            Self.json,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n",
        ] {
            let playbook = FlowPlaybook(.http, [rule([.malform(malformation)])])
            playbook.client(Self.get)
            playbook.server(answer)
            #expect(playbook.toClient != answer)
            #expect(!playbook.toClient.isEmpty)
            #expect(playbook.exchanges.map(\.rules) == [["r"]])
        }
    }

    @Test func `an early answer comes before the request's body, and ends the connection`() {
        let playbook = FlowPlaybook(.http, [rule([.malform(.earlyResponse)])])
        playbook.client(String(Self.post.dropLast(7)))
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 413"))
        #expect(playbook.ending == .fin && playbook.toServer == "")
    }

    @Test func `a template speaks of the exchange that it answers`() {
        let respond = Respond(
            status: 200,
            reason: nil,
            headers: [],
            body: .template("path ")
        )
        let playbook = FlowPlaybook(.http, [rule([.respond(respond)])])
        playbook.client(Self.get)
        #expect(playbook.toClient.hasSuffix("Content-Length: 7\r\n\r\npath /a"))
    }
}
