// SPDX-License-Identifier: Apache-2.0
import FaultModel
import Foundation
import Testing

@testable import RuleFiles

@Suite struct RequestFaultTests {
    @Test func `a request asks in short forms, in order`() throws {
        let rule = try RequestFaultText.parse(" delay=uniform(1s, 2s);probability = 50% ; hang ")
        #expect(rule.limit.probability == (try Probability(0.5)))
        #expect(
            rule.then == [
                .delay(
                    Delay(
                        .uniform(lower: .seconds(1), upper: .seconds(2)),
                        max: nil,
                        toward: .client,
                        atConnect: false
                    )
                ),
                .hang(Hang(for: nil)),
            ]
        )
        #expect(rule.when == .everything)
    }

    @Test(arguments: [
        "delay=1s", "bandwidth=1KB/s", "slice=5B", "stall", "stall=1s", "corrupt=1%", "close",
        "reset=17B", "slow-close=1s", "loss=5%", "respond=503", "truncate=50%",
        "malform=bad-header", "swallow=response", "repeat=2", "ServerError500", "3g",
    ])
    func `every fault with a short form can be asked for`(text: String) throws {
        #expect(try !RequestFaultText.parse(text).then.isEmpty)
    }

    @Test(arguments: [
        ("", "no fault"), (";;", "no fault"), ("probability=5%", "no fault"),
        ("delay", "needs a value"), ("delay=5", "did you mean 5ms?"), ("dealy=1s", "delay"),
        ("refuse", "cannot"), ("rate-limit=5", "cannot"), ("stale", "cannot"),
        ("edit=1", "cannot"), ("doze", "cannot"), ("probability=2", "probability"),
        ("3g=1", "cannot"), ("drop", "cannot"), ("file=/etc/passwd", "cannot"),
        ("hang;hang;hang;hang;hang;hang;hang;hang;hang", "more than 8"),
        ("respond={status: 200}", "not a final status"),
        ("x" + String(repeating: "y", count: 1_024), "longer than"),
    ])
    func `what cannot be asked for is refused with a reason`(text: String, reason: String) {
        let error = #expect(throws: InvalidConfiguration.self) {
            try RequestFaultText.parse(text)
        }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func `no mutation of a request's text traps`() {
        var random = SplitMix(state: 7)
        let alphabet = Array("delay=200ms; probability=50%;hang(±,)\0\u{ff}/{}[]é".unicodeScalars)
        for _ in 0..<5_000 {
            let length = Int.random(in: 0..<40, using: &random)
            var text = "delay=1s;"
            for _ in 0..<length {
                text.unicodeScalars.append(
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                )
            }
            _ = try? RequestFaultText.parse(text)
        }
    }

    private static let secret = "0123456789abcdef"

    private func proxy(_ text: String, transport: String = "http") -> String {
        "version: 1\nproxies:\n  a: { listen: 'h:1', upstream: 'h:2', protocol: \(transport),"
            + " request-faults: \(text) }"
    }

    @Test func `a proxy lets requests ask, by a secret and within a budget`() throws {
        let text = proxy("{ secret: \(Self.secret), budget: { requests: 5 } }")
        let definition = try #require(try parse(text).get().proxies.first?.definition)
        #expect(
            definition.requestFaults
                == RequestFaults(secret: Array(Self.secret.utf8), budget: .init(requests: 5))
        )
    }

    @Test func `a secret can stand in a file, whose whole path is shown`() throws {
        let folder = try TemporaryFolder()
        try folder.write("secret", Self.secret + "\n")
        try folder.write("chaos.yaml", proxy("{ secret-file: secret }"))
        let entry = try #require(
            try Configuration.load(path: folder.path("chaos.yaml")).proxies.first
        )
        #expect(entry.definition.requestFaults?.secret == Array(Self.secret.utf8))
        #expect(entry.source["request-faults"]?["secret-file"]?.text == folder.path("secret"))
        #expect(
            try ProxyParser.proxy(named: "a", from: entry.source).definition == entry.definition
        )
    }

    @Test(arguments: [
        "{ secret: short }", "{}", "{ secret: 0123456789abcdef, secret-file: a }",
        "{ secret-file: none }", "{ secret: '0123456789 abcdef' }", "yes",
        "{ secret: 0123456789abcdef, budget: {} }", "{ token: 0123456789abcdef }",
    ])
    func `a way to ask that is wrong is refused at its place`(text: String) throws {
        let error = try #require(firstError(proxy(text)))
        #expect(error.path.hasPrefix("/proxies/a/request-faults"))
    }

    @Test func `a tcp proxy has no requests that could ask`() {
        let text = proxy("{ secret: \(Self.secret) }", transport: "tcp")
        #expect(firstError(text)?.hint?.contains("protocol: http") == true)
    }
}
