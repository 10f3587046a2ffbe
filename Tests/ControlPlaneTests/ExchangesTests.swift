// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import RuleFiles
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct ExchangesTests {
    @Test func `an exchange is told with its faults and its client`() async throws {
        let bench = try await Bench(capacity: 1_000)
        var traffic = TrafficRecords(log: bench.log)
        traffic.opened()
        traffic.fault("slow", unit: 0, toss: 0.25, delay: 5)
        traffic.fault("other", unit: 1)
        traffic.exchange(
            "PUT",
            "/a?b",
            status: 503,
            outcome: .answered,
            rules: ["slow"],
            from: 1_000,
            to: 4_000
        )
        traffic.ordinal = 4
        traffic.id = 18
        traffic.exchange(status: nil, outcome: .cut)

        let one = try await bench.ask("GET", "/v1/exchanges/17.0")
        #expect(one.status == 200)
        #expect(one.value["id"]?.text == "17.0")
        #expect(one.value["client"]?.text == "192.0.2.1:50000")
        #expect(one.value["method"]?.text == "PUT" && one.value["target"]?.text == "/a?b")
        #expect(one.value["duration"] == .int(3_000))
        #expect(one.value["started"]?.text == "1970-01-01T00:00:00.000001000Z")
        #expect(one.value["status"] == .int(503) && one.value["outcome"]?.text == "answered")
        #expect(
            String(decoding: one.value["faults"]?.json ?? [], as: UTF8.self)
                == #"[{"delay":5,"fault":"delay","rule":"slow","toss":0.25}]"#
        )
        let other = try await bench.ask("GET", "/v1/exchanges/18.0")
        #expect(other.value["client"] == nil && other.value["status"] == nil)
        #expect(other.value["faults"] == .array([]))
    }

    @Test(arguments: ["17.9", "99.0", "x", "17", "17.0.0", "-1.0"])
    func `an id that names no exchange is not found`(id: String) async throws {
        let bench = try await Bench(capacity: 1_000)
        TrafficRecords(log: bench.log).exchange()
        let answer = try await bench.ask("GET", "/v1/exchanges/\(id)")
        #expect(answer.status == 404)
        #expect(answer.value["error"]?["code"]?.text == "exchange.unknown")
    }

    @Test(arguments: [
        ("", ["1.0", "1.1", "2.0"]), ("proxy=db", ["2.0"]), ("rule=slow", ["1.1"]),
        ("status=200", ["1.0"]), ("status=5xx", ["1.1"]), ("outcome=cut", ["2.0"]),
        ("method=POST", ["1.1"]), ("path=/a/*", ["1.0", "1.1"]), ("path=/a/b", ["1.0"]),
        ("limit=2", ["1.1", "2.0"]), ("since=1", ["1.1", "2.0"]), ("path=/a/*&method=GET", ["1.0"]),
        ("proxy=none", []),
    ])
    func `each parameter leaves out what is not meant`(
        query: String,
        ids: [String]
    ) async throws {
        let bench = try await Bench(capacity: 1_000)
        var traffic = TrafficRecords(log: bench.log)
        traffic.id = 1
        traffic.exchange("GET", "/a/b?c")
        let first = bench.log.newest
        traffic.fault("slow", unit: 1)
        traffic.exchange("POST", "/a/c", unit: 1, status: 503, rules: ["slow"])
        traffic.proxy = "db"
        traffic.id = 2
        traffic.exchange(status: nil, outcome: .cut)
        let query = query.replacing("since=1", with: "since=\(first)")
        let answer = try await bench.ask("GET", "/v1/exchanges?\(query)")
        #expect(answer.status == 200)
        guard case .array(let exchanges) = answer.value["exchanges"] else {
            Issue.record("no list: \(answer.value)")
            return
        }
        #expect(exchanges.map { $0["id"]?.text } == ids)
        #expect(answer.value["newest"] == .int(Int64(bench.log.newest)))
    }

    @Test(arguments: [
        "status=x", "status=0xx", "outcome=x", "limit=0", "limit=1001", "since=x", "x=1",
    ])
    func `a parameter that means nothing is refused`(query: String) async throws {
        let bench = try await Bench()
        #expect(try await bench.ask("GET", "/v1/exchanges?\(query)").status == 400)
    }

    @Test func `the newest are told of more than are kept at once`() async throws {
        let bench = try await Bench(capacity: 10_000)
        var traffic = TrafficRecords(log: bench.log)
        for id in 1...5_000 {
            traffic.id = UInt64(id)
            traffic.exchange()
        }
        let answer = try await bench.ask("GET", "/v1/exchanges?limit=3")
        guard case .array(let exchanges) = answer.value["exchanges"] else { return }
        #expect(exchanges.map { $0["id"]?.text } == ["4998.0", "4999.0", "5000.0"])
    }
}
