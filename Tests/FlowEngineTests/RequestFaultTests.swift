// SPDX-License-Identifier: Apache-2.0
import EventRecords
import FaultModel
import FlowEngine
import TestSupport
import Testing

/// Faults that requests ask for themselves.
@Suite struct RequestFaultTests {
    private static let secret = "0123456789abcdef"
    private static let plain = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private static func asking(_ text: String, _ token: String = secret) -> String {
        "GET / HTTP/1.1\r\nX-Chaos-Fault: \(text)\r\nHost: h\r\nx-chaos-token: \(token)\r\n\r\n"
    }

    /// Knows one word, and counts all rules together.
    private final class OneWord: RequestFaultReader {
        let tally = LocalTally()

        func rule(
            _ text: String,
            on proxy: String,
            budget: Limit.Budget?
        ) -> Result<ActiveRule, RequestFaultFailure> {
            guard text == "no" else {
                return .failure(RequestFaultFailure(message: "`\(text)` cannot be asked for"))
            }
            var asked = RequestFaultTests.answering
            asked.limit.budget = budget
            return .success(
                ActiveRule(rule: asked, serial: RuleSet.requestFaultSerial, tally: tally)
            )
        }
    }

    private static let answering = rule([.respond(503)], id: "request-fault")

    private func playbook(accepts: Bool = true, budget: Limit.Budget? = nil) -> FlowPlaybook {
        var services = FlowServices.plain()
        services.requestFaults = OneWord()
        let requestFaults = RequestFaults(secret: Array(Self.secret.utf8), budget: budget)
        return FlowPlaybook(
            .http,
            services: services,
            requestFaults: accepts ? requestFaults : nil
        )
    }

    @Test func `a request with the secret gets what it asks for, and no other does`() {
        let playbook = playbook()
        playbook.client(Self.asking("no"))
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 503"))
        #expect(playbook.exchanges.map(\.rules) == [["request-fault"]])
        playbook.client(Self.plain)
        playbook.server(Self.ok)
        #expect(playbook.toClient.hasSuffix(Self.ok))
    }

    @Test func `neither the wish nor the token reaches the server, whatever they are`() {
        for token in [Self.secret.uppercased(), "", Self.secret + "0"] {
            let playbook = playbook()
            playbook.client(Self.asking("no", token))
            #expect(playbook.toServer == Self.plain, "\(token)")
            playbook.server(Self.ok)
            #expect(playbook.toClient == Self.ok)
        }
    }

    @Test func `a proxy that does not let requests ask passes everything as it came`() {
        let playbook = playbook(accepts: false)
        playbook.client(Self.asking("no"))
        #expect(playbook.toServer == Self.asking("no"))
    }

    @Test func `who shows the secret is told what is wrong with the wish`() {
        let playbook = playbook()
        playbook.client(Self.asking("maybe"))
        #expect(playbook.toClient.hasPrefix("HTTP/1.1 400"))
        #expect(playbook.toClient.contains("`maybe` cannot be asked for"))
        #expect(playbook.ending == .fin)
    }

    @Test func `all wishes together keep to the proxy's budget`() {
        let playbook = playbook(budget: Limit.Budget(requests: 2))
        for _ in 0..<3 {
            playbook.client(Self.asking("no"))
            playbook.server(Self.ok)
        }
        #expect(playbook.exchanges.map(\.status) == [503, 503, 200])
    }
}
