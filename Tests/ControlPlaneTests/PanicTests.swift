// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct PanicTests {
    static let document = """
        version: 1
        proxies:
          prism: { listen: "127.0.0.1:0", upstream: "127.0.0.1:8080" }
        rules:
          - { id: on, then: [hang] }
          - { id: short, then: [hang], limit: { for: 10s } }
          - { id: late, then: [hang], limit: { after: 5s } }
        partitions:
          - { id: split, proxy: prism, flap: { down: 3s, up: 3s } }

        """

    private func isQuiet(_ bench: Bench) -> Bool {
        bench.traffic.last?.rules.isEmpty == true
            && bench.traffic.last?.partitions.isEmpty == true
    }

    @Test func `a panic puts everything off and keeps it off, whatever is asked`() async throws {
        let bench = try await Bench(Self.document)
        #expect(try await bench.ask("POST", "/v1/panic").status == 200)
        #expect(isQuiet(bench))
        let made = try await bench.ask("POST", "/v1/leases", #"{"ttl":"1h"}"#)
        let lease = try #require(made.value["id"]?.text)
        for (target, body) in [
            ("/v1/rules?lease=\(lease)", #"{"id":"x","then":["hang"]}"#),
            ("/v1/rules/on/disable", ""), ("/v1/rules/on/enable", ""),
            ("/v1/partitions", #"{"id":"y","proxy":"prism"}"#), ("/v1/panic", "{}"),
        ] {
            let answer = try await bench.ask("POST", target, body.isEmpty ? nil : body)
            #expect((200...201).contains(answer.status))
            #expect(isQuiet(bench))
        }
        let rules = await bench.state.rules().rules
        #expect(rules.map(\.id) == ["on", "short", "late", "x"])
        #expect(rules.allSatisfy { $0.enabled && !$0.inForce })
        let status = try await bench.ask("GET", "/v1/status")
        #expect(status.value["panicked"] == .bool(true))
        #expect(status.value["partitions"]?["in_force"] == .int(0))
        #expect(bench.changes.filter { $0 == "panic" }.count == 1)
        await bench.state.stop()
    }

    @Test func `clocks go on in a panic, and what is left comes into force as new`() async throws {
        let bench = try await Bench(Self.document)
        let before = try #require(bench.serial(of: "on"))
        _ = try await bench.ask("POST", "/v1/panic")
        bench.time.advance(to: 10_000_000_000)
        // `late` was due at 5 s, `short` ended at 10 s.
        while await (try bench.state.rule("short")).enabled { await Task.yield() }
        #expect(isQuiet(bench))
        #expect(!bench.changes.contains("partition.cut"))
        bench.time.advance(to: 13_000_000_000)
        _ = try await bench.ask("POST", "/v1/unpanic")
        #expect(bench.traffic.last?.rules.map(\.rule.id) == ["on", "late"])
        #expect(bench.traffic.last?.partitions.map(\.partition.id) == ["split"])
        #expect(try #require(bench.serial(of: "on")) > before)
        #expect(bench.changes.contains("unpanic"))
        let generation = await bench.state.generation
        #expect(try await bench.ask("POST", "/v1/unpanic").status == 200)
        #expect(await bench.state.generation == generation)
        await bench.state.stop()
    }

    @Test func `a panic outlives a new configuration and a reset`() async throws {
        let bench = try await Bench(Self.document)
        _ = try await bench.ask("POST", "/v1/panic")
        let text = String(decoding: await bench.state.document().document.json, as: UTF8.self)
        _ = try await bench.ask("PUT", "/v1/config", text)
        #expect(isQuiet(bench))
        _ = try await bench.ask("POST", "/v1/reset")
        #expect(try await bench.ask("GET", "/v1/status").value["panicked"] == .bool(true))
        await bench.state.stop()
    }

    @Test func `a panic goes before the changes that wait`() async throws {
        let bench = try await Bench(Self.document)
        bench.traffic.hold(true)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let body = #"{"id":"n\#(number)","then":["hang"]}"#
                    _ = try? await bench.ask("POST", "/v1/rules", body)
                }
            }
            // The first change is under way, and the others wait.
            while await bench.state.waitingChanges < 19 { await Task.yield() }
            group.addTask { _ = try? await bench.ask("POST", "/v1/panic") }
            while await bench.state.waitingChanges < 20 { await Task.yield() }
            bench.traffic.hold(false)
        }
        // The beginning, the change that was under way, and then the panic.
        #expect(bench.traffic.snapshots.count > 2)
        #expect(bench.traffic.snapshots.dropFirst(2).first?.rules.isEmpty == true)
        #expect(isQuiet(bench))
        await bench.state.stop()
    }

    @Test(arguments: [
        ("{}", "mark.missing-key"), (#"{"name":""}"#, "mark.bad-value"),
        (#"{"name":1}"#, "mark.bad-value"), (#"{"nmae":"x"}"#, "request.unknown-key"),
        (#"{"name":"\#(String(repeating: "n", count: 201))"}"#, "mark.bad-value"),
        (#"{"name":"x","data":"\#(String(repeating: "d", count: 4_095))"}"#, "mark.too-large"),
    ])
    func `a mark has a name and little data`(body: String, code: String) async throws {
        let bench = try await Bench(Self.document)
        let answer = try await bench.ask("POST", "/v1/marks", body)
        #expect(answer.status == 422)
        #expect(answer.value["error"]?["code"]?.text == code)
    }

    @Test func `a mark is a record with its data as it was sent`() async throws {
        let bench = try await Bench(Self.document)
        let body = #"{"name":"step 1","data":{"orders":[1,2.5,null,true]}}"#
        #expect(try await bench.ask("POST", "/v1/marks", body).status == 201)
        let text = try await bench.events("/v1/events?follow=false&kind=mark")
        #expect(text.contains(#""data":{"orders":[1,2.5,null,true]}"#))
        #expect(text.contains(#""kind":"mark","name":"step 1""#))
        #expect(await bench.state.generation == 1)
        await bench.state.stop()
    }
}
