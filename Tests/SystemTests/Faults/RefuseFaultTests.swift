// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `refuse`: a listener that is not there.
@Suite struct RefuseFaultTests {
    private static let couldNotConnect: Int32 = 7

    @Test(arguments: ["tcp", "http"])
    func `refuse is ECONNREFUSED for new connections, and live ones go on`(
        transport: String
    ) async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                transport,
                to: try await stage.upstream(),
                rules: "- { id: away, enabled: false, then: [refuse] }"
            )
            let live = try Wire(proxy.address)
            #expect(try await live.ask("/text/5").status == 200)
            try await proxy.control("rule", "enable", "away")
            #expect(throws: Trouble("connect to \(proxy.address): Connection refused")) {
                _ = try Wire(proxy.address)
            }
            #expect(try await curl(proxy.url).status == Self.couldNotConnect)
            #expect(try await live.ask("/text/5").status == 200)
            try await proxy.control("rule", "disable", "away")
            // The same port, and the same connection beside it.
            #expect(try await Wire(proxy.address).ask("/text/5").status == 200)
            #expect(try await live.ask("/text/5").status == 200)
        }
    }

    @Test func `refuse with cut resets what lives, and only where it refuses`() async throws {
        try await Stage.with { stage in
            let proxy = try await stage.proxies(
                "http",
                to: try await stage.upstream(),
                ["cut": "", "other": ""]
            )
            let rule = "- { id: cut, when: { proxy: cut }, then: [refuse: { cut: true }] }"
            let file = try stage.write(rule, to: "cut.yaml")
            let live = try proxy.wire(to: "cut")
            let other = try proxy.wire(to: "other")
            for wire in [live, other] { #expect(try await wire.ask("/text/5").status == 200) }
            try await proxy.control("rule", "apply", "-f", file)
            let (data, ending) = try await live.readToEnd()
            #expect(data.isEmpty && ending == .reset)
            #expect(throws: Trouble.self) { _ = try proxy.wire(to: "cut") }
            #expect(try await other.ask("/text/5").status == 200)
        }
    }
}
