// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// `/metrics`, as a scraper sees it beside real traffic.
@Suite(.timeLimit(.minutes(15))) struct MetricsTests {
    @Test func `a scrape tells of exchanges, faults and delays as the event log does`() async throws
    {
        try await Stage.with { stage in
            let proxy = try await stage.proxy(
                "http",
                to: try await stage.prism(),
                rules: """
                    - id: slow
                      when: { request: GET /api/v1/agents }
                      then: [{ delay: 50ms }]
                    - id: down
                      when: { request: GET /down }
                      then: [{ respond: 503 }]
                    """
            )
            for _ in 0..<4 { _ = try await curl("-o", "/dev/null", "\(proxy.url)/api/v1/agents") }
            _ = try await curl("-o", "/dev/null", "\(proxy.url)/down")
            try await proxy.events { $0.count { $0.kind == "xchg" } == 5 }
            let scrape = try await proxy.admin("/metrics", "-D", stage.path("head"))
            let head = try String(contentsOfFile: stage.path("head"), encoding: .utf8)
            #expect(head.lowercased().contains("content-type: text/plain; version=0.0.4"))
            let page = try PrometheusText(scrape.output)
            let main = ["proxy": "main"]
            let answered = ["proxy": "main", "status_class": "2xx"]
            #expect(page["chaosproxy_exchanges_total", answered] == 4)
            let failed = ["proxy": "main", "status_class": "5xx"]
            #expect(page["chaosproxy_exchanges_total", failed] == 1)
            #expect(page["chaosproxy_rule_matches_total", ["rule": "slow"]] == 4)
            #expect(page["chaosproxy_faults_total", ["rule": "slow", "fault": "delay"]] == 4)
            #expect(page["chaosproxy_faults_total", ["rule": "down", "fault": "respond"]] == 1)
            #expect(page["chaosproxy_exchange_seconds_count", main] == 5)
            #expect((page["chaosproxy_exchange_seconds_sum", main] ?? 0) >= 0.2)
            #expect((page["chaosproxy_delay_error_seconds_count", [:]] ?? 0) >= 4)
            #expect((page["chaosproxy_event_loop_lag_seconds_count", [:]] ?? 0) > 0)
            #expect((page["process_resident_memory_bytes", [:]] ?? 0) > 1_000_000)
        }
    }
}
