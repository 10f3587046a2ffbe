// SPDX-License-Identifier: Apache-2.0
import AdminContract
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct PartitionStateTests {
    static let document = """
        version: 1
        proxies:
          a-b: { listen: "127.0.0.1:0", upstream: "127.0.0.1:1", from: a, to: b }
          b-c: { listen: "127.0.0.1:0", upstream: "127.0.0.1:1", from: b, to: c }
          c-a: { listen: "127.0.0.1:0", upstream: "127.0.0.1:1", from: c, to: a }

        """

    @Test func `a partition is made and healed in one generation across all proxies`() async throws
    {
        let bench = try await Bench(Self.document)
        let body = #"{"id":"minority","groups":[["a"],["b","c"]]}"#
        let made = try await bench.ask("POST", "/v1/partitions", body)
        #expect(made.status == 201)
        #expect(made.headers["ETag"] == "\"2\"")
        #expect(made.value["in_force"] == .bool(true))
        let snapshot = try #require(bench.traffic.last)
        #expect(snapshot.proxies.map { snapshot.cuts(of: $0).count } == [1, 0, 1])
        #expect(try await bench.ask("POST", "/v1/partitions", body).status == 409)
        #expect(try await bench.ask("GET", "/v1/partitions/minority").status == 200)
        let healed = try await bench.ask("DELETE", "/v1/partitions/minority")
        #expect(healed.status == 200)
        #expect(bench.traffic.last?.partitions.isEmpty == true)
        #expect(try await bench.ask("DELETE", "/v1/partitions/minority").status == 404)
        #expect(try await bench.ask("GET", "/v1/partitions/minority").status == 404)
        #expect(bench.traffic.snapshots.map(\.generation) == [1, 2, 3])
        #expect(
            bench.changes == ["config.applied", "partition.created", "partition.healed"]
        )
    }

    @Test func `a partition flaps by the alarm and heals when its time has passed`() async throws {
        let bench = try await Bench(
            Self.document
                + "partitions: [{ id: p, proxy: a-b, flap: { down: 5s, up: 10s }, for: 17s }]"
        )
        let first = try #require(bench.traffic.last?.partitions.first)
        #expect(try await bench.state.partition("p").changesIn == 5_000_000_000)
        bench.time.advance(to: 5_000_000_000)
        await bench.waitForGeneration(2)
        #expect(bench.traffic.last?.partitions.isEmpty == true)
        #expect(try await bench.state.partition("p").inForce == false)
        bench.time.advance(to: 15_000_000_000)
        await bench.waitForGeneration(3)
        let second = try #require(bench.traffic.last?.partitions.first)
        #expect(second.serial > first.serial)
        #expect(try await bench.state.partition("p").expiresIn == 2_000_000_000)
        bench.time.advance(to: 17_000_000_000)
        await bench.waitForGeneration(4)
        #expect(bench.traffic.last?.partitions.isEmpty == true)
        #expect(await bench.state.partitions().partitions.isEmpty)
        #expect(
            bench.changes == [
                "config.applied", "partition.restored", "partition.cut", "partition.expired",
            ]
        )
        await bench.state.stop()
    }

    @Test func `a rule and a partition never have the same serial`() async throws {
        let bench = try await Bench(
            Self.document + """
                rules: [{ id: r, then: [hang] }]
                partitions: [{ id: p, proxy: a-b }]
                """
        )
        _ = try await bench.ask("POST", "/v1/rules", #"{"id":"s","then":["hang"]}"#)
        _ = try await bench.ask("POST", "/v1/partitions", #"{"id":"q","proxy":"b-c"}"#)
        let snapshot = try #require(bench.traffic.last)
        let serials = snapshot.rules.map(\.serial) + snapshot.partitions.map(\.serial)
        #expect(Set(serials).count == 4)
    }

    @Test func `a partition that stays as it is keeps its serial and its time`() async throws {
        let bench = try await Bench(
            Self.document + "partitions: [{ id: p, proxy: a-b, for: 30s }]"
        )
        let before = try #require(bench.traffic.last?.partitions.first)
        bench.time.advance(to: 10_000_000_000)
        let text = String(decoding: await bench.state.document().document.json, as: UTF8.self)
        #expect(try await bench.ask("PUT", "/v1/config", text).status == 200)
        #expect(bench.traffic.last?.partitions.first == before)
        #expect(try await bench.state.partition("p").expiresIn == 20_000_000_000)
        let patched = try await bench.ask("PATCH", "/v1/partitions/p", #"{"how":"reset"}"#)
        #expect(patched.status == 200)
        #expect(try #require(bench.traffic.last?.partitions.first).serial > before.serial)
        #expect(try await bench.state.partition("p").expiresIn == 30_000_000_000)
        #expect(try await bench.ask("PATCH", "/v1/partitions/p", #"{"id":"q"}"#).status == 422)
        let bad = try await bench.ask("PATCH", "/v1/partitions/p", #"{"hwo":"reset"}"#)
        #expect(bad.status == 422)
        #expect(bad.value["error"]?["path"]?.text == "/hwo")
        let gone = text.replacing(#"{"id":"p","proxy":"a-b","for":"30s"}"#, with: "")
        #expect(try await bench.ask("PUT", "/v1/config", gone).status == 200)
        #expect(bench.traffic.last?.partitions.isEmpty == true)
    }

    @Test func `reset heals every partition, and a proxy that one needs is kept`() async throws {
        let bench = try await Bench(
            Self.document + "partitions: [{ id: p, proxy: a-b }, { id: q, groups: [b, c] }]"
        )
        #expect(try await bench.ask("DELETE", "/v1/proxies/a-b").status == 409)
        #expect(try await bench.ask("DELETE", "/v1/proxies/c-a").status == 200)
        #expect(try await bench.ask("POST", "/v1/reset").status == 200)
        #expect(bench.traffic.last?.partitions.isEmpty == true)
        #expect(try await bench.ask("DELETE", "/v1/proxies/a-b").status == 200)
        #expect(bench.changes.filter { $0 == "partition.healed" }.count == 2)
    }

    @Test func `a partition that the data plane refuses is not made`() async throws {
        let bench = try await Bench(Self.document)
        bench.traffic.refuse(with: TrafficFailure(code: "x.y", message: "no", proxy: nil))
        let body = #"{"id":"p","proxy":"a-b"}"#
        #expect(try await bench.ask("POST", "/v1/partitions", body).status == 500)
        bench.traffic.refuse(with: nil)
        #expect(await bench.state.partitions().partitions.isEmpty)
    }
}

extension Bench {
    /// The changes that are in the log, in the words of its records.
    var changes: [String] {
        log.read(after: 0, limit: 100).records.compactMap {
            if case .state(let record) = $0.body { record.change } else { nil }
        }
    }

    /// Suspends until the state is of this generation.
    func waitForGeneration(_ generation: UInt64) async {
        while await state.generation < generation { await Task.yield() }
    }
}
