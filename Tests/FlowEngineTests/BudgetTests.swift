// SPDX-License-Identifier: Apache-2.0
import FaultModel
import FlowEngine
import TestSupport
import Testing

/// Budgets of bytes: what counts against them is what passes of the units that a rule hit.
@Suite struct BudgetTests {
    private static let a = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let b = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func limited(
        _ fault: Fault,
        bytes: UInt64?,
        id: String = "r",
        request: String? = nil
    ) -> Rule {
        var limit = Limit.none
        limit.budget = Limit.Budget(requests: 1_000, bytes: bytes)
        return rule([fault], id: id, request: request, limit: limit)
    }

    private func exchange(_ request: String, on playbook: FlowPlaybook) {
        playbook.client(request)
        playbook.server(Self.ok)
        playbook.pass(.milliseconds(1))
    }

    @Test func `a stream spends what passes in both directions`() {
        let playbook = FlowPlaybook(.tcp, [limited(.delay(.milliseconds(1)), bytes: 1_000)])
        playbook.client("12345")
        playbook.server("123")
        playbook.pass(.milliseconds(1))
        playbook.server("1234567")
        #expect(playbook.tallies[0].spentBytes == 15)
        #expect(playbook.tallies[0].exhausted == nil)
    }

    @Test func `an exchange that is hit spends its messages, and the next one nothing`() {
        let playbook = FlowPlaybook(
            .http,
            [limited(.delay(.milliseconds(1)), bytes: 1_000, request: "GET /a")]
        )
        exchange(Self.a, on: playbook)
        #expect(playbook.tallies[0].spentBytes == UInt64(Self.a.utf8.count + Self.ok.utf8.count))
        exchange(Self.b, on: playbook)
        #expect(playbook.exchanges.count == 2)
        #expect(playbook.tallies[0].spentBytes == UInt64(Self.a.utf8.count + Self.ok.utf8.count))
        exchange(Self.a, on: playbook)
        #expect(
            playbook.tallies[0].spentBytes == 2 * UInt64(Self.a.utf8.count + Self.ok.utf8.count)
        )
    }

    @Test func `a request that never goes on spends only the answer it gets`() {
        let playbook = FlowPlaybook(.http, [limited(.respond(503, "no"), bytes: 1_000)])
        playbook.client(Self.a)
        #expect(playbook.toClient.hasSuffix("no"))
        #expect(playbook.tallies[0].spentBytes == UInt64(playbook.sentToClient.count))
    }

    @Test func `each rule with a budget of bytes spends them, and no other does`() {
        let playbook = FlowPlaybook(
            .tcp,
            [
                limited(.delay(.milliseconds(1)), bytes: 100, id: "one"),
                limited(.delay(.milliseconds(1)), bytes: nil, id: "other"),
                limited(.delay(.milliseconds(1)), bytes: 100, id: "last"),
            ]
        )
        playbook.server("12345")
        #expect(playbook.tallies.map(\.spentBytes) == [5, 0, 5])
    }

    @Test func `the byte that uses a budget up is its last: who comes then is not hit`() {
        let size = UInt64(Self.a.utf8.count + Self.ok.utf8.count)
        let playbook = FlowPlaybook(.http, [limited(.delay(.milliseconds(1)), bytes: size)])
        playbook.client(Self.a)
        #expect(playbook.tallies[0].exhausted == nil)
        playbook.server(Self.ok)
        #expect(playbook.tallies[0].exhausted == .bytes)
        playbook.pass(.milliseconds(1))
        #expect(playbook.toClient == Self.ok, "the exchange that was hit ends as it began")
        playbook.client(Self.a)
        playbook.server(Self.ok)
        #expect(playbook.toClient == Self.ok + Self.ok)
        #expect(playbook.tallies[0].fired == 1)
        #expect(playbook.tallies[0].spentBytes == size)
    }

    @Test func `once the rule is gone, nothing more is spent`() {
        let playbook = FlowPlaybook(.tcp, [limited(.delay(.milliseconds(1)), bytes: 1_000)])
        playbook.server("12345")
        playbook.adopt([])
        playbook.server("67890")
        #expect(playbook.toClient == "1234567890")
        #expect(playbook.tallies[0].spentBytes == 5)
    }
}
