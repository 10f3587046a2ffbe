// SPDX-License-Identifier: Apache-2.0
import EventJournal
import EventRecords
import FaultModel
import TestSupport
import Testing

@testable import ControlPlane

@Suite(.timeLimit(.minutes(15))) struct MetricsTests {
    @Test func `what is counted is told in the words of the contract`() async throws {
        let bench = try await Bench()
        var figures = TrafficFigures()
        var proxy = ProxyFigures()
        proxy.liveConnections = 2
        proxy.totalConnections = 7
        proxy.bytesToServer = 11
        proxy.bytesToClient = 13
        proxy.bufferedBytes = 5
        proxy.exchanges.record(exchange(status: 204, duration: 7_000_000))
        proxy.exchanges.record(exchange(status: nil, duration: 40_000_000_000))
        figures.proxies["prism"] = proxy
        figures.faults[FaultName(rule: "a/b.c", fault: "hang")] = 3
        figures.acting["a/b.c"] = 1
        figures.delayErrors.record(1_000_000)
        figures.loopLag.record(20_000)
        bench.traffic.tell(figures)
        let page = try await page(of: bench)
        let prism = ["proxy": "prism"]
        #expect(page["chaosproxy_connections", prism] == 2)
        #expect(page["chaosproxy_connections_total", prism] == 7)
        #expect(page["chaosproxy_buffered_bytes", prism] == 5)
        for (toward, count) in ["server": 11.0, "client": 13.0] {
            let labels = ["proxy": "prism", "toward": toward]
            #expect(page["chaosproxy_bytes_total", labels] == count)
        }
        for (name, count) in zip(ExchangeFigures.classes, [1, 0, 1, 0, 0, 0, 0] as [Double]) {
            let labels = ["proxy": "prism", "status_class": name]
            #expect(page["chaosproxy_exchanges_total", labels] == count)
        }
        #expect(page["chaosproxy_exchange_seconds_sum", prism] == 40.007)
        for (bound, count) in ["0.005": 0.0, "0.01": 1, "30": 1, "+Inf": 2] {
            let labels = ["proxy": "prism", "le": bound]
            #expect(page["chaosproxy_exchange_seconds_bucket", labels] == count)
        }
        #expect(page["chaosproxy_faults_total", ["rule": "a/b.c", "fault": "hang"]] == 3)
        #expect(page["chaosproxy_faults_total", ["rule": "late", "fault": "hang"]] == 0)
        #expect(page["chaosproxy_faults_active", ["rule": "a/b.c"]] == 1)
        #expect(page["chaosproxy_rule_matches_total", ["rule": "late"]] == 0)
        #expect(page["chaosproxy_delay_error_seconds_sum", [:]] == 0.001)
        #expect(page["chaosproxy_event_loop_lag_seconds_count", [:]] == 1)
        #expect(page["chaosproxy_config_generation", [:]] == 1)
    }

    @Test func `the process is told of`() async throws {
        let bench = try await Bench()
        let page = try await page(of: bench)
        #expect(page["process_start_time_seconds", [:]] == 0)
        #expect((page["process_cpu_seconds_total", [:]] ?? 0) > 0)
        #if os(Linux)
        #expect((page["process_resident_memory_bytes", [:]] ?? 0) > 1_000_000)
        let open = page["process_open_fds", [:]] ?? 0
        #expect(open > 2 && open <= page["process_max_fds", [:]] ?? 0)
        #endif
    }

    @Test func `records that readers missed are counted by reader`() async throws {
        let bench = try await Bench()
        bench.log.countMissed(5, by: .follower)
        bench.log.countMissed(2, by: .file)
        let page = try await page(of: bench)
        #expect(page["chaosproxy_events_dropped_total", ["reader": "follower"]] == 5)
        #expect(page["chaosproxy_events_dropped_total", ["reader": "file"]] == 2)
    }

    @Test func `traffic makes no new series`() async throws {
        let bench = try await Bench()
        let before = try await page(of: bench).samples.count
        var figures = TrafficFigures()
        figures.proxies["gone"] = ProxyFigures()
        figures.faults[FaultName(rule: "gone", fault: "delay")] = 1
        figures.acting["gone"] = 1
        bench.traffic.tell(figures)
        #expect(try await page(of: bench).samples.count == before)
    }

    @Test func `no name of a rule breaks a line`() throws {
        var text = MetricsText()
        let label = "a\"b\\c\nd{e},é\r"
        text.family("x", .gauge, "Help.")
        text.sample("x", ["rule": label], 1)
        #expect(try PrometheusText(text.text)["x", ["rule": label]] == 1)
    }

    @Test(arguments: [
        (0, "0"), (5_000_000, "0.005"), (12_000_000_000, "12"), (-1, "-0.000000001"),
        (1_500_000_000, "1.5"), (.min, "-9223372036.854775808"),
    ])
    func `nanoseconds are written as seconds to the last digit`(time: Int64, text: String) {
        #expect(MetricsText.seconds(time) == text)
    }

    @Test(arguments: [
        "x 1\n", "# HELP x y\n# TYPE x gauge\nx 1", "# HELP x y\n# TYPE x gauge\nx{a=1} 1\n",
        "# HELP x y\n# TYPE x gauge\nx 1\nx 2\n", "# HELP x y\n# TYPE x gauge\ny 1\n",
        "# HELP x y\n# TYPE x gauge\nx{a=\"\\x\"} 1\n", "# HELP x y\n# TYPE x gauge\nx one\n",
        "# HELP x y\n# TYPE x histogram\nx_bucket{le=\"1\"} 1\nx_sum 1\nx_count 1\n",
    ])
    func `the check refuses what is not the format`(text: String) {
        #expect(throws: PrometheusText.Fault.self) { try PrometheusText(text) }
    }

    private func exchange(status: UInt16?, duration: Int64) -> ExchangeRecord {
        ExchangeRecord(
            connection: ConnectionName(id: 1, proxy: "prism", ordinal: 1),
            unit: 0,
            method: "GET",
            target: "/",
            status: status,
            outcome: .complete,
            requestBytes: 1,
            responseBytes: 1,
            duration: duration,
            rules: []
        )
    }

    private func page(of bench: Bench) async throws -> PrometheusText {
        let answer = await bench.routes.answer(try AdminRequest(method: "GET", target: "/metrics"))
        #expect(answer.status == 200)
        #expect(answer.headers.first?.value == "text/plain; version=0.0.4; charset=utf-8")
        guard case .bytes(let bytes) = answer.body else { return try PrometheusText("") }
        return try PrometheusText(String(decoding: bytes, as: UTF8.self))
    }
}
