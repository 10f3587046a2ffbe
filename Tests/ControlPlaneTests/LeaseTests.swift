// SPDX-License-Identifier: Apache-2.0
import AdminContract
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct LeaseTests {
    static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080" }
        rules:
          - { id: dormant, enabled: false, then: [hang] }
          - { id: awake, then: [hang] }

        """

    private func lease(_ bench: Bench, ttl: String = "10s") async throws -> String {
        let made = try await bench.ask("POST", "/v1/leases", #"{"ttl":"\#(ttl)"}"#)
        #expect(made.status == 201)
        return try #require(made.value["id"]?.text)
    }

    /// A rule and a partition made under the lease, and a rule enabled under it.
    private func fill(_ lease: String, _ bench: Bench) async throws {
        let rule = try await bench.ask(
            "POST",
            "/v1/rules?lease=\(lease)",
            #"{"id":"leased","then":["hang"]}"#
        )
        #expect(rule.status == 201)
        #expect(rule.value["lease"]?.text == lease)
        let partition = try await bench.ask(
            "POST",
            "/v1/partitions?lease=\(lease)",
            #"{"id":"split","proxy":"prism"}"#
        )
        #expect(partition.status == 201)
        #expect(partition.value["lease"]?.text == lease)
        let enabled = try await bench.ask("POST", "/v1/rules/dormant/enable?lease=\(lease)")
        #expect(enabled.status == 200)
        #expect(enabled.value["lease"]?.text == lease)
        let view = try await bench.state.lease(lease)
        #expect(view.rules == ["dormant", "leased"])
        #expect(view.partitions == ["split"])
    }

    private func expectFreed(_ bench: Bench) async throws {
        #expect(bench.traffic.last?.rules.map(\.rule.id) == ["awake"])
        #expect(bench.traffic.last?.partitions.isEmpty == true)
        let rules = await bench.state.rules().rules
        #expect(rules.map(\.id) == ["dormant", "awake"])
        #expect(rules.map(\.enabled) == [false, true])
        #expect(rules.compactMap(\.lease).isEmpty)
    }

    @Test func `what belongs to a lease goes with it in one generation`() async throws {
        let bench = try await Bench(Self.document)
        let lease = try await lease(bench)
        try await fill(lease, bench)
        let before = await bench.state.generation
        #expect(try await bench.ask("DELETE", "/v1/leases/\(lease)").status == 200)
        #expect(await bench.state.generation == before + 1)
        try await expectFreed(bench)
        #expect(try await bench.ask("DELETE", "/v1/leases/\(lease)").status == 404)
        #expect(
            Set(bench.changes.suffix(4)) == [
                "lease.ended", "rule.removed", "rule.disabled", "partition.healed",
            ]
        )
    }

    @Test func `a lease that is not renewed in time frees what belongs to it`() async throws {
        let bench = try await Bench(Self.document)
        let lease = try await lease(bench)
        try await fill(lease, bench)
        bench.time.advance(to: 9_000_000_000)
        let renewed = try await bench.ask("POST", "/v1/leases/\(lease)/renew")
        #expect(renewed.status == 200)
        #expect(renewed.value["expires_in"] == .int(10_000_000_000))
        #expect(renewed.value["renewals"] == .int(1))
        let before = await bench.state.generation
        bench.time.advance(to: 18_999_999_999)
        #expect(await bench.state.leases().leases.count == 1)
        bench.time.advance(to: 19_000_000_000)
        await bench.waitForGeneration(before + 1)
        #expect(await bench.state.generation == before + 1)
        try await expectFreed(bench)
        #expect(bench.changes.contains("lease.expired"))
        #expect(try await bench.ask("POST", "/v1/leases/\(lease)/renew").status == 404)
        await bench.state.stop()
    }

    @Test func `a lease takes nothing that was there before it`() async throws {
        let bench = try await Bench(Self.document)
        let lease = try await lease(bench)
        _ = try await bench.ask("POST", "/v1/rules/awake/enable?lease=\(lease)")
        #expect(try await bench.state.rule("awake").lease == nil)
        _ = try await bench.ask("DELETE", "/v1/leases/\(lease)")
        #expect(try await bench.state.rule("awake").enabled)
    }

    @Test func `who enables a leased rule for good frees it from the lease`() async throws {
        let bench = try await Bench(Self.document)
        let lease = try await lease(bench)
        _ = try await bench.ask("POST", "/v1/rules/dormant/enable?lease=\(lease)")
        let before = bench.serial(of: "dormant")
        #expect(try await bench.ask("POST", "/v1/rules/dormant/enable").status == 200)
        #expect(bench.serial(of: "dormant") == before)
        _ = try await bench.ask("DELETE", "/v1/leases/\(lease)")
        #expect(try await bench.state.rule("dormant").enabled)
    }

    @Test func `two leases cannot hold one rule, and none that has ended holds any`() async throws {
        let bench = try await Bench(Self.document)
        let (one, other) = (try await lease(bench), try await lease(bench))
        _ = try await bench.ask("POST", "/v1/rules/dormant/enable?lease=\(one)")
        let refused = try await bench.ask("POST", "/v1/rules/dormant/enable?lease=\(other)")
        #expect(refused.status == 409)
        #expect(refused.value["error"]?["code"]?.text == "lease.conflict")
        for (target, body) in [
            ("/v1/rules?lease=none", #"{"id":"x","then":["hang"]}"#),
            ("/v1/partitions?lease=none", #"{"id":"x","proxy":"prism"}"#),
        ] {
            let unknown = try await bench.ask("POST", target, body)
            #expect(unknown.status == 404)
            #expect(unknown.value["error"]?["code"]?.text == "lease.unknown")
        }
        #expect(await bench.state.rules().rules.count == 2)
    }

    @Test func `a whole document keeps leases, and under one adds only what goes with it`()
        async throws
    {
        let bench = try await Bench(Self.document)
        let lease = try await lease(bench)
        try await fill(lease, bench)
        let text = String(decoding: await bench.state.document().document.json, as: UTF8.self)
        #expect(!text.contains("lease-"))
        // What was read and written back belongs to the lease as before.
        #expect(try await bench.ask("PUT", "/v1/config", text).status == 200)
        #expect(try await bench.state.rule("leased").lease == lease)
        #expect(try await bench.state.partition("split").lease == lease)
        let added = text.replacing(#""rules":["#, with: #""rules":[{"id":"new","then":["hang"]},"#)
        #expect(try await bench.ask("PUT", "/v1/config?lease=\(lease)", added).status == 200)
        #expect(try await bench.state.rule("new").lease == lease)
        #expect(try await bench.state.rule("awake").lease == nil)
        let replaced = added.replacing(#"{"id":"awake","#, with: #"{"id":"awake","about":"x","#)
        let refused = try await bench.ask("PUT", "/v1/config?lease=\(lease)", replaced)
        #expect(refused.status == 409)
        #expect(refused.value["error"]?["path"]?.text == "/rules/2")
        #expect(
            try await bench.ask("PUT", "/v1/config?validate-only&lease=\(lease)", replaced).status
                == 409
        )
        _ = try await bench.ask("DELETE", "/v1/leases/\(lease)")
        try await expectFreed(bench)
    }

    @Test(arguments: [
        ("{}", "lease.missing-key"), (#"{"ttl":"999ms"}"#, "lease.bad-value"),
        (#"{"ttl":"24h1s"}"#, "lease.bad-value"), (#"{"ttl":30}"#, "lease.bad-value"),
        (#"{"ttl":"1s","id":"x"}"#, "request.unknown-key"), ("[]", "request.bad-value"),
    ])
    func `a lease has a time from a second to a day`(body: String, code: String) async throws {
        let bench = try await Bench(Self.document)
        let answer = try await bench.ask("POST", "/v1/leases", body)
        #expect(answer.status == 422)
        #expect(answer.value["error"]?["code"]?.text == code)
    }

    @Test func `leases are bounded, and making one is no change of the data path`() async throws {
        let bench = try await Bench(Self.document)
        for _ in 0..<LeaseBook.maximum {
            _ = try await bench.state.createLease(ttl: .seconds(60))
        }
        let refused = try await bench.ask("POST", "/v1/leases", #"{"ttl":"60s"}"#)
        #expect(refused.status == 409)
        #expect(refused.value["error"]?["code"]?.text == "lease.too-many")
        #expect(await bench.state.generation == 1)
        #expect(Set(await bench.state.leases().leases.map(\.id)).count == LeaseBook.maximum)
        await bench.state.stop()
    }
}
